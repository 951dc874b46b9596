"""Sessions of staff: the second factor, time without use, other devices, and what the audit trail keeps of sign-ins."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client
from django.urls import reverse

from organisation.models import AuditEvent, Policy, Role
from tests.factories import NOW, make_policy, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "een lange zin die niemand raadt"
LOGIN, HOME = "/account/login/", "/account/password/change/"


@pytest.fixture
def user():
    user = make_user(Role.ADVISOR)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(user, *, password=PASSWORD, **headers):
    client = Client(**headers)
    client.post(LOGIN, {"login": user.email, "password": password})
    return client


def code_of(secret):
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


def test_policy_asks_a_second_factor_unless_it_says_otherwise():
    assert (Policy().second_factor_required, Policy().second_factor_grace_days) == (True, 14)


def test_within_the_period_of_grace_an_account_without_second_factor_works(user):
    make_policy(second_factor_required=True, second_factor_grace_days=1)

    assert sign_in(user).get(HOME).status_code == 200


def test_after_the_period_of_grace_it_can_only_set_one_up(user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    client = sign_in(user)

    assert (client.get(HOME).headers["Location"], client.get(reverse("mfa_index")).status_code) == (
        reverse("mfa_index"),
        200,
    )


def test_a_session_from_before_the_second_factor_does_not_go_on(user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    client = Client()
    client.force_login(user)
    TOTP.activate(user, generate_totp_secret())

    answer = client.get(HOME)

    assert (answer.headers["Location"], "_auth_user_id" in client.session) == (f"{LOGIN}?next={HOME}", False)


def test_a_session_that_passed_the_second_factor_goes_on(user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    client = sign_in(user)

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert client.get(HOME).status_code == 200


@pytest.mark.django_db(transaction=True)  # the library announces it after the commit
def test_enrolling_ends_the_other_sessions_and_keeps_this_one(user):
    make_policy(second_factor_required=True)
    here, elsewhere = sign_in(user), sign_in(user)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.get(reverse("mfa_activate_totp"))
    secret = here.session["mfa.totp.secret"]

    here.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert (here.get(HOME).status_code, elsewhere.get(HOME).status_code) == (200, 302)


def test_a_new_password_ends_the_other_sessions(user):
    make_policy()
    here, elsewhere = sign_in(user), sign_in(user)
    new = "een andere lange zin die niemand raadt"

    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert (here.get(HOME).status_code, elsewhere.get(HOME).status_code) == (200, 302)


def test_an_account_without_a_password_gets_a_link_to_choose_one(user):
    make_policy(second_factor_required=False)
    client = Client()
    user.set_unusable_password()
    user.save()
    client.force_login(user)

    answer = client.get(HOME, follow=True)

    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/account/password/reset/")


def test_a_session_without_use_ends(user):
    make_policy()
    with time_machine.travel(NOW, tick=False) as clock:
        client = sign_in(user)
        client.get(HOME)
        clock.shift(timedelta(minutes=settings.STAFF_IDLE_MINUTES))
        used = client.get(HOME).status_code
        clock.shift(timedelta(minutes=settings.STAFF_IDLE_MINUTES + 2))
        idle = client.get(HOME)

    assert (used, idle.headers["Location"]) == (200, f"{LOGIN}?next={HOME}")


def test_staff_see_their_sessions_and_end_the_others(user):
    make_policy()
    here = sign_in(
        user, headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"}
    )
    elsewhere = sign_in(user, headers={"user-agent": "Terminal 1"})

    page = here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/")

    assert ("Firefox op Windows" in page, "Onbekende browser" in page) == (True, True)
    assert (here.get(HOME).status_code, elsewhere.get(HOME).status_code) == (200, 302)


def test_the_trail_keeps_sign_ins_also_failed_ones_with_their_address(user):
    make_policy()

    sign_in(user, password="een gok")
    sign_in(user)
    Client().post(LOGIN, {"login": "niemand@oostmeer.example", "password": PASSWORD})

    assert list(AuditEvent.objects.order_by("pk").values_list("action", "about", "actor", "result", "address")) == [
        ("user.sign_in", f"user:{user.pk}", "stranger", "wrong_credentials", "127.0.0.1"),
        ("user.sign_in", f"user:{user.pk}", f"user:{user.pk}", "done", "127.0.0.1"),
        ("user.sign_in", "stranger", "stranger", "wrong_credentials", "127.0.0.1"),
    ]


def test_somebody_elsewhere_cannot_keep_a_colleague_out(user):
    make_policy()
    for _attempt in range(12):
        sign_in(user, password="een gok", REMOTE_ADDR="203.0.113.9")

    assert sign_in(user, REMOTE_ADDR="198.51.100.7").get(HOME).status_code == 200


def test_security_txt_names_a_contact_and_an_end(client):
    make_policy()

    lines = client.get("/.well-known/security.txt").content.decode().splitlines()

    assert [line.partition(":")[0] for line in lines] == ["Contact", "Expires", "Preferred-Languages", "Canonical"]
    assert lines[0] == "Contact: mailto:loopbaan@ziekenhuis-oostmeer.example"


def test_without_a_contact_there_is_no_security_txt(client):
    assert client.get("/.well-known/security.txt").status_code == 404
