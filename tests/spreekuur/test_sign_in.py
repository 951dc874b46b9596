"""Sign-in of staff: password, second factor, and mails that do not reveal which accounts exist."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.actors import COMMAND
from organisation.models import Role, User
from organisation.staff.services import StaffDetails, add_staff
from outbox.models import Message
from spreekuur.staff_mail import send_invitations, send_password_reset
from tests.factories import NOW, make_policy, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "een lange zin die niemand raadt"
LOGIN, RESET = "/account/login/", "/account/password/reset/"


@pytest.fixture
def user():
    user = make_user(Role.APPLICATION_MANAGER)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def code_now(secret):
    return hotp_value(secret, next(yield_hotp_counters_from_time()))


def code_of(secret):
    value = code_now(secret)
    return f"{value:06d}"


def sign_in(client, user, password=PASSWORD):
    return client.post(LOGIN, {"login": user.email, "password": password})


def test_sign_in_with_a_password_succeeds(client, user):
    answer = sign_in(client, user)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_wrong_password_and_an_unknown_address_give_the_same_error(client, user):
    wrong = sign_in(client, user, password="iets anders dan dat")
    unknown = client.post(LOGIN, {"login": "niemand@oostmeer.example", "password": PASSWORD})

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert wrong.context["form"].errors


def test_an_inactive_account_cannot_sign_in(client, user):
    User.objects.update(is_active=False)

    sign_in(client, user)

    assert client.get("/setup/").status_code == 302


def test_switching_an_account_off_ends_its_session(client, user):
    sign_in(client, user)
    User.objects.update(is_active=False)

    answer = client.get(reverse("organisation:setup"))

    assert answer.headers["Location"].startswith(LOGIN)


def test_too_many_sign_in_attempts_are_rate_limited(client, user):
    for _attempt in range(6):
        sign_in(client, user, password="een gok")

    answer = sign_in(client, user)

    assert answer.status_code in (200, 429)
    assert "_auth_user_id" not in client.session


def test_nobody_can_sign_up(client):
    assert client.get("/account/signup/").status_code == 404


def test_a_password_reset_responds_the_same_for_known_and_unknown_addresses(client, user):
    make_policy()

    known = client.post(RESET, {"email": user.email.upper()})
    unknown = client.post(RESET, {"email": "niemand@oostmeer.example"})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert list(Message.objects.order_by("pk").values_list("kind", "recipient", "person_key")) == [
        ("password_reset", user.email, f"user:{user.pk}"),
        ("password_reset_unknown", "niemand@oostmeer.example", "stranger"),
    ]
    assert mail.outbox == []


def test_an_unknown_address_gets_one_mail_a_day():
    for minute in range(5):
        send_password_reset("niemand@oostmeer.example", None, language="nl", now=NOW + timedelta(minutes=minute))

    assert Message.objects.count() == 1


@time_machine.travel(NOW, tick=False)
def test_the_link_in_the_mail_sets_the_password(client, user):
    send_password_reset(user.email, user, language="en", now=NOW)
    link = re.search(r"https?://\S+/account/password/reset/key/\S+/", Message.objects.get().text)[0]

    page = client.get(link.removeprefix(settings.PUBLIC_URL), follow=True)
    new = {"password1": "nog een lange zin 2026", "password2": "nog een lange zin 2026"}
    client.post(page.redirect_chain[-1][0], new)

    assert User.objects.get().check_password(new["password1"])


@time_machine.travel(NOW, tick=False)
def test_new_staff_get_one_mail_with_a_working_link(client):
    make_policy()
    details = StaffDetails("Sam Bos", "sam@oostmeer.example", frozenset({"advisor"}))
    add_staff(details, by=None, actor=COMMAND, now=NOW)

    written = [send_invitations(now=NOW), send_invitations(now=NOW)]

    letter = Message.objects.get()
    link = re.search(r"https?://\S+/account/password/reset/key/\S+/", letter.text)[0]
    page = client.get(link.removeprefix(settings.PUBLIC_URL), follow=True)
    assert written == [1, 0]
    assert (letter.recipient, letter.language, letter.sender_name) == ("sam@oostmeer.example", "nl", "Marit de Wit")
    assert "token_fail" not in page.context
    assert User.objects.get().invited_at == NOW


def test_a_required_second_factor_blocks_other_pages(client, user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    sign_in(client, user)

    answers = {path: client.get(path) for path in ("/", "/setup/", "/audit/", "/privacy/", "/admin/")}
    page = client.get("/", follow=True)

    assert {answer.headers.get("Location") for answer in answers.values()} == {reverse("mfa_index")}
    assert "warning" in [message.level_tag for message in page.context["messages"]]
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302


def test_recovery_codes_alone_are_not_a_second_factor(client, user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    RecoveryCodes.activate(user)
    client.force_login(user)

    assert client.get("/setup/").headers["Location"] == reverse("mfa_index")


def test_a_user_with_a_second_factor_is_asked_for_it(client, user):
    make_policy(second_factor_required=True, second_factor_grace_days=0)
    secret = generate_totp_secret()
    TOTP.activate(user, secret)

    first = sign_in(client, user)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert first.headers["Location"] == reverse("mfa_authenticate")
    assert wrong.status_code == 200
    assert right.headers["Location"] == "/"


def test_secrets_of_second_factors_are_not_readable_in_the_table(user):
    secret = generate_totp_secret()

    TOTP.activate(user, secret)

    assert secret not in str(Authenticator.objects.get().data)


def test_the_first_account_needs_no_mail(client, capsys):
    call_command("create_application_manager", "Baas@Oostmeer.example", "Bo", "Baas")

    printed = capsys.readouterr().out
    user = User.objects.get()
    link = re.search(r"https?://\S+/account/password/reset/key/\S+/", printed)[0]
    page = client.get(link.removeprefix(settings.PUBLIC_URL), follow=True)
    assert (user.email, user.name, user.roles) == ("baas@oostmeer.example", "Bo Baas", {"application_manager"})
    assert page.status_code == 200
    assert user.invitation_asked_at is None


@pytest.mark.parametrize("email", ["geen-adres", "baas@oostmeer.example"])
def test_the_command_reports_errors(email):
    User.objects.create_user(email="baas@oostmeer.example", name="Bo")

    with pytest.raises(CommandError):
        call_command("create_application_manager", email, "Bo")


def test_an_empty_installation_names_the_command_to_run(client):
    empty = client.get("/")
    make_user()
    filled = client.get("/")

    assert "create_application_manager" in empty.text
    assert "create_application_manager" not in filled.text
