from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from advisors.models import ExternalCalendar
from advisors.tasks import enqueue_sync_when_due, read_calendars
from bookings.tasks import enqueue_calendar_push, write_calendars
from tests.calendar_samples import calendar
from tests.calendar_servers import web_server
from tests.factories import make_advisor, make_booking, make_external_calendar, make_policy

pytestmark = pytest.mark.django_db


def asked():
    return [task.func() for task in OrmQ.objects.all()]


def test_a_read_is_enqueued_when_a_calendar_is_due():
    calendar = make_external_calendar(due_at=timezone.now() + timedelta(minutes=1))
    enqueue_sync_when_due()
    assert asked() == []

    ExternalCalendar.objects.filter(pk=calendar.pk).update(due_at=timezone.now())
    enqueue_sync_when_due()
    assert asked() == ["advisors.tasks.read_calendars"]


@pytest.mark.process  # a calendar is read in a process of its own
def test_the_task_reads_due_calendars(settings):
    make_policy()
    with web_server(settings, agenda=(200, {}, calendar())) as server:
        make_external_calendar(address=server.address("/agenda"), due_at=timezone.now())
        read_calendars()

    assert ExternalCalendar.objects.filter(read_at__isnull=False).count() == 1


def test_a_write_is_enqueued_when_a_talk_is_to_be_written(settings):
    advisor = make_advisor()
    make_external_calendar(advisor=advisor, kind="caldav", gets_talks=True, write_due_at=timezone.now())
    enqueue_calendar_push()
    assert asked() == []

    make_booking(advisor=advisor, starts_at=timezone.now() + timedelta(days=1))
    enqueue_calendar_push()
    assert asked() == ["bookings.tasks.write_calendars"]


def test_a_failed_write_stores_its_error():
    advisor = make_advisor()
    address = {"address": "https://127.0.0.1/werk/", "write_due_at": timezone.now()}
    make_external_calendar(advisor=advisor, kind="caldav", gets_talks=True, **address)
    make_booking(advisor=advisor, starts_at=timezone.now() + timedelta(days=1))

    write_calendars()

    assert ExternalCalendar.objects.get().writing_problem == "address_forbidden"
