import pytest
from allauth.account.models import EmailAddress

from core.actors import Actor
from organisation import privacy
from organisation.errors import EmailTaken, LastApplicationManager, MayNotSignIn, OwnAccess
from organisation.models import AuditEvent, Role, User
from organisation.staff.services import StaffDetails, add_staff, change_staff, claim_invitation, resend_invitation
from tests.factories import NOW, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MANAGER = Actor(key="user:1", origin="web")


def details_of(user, **changes):
    values = {"name": user.name, "email": user.email, "roles": user.roles, "is_active": user.is_active}
    return StaffDetails(**values | changes)


def test_add_staff_creates_an_account_that_can_be_invited():
    manager = make_user(Role.APPLICATION_MANAGER)
    details = StaffDetails(name="Sam Bos", email=" Sam@Oostmeer.Example ", roles=frozenset({"advisor", "recruiter"}))

    user = add_staff(details, by=manager, actor=MANAGER, now=NOW)

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.roles, user.has_usable_password()) == (
        "sam@oostmeer.example",
        {"advisor", "recruiter"},
        False,
    )
    assert user.invitation_asked_at == NOW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(user.email, True, True)]
    assert set(user.grants.values_list("granted_by", flat=True)) == {manager.pk}
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "user.add",
        "role.grant.advisor",
        "role.grant.recruiter",
    }


def test_add_staff_refuses_an_address_that_is_in_use():
    known = make_user()

    with pytest.raises(EmailTaken):
        add_staff(StaffDetails("Sam", known.email.upper(), frozenset()), by=None, actor=MANAGER, now=NOW)

    assert User.objects.count() == 1


def test_change_staff_changes_roles_and_address():
    manager, user = make_user(Role.APPLICATION_MANAGER), make_user(Role.ADVISOR, Role.RECRUITER)
    since = user.grants.get(role="recruiter").granted_at

    change_staff(
        user, details_of(user, email="Nieuw@oostmeer.example", roles=frozenset({"recruiter", "manager"})), by=manager,
        actor=MANAGER, now=NOW,
    )  # fmt: skip

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.roles) == ("nieuw@oostmeer.example", {"recruiter", "manager"})
    assert user.grants.get(role="recruiter").granted_at == since
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == [user.email]


def test_change_staff_refuses_to_lose_the_last_application_manager():
    manager = make_user(Role.APPLICATION_MANAGER)

    with pytest.raises(LastApplicationManager):
        change_staff(manager, details_of(manager, is_active=False), by=manager, actor=MANAGER, now=NOW)

    assert User.objects.get().is_active
    assert AuditEvent.objects.values_list("action", "result").get() == ("user.change", "last_application_manager")


def test_an_inactive_application_manager_does_not_count():
    manager = make_user(Role.APPLICATION_MANAGER)
    make_user(Role.APPLICATION_MANAGER, is_active=False)

    with pytest.raises(LastApplicationManager):
        change_staff(manager, details_of(manager, roles=frozenset()), by=manager, actor=MANAGER, now=NOW)


def test_change_staff_refuses_to_remove_the_own_role():
    manager = make_user(Role.APPLICATION_MANAGER)
    make_user(Role.APPLICATION_MANAGER)

    with pytest.raises(OwnAccess):
        change_staff(manager, details_of(manager, roles=frozenset({"advisor"})), by=manager, actor=MANAGER, now=NOW)


def test_change_staff_refuses_the_address_of_a_colleague():
    manager, user = make_user(Role.APPLICATION_MANAGER), make_user()

    with pytest.raises(EmailTaken):
        change_staff(user, details_of(user, email=manager.email), by=manager, actor=MANAGER, now=NOW)


def test_an_invitation_is_claimed_once():
    user = make_user()
    resend_invitation(user, actor=MANAGER, now=NOW)
    user.refresh_from_db()

    assert [claim_invitation(user, now=NOW), claim_invitation(user, now=NOW)] == [True, False]


def test_resend_invitation_refuses_an_inactive_account():
    with pytest.raises(MayNotSignIn):
        resend_invitation(make_user(is_active=False), actor=MANAGER, now=NOW)


def test_export_and_erase_of_a_colleague():
    user = make_user(Role.ADVISOR, name="Sam Bos")
    key = f"user:{user.pk}"
    shown = privacy.export(key)

    privacy.erase(key)

    assert (shown["name"], shown["roles"], privacy.export("candidate:1")) == ("Sam Bos", ["advisor"], {})
    user = User.objects.get()
    assert (user.name, user.email, user.is_active, user.roles) == (
        "–",
        f"erased-{user.pk}@invalid.example",
        False,
        set(),
    )
