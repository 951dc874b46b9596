"""Mail to staff bounced: application managers are told once a day."""

from datetime import timedelta

import pytest

from core.actors import object_key
from organisation.models import Role, User
from outbox.models import Message
from spreekuur.staff_mail import mail_application_managers
from tests.factories import NOW, make_message, make_policy, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    make_policy()
    return make_user(Role.ADVISOR, name="Youssef Benali")


def make_failed(user, **fields):
    values = {"person_key": object_key(user), "recipient": user.email, "reason": "bounced", "ended_at": NOW}
    return make_message(state="failed", **values | fields)


def recipients():
    return sorted(Message.objects.filter(kind="staff_address_failed").values_list("recipient", flat=True))


def test_application_managers_are_mailed_once_a_day(advisor):
    managers = [make_user(Role.APPLICATION_MANAGER, Role.ADVISOR) for _number in range(2)]
    make_failed(advisor)
    make_failed(advisor, reason="address")

    first = [mail_application_managers(now=NOW + timedelta(hours=hours)) for hours in (1, 2)]
    make_failed(advisor, ended_at=NOW + timedelta(days=1))

    assert first == [2, 0]
    assert mail_application_managers(now=NOW + timedelta(days=1, hours=1)) == 2
    assert recipients() == sorted([application_manager.email for application_manager in managers] * 2)
    assert f"http://localhost:8000/setup/staff/{advisor.pk}/" in Message.objects.last().text


def test_no_mail_is_sent_about_old_addresses_inactive_staff_or_the_recipient(advisor):
    application_manager = make_user(Role.APPLICATION_MANAGER)
    make_failed(advisor, recipient="vroeger@ziekenhuis-oostmeer.example")
    make_failed(advisor, reason="refused")
    make_failed(application_manager)
    gone = make_user(Role.ADVISOR)
    make_failed(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert (mail_application_managers(now=NOW), recipients()) == (0, [])
