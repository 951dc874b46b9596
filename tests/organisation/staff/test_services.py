import pytest
from allauth.account.models import EmailAddress

from core.actors import Actor
from core.errors import EmailTaken, LastApplicationManager, MayNotSignIn, OwnAccess
from organisation import privacy
from organisation.models import AuditEvent, Role, User
from organisation.staff.services import StaffWish, add_staff, change_staff, invite_again, note_invited
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
BOSS = Actor(key="user:1", origin="web")


def wish_of(user, **changes):
    values = {"name": user.name, "email": user.email, "roles": user.roles, "is_active": user.is_active}
    return StaffWish(**values | changes)


def test_add_staff_makes_an_account_that_can_be_invited():
    boss = make_user(Role.APPLICATION_MANAGER)
    wish = StaffWish(name="Sam Bos", email=" Sam@Oostmeer.Example ", roles=frozenset({"advisor", "recruiter"}))

    user = add_staff(wish, by=boss, actor=BOSS, now=NOW)

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.roles, user.has_usable_password()) == (
        "sam@oostmeer.example",
        {"advisor", "recruiter"},
        False,
    )
    assert user.invitation_asked_at == NOW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(user.email, True, True)]
    assert set(user.grants.values_list("granted_by", flat=True)) == {boss.pk}
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "user.add",
        "role.grant.advisor",
        "role.grant.recruiter",
    }


def test_add_staff_refuses_an_address_that_is_in_use():
    known = make_user()

    with pytest.raises(EmailTaken):
        add_staff(StaffWish("Sam", known.email.upper(), frozenset()), by=None, actor=BOSS, now=NOW)

    assert User.objects.count() == 1


def test_change_staff_moves_roles_and_address():
    boss, user = make_user(Role.APPLICATION_MANAGER), make_user(Role.ADVISOR, Role.RECRUITER)
    since = user.grants.get(role="recruiter").granted_at

    change_staff(
        user, wish_of(user, email="Nieuw@oostmeer.example", roles=frozenset({"recruiter", "manager"})), by=boss,
        actor=BOSS, now=NOW,
    )  # fmt: skip

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.roles) == ("nieuw@oostmeer.example", {"recruiter", "manager"})
    assert user.grants.get(role="recruiter").granted_at == since
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == [user.email]


def test_change_staff_refuses_to_lose_the_last_application_manager():
    boss = make_user(Role.APPLICATION_MANAGER)

    with pytest.raises(LastApplicationManager):
        change_staff(boss, wish_of(boss, is_active=False), by=boss, actor=BOSS, now=NOW)

    assert User.objects.get().is_active
    assert AuditEvent.objects.values_list("action", "result").get() == ("user.change", "last_application_manager")


def test_an_application_manager_who_may_not_sign_in_does_not_count():
    boss = make_user(Role.APPLICATION_MANAGER)
    make_user(Role.APPLICATION_MANAGER, is_active=False)

    with pytest.raises(LastApplicationManager):
        change_staff(boss, wish_of(boss, roles=frozenset()), by=boss, actor=BOSS, now=NOW)


def test_change_staff_refuses_to_lock_oneself_out():
    boss = make_user(Role.APPLICATION_MANAGER)
    make_user(Role.APPLICATION_MANAGER)

    with pytest.raises(OwnAccess):
        change_staff(boss, wish_of(boss, roles=frozenset({"advisor"})), by=boss, actor=BOSS, now=NOW)


def test_change_staff_refuses_the_address_of_a_colleague():
    boss, user = make_user(Role.APPLICATION_MANAGER), make_user()

    with pytest.raises(EmailTaken):
        change_staff(user, wish_of(user, email=boss.email), by=boss, actor=BOSS, now=NOW)


def test_an_invitation_is_claimed_once():
    user = make_user()
    invite_again(user, actor=BOSS, now=NOW)
    user.refresh_from_db()

    assert [note_invited(user, now=NOW), note_invited(user, now=NOW)] == [True, False]


def test_invite_again_refuses_an_account_that_is_switched_off():
    with pytest.raises(MayNotSignIn):
        invite_again(make_user(is_active=False), actor=BOSS, now=NOW)


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
