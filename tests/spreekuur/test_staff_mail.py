"""Mail to a colleague came back: who keeps the accounts is told, once a day."""

from datetime import timedelta

import pytest

from core.actors import key_of
from organisation.models import Role, User
from outbox.models import Message
from spreekuur.staff_mail import tell_application_managers
from tests.factories import NOW, make_message, make_policy, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    make_policy()
    return make_user(Role.ADVISOR, name="Youssef Benali")


def make_failed(user, **fields):
    values = {"person_key": key_of(user), "recipient": user.email, "reason": "bounced", "ended_at": NOW}
    return make_message(state="failed", **values | fields)


def told():
    return sorted(Message.objects.filter(kind="staff_address_failed").values_list("recipient", flat=True))


def test_application_managers_are_told_once_a_day(advisor):
    chiefs = [make_user(Role.APPLICATION_MANAGER, Role.ADVISOR) for _number in range(2)]
    make_failed(advisor)
    make_failed(advisor, reason="address")

    first = [tell_application_managers(now=NOW + timedelta(hours=hours)) for hours in (1, 2)]
    make_failed(advisor, ended_at=NOW + timedelta(days=1))

    assert first == [2, 0]
    assert tell_application_managers(now=NOW + timedelta(days=1, hours=1)) == 2
    assert told() == sorted([chief.email for chief in chiefs] * 2)
    assert f"http://localhost:8000/setup/staff/{advisor.pk}/" in Message.objects.last().text


def test_nobody_is_told_of_an_old_address_or_who_left_and_nobody_about_themselves(advisor):
    chief = make_user(Role.APPLICATION_MANAGER)
    make_failed(advisor, recipient="vroeger@ziekenhuis-oostmeer.example")
    make_failed(advisor, reason="refused")
    make_failed(chief)
    gone = make_user(Role.ADVISOR)
    make_failed(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert (tell_application_managers(now=NOW), told()) == (0, [])
