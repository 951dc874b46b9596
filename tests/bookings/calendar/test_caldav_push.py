"""Bookings pushed to an external calendar, on a real Radicale."""

import re
from datetime import timedelta

import pytest

from advisors.external_calendars import caldav
from advisors.external_calendars.caldav_client import CalDavCalendar
from advisors.external_calendars.sync import sync_calendar
from advisors.models import Advisor, AgendaEntry, ExternalCalendar
from bookings import privacy
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.calendar.caldav_push import any_calendar_differs, difference_of, push_due_calendars
from bookings.models import Booking, CalendarCopy
from core.encryption import encrypt
from organisation.models import User
from tests.calendar_oracles import faults_found_by_libical
from tests.calendar_servers import A_CALENDAR, radicale_server, web_server
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_completed_booking,
    make_external_calendar,
    make_policy,
)
from tests.processes import HANG_SECONDS, SILENCE_SECONDS

pytestmark = [pytest.mark.django_db, pytest.mark.process]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with radicale_server(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def radicale(server, settings):
    server.request("DELETE", "/benali/werk/")
    server.request("MKCALENDAR", "/benali/werk/")
    settings.CALENDAR_HOSTS_ALLOWED = [server.host]
    return server


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def gets_talks(address, *, advisor=None):
    sealed = encrypt("geheim", purpose=caldav.PURPOSE)
    account = {"address": address, "username": "benali", "sealed_password": sealed}
    return make_external_calendar(advisor=advisor, kind="caldav", gets_talks=True, **account)


@pytest.fixture
def calendar(radicale):
    return gets_talks(radicale.address)


def writing_state():
    return ExternalCalendar.objects.values_list("writing_problem", "write_due_at").get()


def starts(radicale):
    return sorted(re.findall(r"DTSTART:(\S+)", radicale.everything()))


def test_push_writes_a_booking_without_a_name(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)

    assert push_due_calendars(now=NOW) == 1
    written = radicale.everything()
    assert starts(radicale) == ["20261124T093000Z"]
    assert "SUMMARY:Gesprek: telefonisch" in written
    assert [word for word in ("Aydin", "Sevda", "ATTENDEE", "ORGANIZER", "METHOD") if word in written] == []
    assert CalendarCopy.objects.values_list("booking", "sequence").get() == (booking.pk, 0)


@pytest.mark.oracle
def test_push_writes_a_valid_calendar_object(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)

    place = CalendarCopy.objects.get().place.partition(radicale.host)[2]
    assert faults_found_by_libical(radicale.request("GET", place)[1].encode()) == ""


def test_push_updates_moved_and_removes_cancelled_bookings(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)

    booking = move_booking(booking=booking, request=make_booking_request(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)
    push_due_calendars(now=NOW)
    assert starts(radicale) == ["20261125T090000Z"]
    cancel_booking(booking=booking, by="candidate", remark="", actor=CANDIDATE, now=NOW)
    push_due_calendars(now=NOW)
    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


def test_push_moves_a_reassigned_booking_to_the_other_calendar(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    move_booking(
        booking=booking, request=make_booking_request(WEDNESDAY_TEN, advisor=make_advisor()), actor=CANDIDATE, now=NOW
    )
    push_due_calendars(now=NOW)

    assert starts(radicale) == []


def test_push_makes_no_request_without_a_difference(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)

    assert (any_calendar_differs(now=NOW), push_due_calendars(now=NOW)) == (False, 0)


def test_push_keeps_past_bookings(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    Booking.objects.filter(pk=booking.pk).update(status="completed")

    assert not difference_of(calendar, now=NOW + timedelta(days=2))


def test_push_writes_no_past_bookings_or_bookings_of_others(calendar):
    make_completed_booking(advisor=calendar.advisor)
    make_booking()

    assert not any_calendar_differs(now=NOW)


def test_push_removes_erased_bookings(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    privacy.erase(f"candidate:{booking.candidate.pk}")
    push_due_calendars(now=NOW)

    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


@pytest.mark.parametrize("ends", ["no talks", "no sign-in", "no role"])
def test_push_removes_ended_bookings_of_an_inactive_advisor(calendar, radicale, ends):
    booking = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    end_talks_of(calendar.advisor, ends)
    assert not any_calendar_differs(now=NOW)

    cancel_booking(booking=booking, by="advisor", remark="", actor=CANDIDATE, now=NOW)
    assert (any_calendar_differs(now=NOW), push_due_calendars(now=NOW)) == (True, 1)
    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


def end_talks_of(advisor, how):
    if how == "no talks":
        Advisor.objects.filter(pk=advisor.pk).update(is_active=False)
    elif how == "no sign-in":
        User.objects.filter(pk=advisor.user_id).update(is_active=False)
    else:
        advisor.user.grants.all().delete()


def test_push_updates_but_adds_no_bookings_of_an_inactive_advisor(calendar, radicale):
    there = make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=3))
    end_talks_of(calendar.advisor, "no talks")
    Booking.objects.filter(pk=there.pk).update(
        starts_at=WEDNESDAY_TEN, ends_at=WEDNESDAY_TEN + timedelta(minutes=30), sequence=1
    )
    push_due_calendars(now=NOW)

    assert starts(radicale) == ["20261125T090000Z"]


def test_pushed_bookings_are_not_read_as_busy_time(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    push_due_calendars(now=NOW)
    sync_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.filter(kind="external").count() == 0
    assert ExternalCalendar.objects.get().problem == ""


def test_failed_push_is_recorded_and_retried_later(settings):
    with web_server(settings) as server:
        server.pages = {}
        calendar = gets_talks(server.address("/werk/"))
        make_booking(advisor=calendar.advisor)
        push_due_calendars(now=NOW)
        said = writing_state()
        tried_at_once = push_due_calendars(now=NOW)

    assert (said, tried_at_once) == (("not_there", NOW + timedelta(minutes=30)), 0)
    assert any_calendar_differs(now=NOW + timedelta(minutes=30))


def test_push_tries_a_wrong_password_once(settings):
    with web_server(settings) as server:
        server.pages["/werk/"] = (401, {}, b"")
        calendar = gets_talks(server.address("/werk/"))
        for hours in range(3):
            make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=hours))
        push_due_calendars(now=NOW)

    assert [method for method, _path, _headers in server.requests] == ["PROPFIND"]
    assert writing_state() == ("sign_in_needed", NOW + timedelta(minutes=30))


def write_two(settings, *, second):
    """Two talks for a server that takes the first one that is written and answers the other one with `second`."""

    def page(answer):
        if [method for method, *_rest in answer.server.requests].count("PUT") > 1:
            second(answer)
            return
        answer.send_response(201)
        answer.send_header("Content-Length", "0")
        answer.end_headers()

    with web_server(settings) as server:
        calendar = gets_talks(server.address("/werk/"))
        server.pages["/werk/"] = (207, {}, A_CALENDAR)
        for starts_at in (WEDNESDAY_TEN, WEDNESDAY_TEN + timedelta(hours=1)):
            booking = make_booking(advisor=calendar.advisor, starts_at=starts_at)
            server.pages[f"/werk/spreekuur-{booking.uid}.ics"] = page
        push_due_calendars(now=NOW)
    return len(difference_of(calendar, now=NOW).to_write)


def test_push_continues_at_once_after_a_partial_failure(settings):
    left = write_two(settings, second=lambda answer: answer.send_error(507))

    assert (left, CalendarCopy.objects.count()) == (1, 1)
    assert writing_state() == ("server_fails", NOW)


def test_push_that_ran_out_of_time_continues_at_once(settings, monkeypatch):
    monkeypatch.setitem(CalDavCalendar.__init__.__kwdefaults__, "seconds", SILENCE_SECONDS)
    left = write_two(settings, second=lambda answer: answer.server.is_closing.wait(HANG_SECONDS))

    assert (left, CalendarCopy.objects.count()) == (1, 1)
    assert writing_state() == ("", NOW)


def test_push_continues_after_a_removal_that_fails(calendar, radicale):
    places = [radicale.address.replace("127.0.0.1", "127.0.0.2") + "1.ics", radicale.address + "2.ics"]
    stuck, _gone = [CalendarCopy.objects.create(calendar=calendar, place=place, sequence=0) for place in places]
    booking = make_booking(advisor=calendar.advisor)

    push_due_calendars(now=NOW)
    assert writing_state() == ("address_forbidden", NOW)
    assert list(CalendarCopy.objects.values_list("place", "booking")) == [
        (stuck.place, None),
        (f"{radicale.address}spreekuur-{booking.uid}.ics", booking.pk),
    ]
    push_due_calendars(now=NOW)
    assert writing_state() == ("address_forbidden", NOW + timedelta(minutes=30))


def test_calendar_that_is_only_read_gets_no_bookings(calendar, radicale):
    ExternalCalendar.objects.update(gets_talks=False)
    make_booking(advisor=calendar.advisor)

    assert (push_due_calendars(now=NOW), starts(radicale)) == (0, [])


def test_difference_takes_the_same_statements_for_many_bookings(calendar, django_assert_num_queries):
    for hours in range(10):
        make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=hours))

    with django_assert_num_queries(2):
        assert len(difference_of(calendar, now=NOW).to_write) == 10
