from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from advisors.models import OtherCalendar
from advisors.tasks import read_calendars, wake_when_due
from bookings.tasks import wake_when_calendars_differ, write_calendars
from tests.calendar_samples import calendar
from tests.calendar_servers import web_server
from tests.factories import make_advisor, make_booking, make_other_calendar, make_policy

pytestmark = pytest.mark.django_db


def asked():
    return [task.func() for task in OrmQ.objects.all()]


def test_a_worker_is_woken_when_a_calendar_is_due_and_not_before():
    calendar = make_other_calendar(due_at=timezone.now() + timedelta(minutes=1))
    wake_when_due()
    assert asked() == []

    OtherCalendar.objects.filter(pk=calendar.pk).update(due_at=timezone.now())
    wake_when_due()
    assert asked() == ["advisors.tasks.read_calendars"]


def test_a_worker_reads_what_is_due(settings):
    make_policy()
    with web_server(settings, agenda=(200, {}, calendar())) as server:
        make_other_calendar(address=server.address("/agenda"), due_at=timezone.now())
        read_calendars()

    assert OtherCalendar.objects.filter(read_at__isnull=False).count() == 1


def test_a_worker_is_woken_when_a_talk_is_to_be_written(settings):
    advisor = make_advisor()
    make_other_calendar(advisor=advisor, kind="caldav", gets_talks=True, write_due_at=timezone.now())
    wake_when_calendars_differ()
    assert asked() == []

    make_booking(advisor=advisor, starts_at=timezone.now() + timedelta(days=1))
    wake_when_calendars_differ()
    assert asked() == ["bookings.tasks.write_calendars"]


def test_a_worker_says_what_it_could_not_write():
    advisor = make_advisor()
    address = {"address": "https://127.0.0.1/werk/", "write_due_at": timezone.now()}
    make_other_calendar(advisor=advisor, kind="caldav", gets_talks=True, **address)
    make_booking(advisor=advisor, starts_at=timezone.now() + timedelta(days=1))

    write_calendars()

    assert OtherCalendar.objects.get().writing_problem == "address_forbidden"
