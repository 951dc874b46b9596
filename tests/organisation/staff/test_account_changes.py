"""An application manager may not become a colleague, and gets a content role only when somebody else agrees."""

import pytest
from django.core import mail

from core.actors import Actor
from organisation.errors import OwnRequest
from organisation.models import AccountNotice, AuditEvent, Role, RoleRequest, User
from organisation.staff.services import StaffDetails, add_staff, change_staff, decide_role_request
from outbox.models import Message
from spreekuur.staff_mail import send_account_notices
from tests.factories import NOW, make_policy, make_user

pytestmark = pytest.mark.django_db


def change(user, *, by, email=None, roles=None):
    wish = StaffDetails(
        name=user.name, email=email or user.email, roles=frozenset(user.roles if roles is None else roles)
    )
    change_staff(user, wish, by=by, actor=Actor.of(by), now=NOW)
    user.__dict__.pop("roles", None)


def letters(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_another_address_is_told_at_both_and_ends_every_session(client):
    make_policy()
    manager, colleague = make_user(Role.APPLICATION_MANAGER), make_user(Role.ADVISOR)
    client.force_login(colleague)
    old = colleague.email

    change(colleague, by=manager, email="nieuw@oostmeer.example")
    send_account_notices(now=NOW)
    send_account_notices(now=NOW)

    assert letters("staff_email_changed") == sorted(["nieuw@oostmeer.example", old])
    assert client.get("/today/").headers["Location"].startswith("/account/login/")
    assert "user.change_email" in actions()
    assert mail.outbox == []


def test_another_name_ends_no_session(client):
    manager, colleague = make_user(Role.APPLICATION_MANAGER), make_user(Role.ADVISOR)
    client.force_login(colleague)

    change(colleague, by=manager)

    assert (
        client.get("/account/2fa/").status_code,
        User.objects.get(pk=colleague.pk).sessions_version,
    ) == (200, 0)


@pytest.mark.parametrize("role", [Role.ADVISOR, Role.RECRUITER, Role.MANAGER])
def test_a_content_role_for_oneself_waits_for_somebody_else(role):
    make_policy()
    me, second, manager = (
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.MANAGER),
    )

    change(me, by=me, roles=[Role.APPLICATION_MANAGER, role])
    send_account_notices(now=NOW)

    assert (User.objects.get(pk=me.pk).roles, RoleRequest.objects.get().role) == ({Role.APPLICATION_MANAGER}, role)
    assert letters("staff_role_requested") == sorted([second.email, manager.email])
    assert actions() == [f"role.request.{role}", "user.change"]


def test_nobody_confirms_the_own_request():
    me, _second = make_user(Role.APPLICATION_MANAGER), make_user(Role.APPLICATION_MANAGER)
    change(me, by=me, roles=[Role.APPLICATION_MANAGER, Role.ADVISOR])

    with pytest.raises(OwnRequest):
        decide_role_request(RoleRequest.objects.get().pk, is_confirmed=True, by=me, actor=Actor.of(me), now=NOW)

    assert User.objects.get(pk=me.pk).roles == {Role.APPLICATION_MANAGER}


def test_the_only_application_manager_gets_the_role_and_managers_are_told():
    make_policy()
    me, manager = make_user(Role.APPLICATION_MANAGER), make_user(Role.MANAGER)

    change(me, by=me, roles=[Role.APPLICATION_MANAGER, Role.ADVISOR])
    send_account_notices(now=NOW)

    assert User.objects.get(pk=me.pk).roles == {Role.APPLICATION_MANAGER, Role.ADVISOR}
    assert letters("staff_role_taken") == [manager.email]
    assert actions() == ["role.take.advisor", "role.grant.advisor", "user.change"]


def test_others_are_told_of_a_new_account_that_sees_people():
    """A second account of an application manager would get round the confirmation unseen."""
    make_policy()
    me, second, manager = (
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.MANAGER),
    )
    wish = StaffDetails(name="Mijn tweede ik", email="ik2@oostmeer.example", roles=frozenset({Role.RECRUITER}))

    added = add_staff(wish, by=me, actor=Actor.of(me), now=NOW)
    change(added, by=me, roles=[])  # before anybody is told
    send_account_notices(now=NOW)

    assert letters("staff_role_given") == sorted([second.email, manager.email])
    text = Message.objects.filter(kind="staff_role_given").first().text
    assert f"Mijn tweede ik (ik2@oostmeer.example) kreeg de rol Recruiter van {me.name}." in text


def test_others_are_told_of_a_role_that_a_colleague_gets_and_of_no_other_change():
    make_policy()
    me, manager, colleague = make_user(Role.APPLICATION_MANAGER), make_user(Role.MANAGER), make_user(Role.ADVISOR)

    change(colleague, by=me, email="anders@oostmeer.example")
    assert not AccountNotice.objects.filter(kind="role_given").exists()
    change(colleague, by=me, roles=[Role.ADVISOR, Role.APPLICATION_MANAGER])
    send_account_notices(now=NOW)

    assert letters("staff_role_given") == [manager.email]


@pytest.mark.parametrize(
    ("answer", "roles"), [("confirm", {"application_manager", "advisor"}), ("decline", {"application_manager"})]
)
def test_a_manager_answers_the_request_on_its_page(client, answer, roles):
    make_policy()
    me, _second, manager = (
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.APPLICATION_MANAGER),
        make_user(Role.MANAGER),
    )
    change(me, by=me, roles=[Role.APPLICATION_MANAGER, Role.ADVISOR])
    client.force_login(manager)

    page = client.get("/setup/role-requests/")
    client.post(f"/setup/role-requests/{RoleRequest.objects.get().pk}/", {"answer": answer})

    assert me.name in page.content.decode()
    assert (User.objects.get(pk=me.pk).roles, RoleRequest.objects.count()) == (roles, 0)


def test_a_role_for_a_colleague_needs_nobody_else():
    me, colleague = make_user(Role.APPLICATION_MANAGER), make_user()

    change(colleague, by=me, roles=[Role.RECRUITER])

    assert (User.objects.get(pk=colleague.pk).roles, RoleRequest.objects.count()) == ({Role.RECRUITER}, 0)
