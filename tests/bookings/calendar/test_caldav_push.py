"""Talks written into an advisor's calendar, on a real Radicale."""

import re
from datetime import timedelta

import pytest

from advisors.external_calendars import caldav
from advisors.external_calendars.caldav_client import DavCalendar
from advisors.external_calendars.sync import read_calendar
from advisors.models import Advisor, AgendaEntry, OtherCalendar
from bookings import privacy
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.calendar.caldav_push import difference_of, something_differs, write_due
from bookings.models import Booking, CalendarCopy
from core.encryption import seal
from organisation.models import User
from tests.calendar_oracles import faults_found_by_libical
from tests.calendar_servers import A_CALENDAR, radicale_server, web_server
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_held_booking,
    make_other_calendar,
    make_policy,
    make_wish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with radicale_server(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def radicale(server, settings):
    server.ask("DELETE", "/benali/werk/")
    server.ask("MKCALENDAR", "/benali/werk/")
    settings.CALENDAR_HOSTS_ALLOWED = [server.host]
    return server


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def gets_talks(address, *, advisor=None):
    sealed = seal("geheim", purpose=caldav.PURPOSE)
    account = {"address": address, "username": "benali", "sealed_password": sealed}
    return make_other_calendar(advisor=advisor, kind="caldav", gets_talks=True, **account)


@pytest.fixture
def calendar(radicale):
    return gets_talks(radicale.address)


def writing_state():
    return OtherCalendar.objects.values_list("writing_problem", "write_due_at").get()


def starts(radicale):
    return sorted(re.findall(r"DTSTART:(\S+)", radicale.everything()))


def test_a_talk_is_written_without_a_name(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)

    assert write_due(now=NOW) == 1
    written = radicale.everything()
    assert starts(radicale) == ["20261124T093000Z"]
    assert "SUMMARY:Gesprek: telefonisch" in written
    assert [word for word in ("Aydin", "Sevda", "ATTENDEE", "ORGANIZER", "METHOD") if word in written] == []
    assert CalendarCopy.objects.values_list("booking", "sequence").get() == (booking.pk, 0)


def test_what_is_written_is_a_calendar_object(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    write_due(now=NOW)

    place = CalendarCopy.objects.get().place.partition(radicale.host)[2]
    assert faults_found_by_libical(radicale.ask("GET", place)[1].encode()) == ""


def test_a_talk_that_moved_moves_and_one_that_is_cancelled_goes(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)

    booking = move(booking=booking, wish=make_wish(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)
    write_due(now=NOW)
    assert starts(radicale) == ["20261125T090000Z"]
    cancel(booking=booking, by="candidate", word="", actor=CANDIDATE, now=NOW)
    write_due(now=NOW)
    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


def test_a_talk_that_goes_to_a_colleague_goes_to_that_calendar(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    move(booking=booking, wish=make_wish(WEDNESDAY_TEN, advisor=make_advisor()), actor=CANDIDATE, now=NOW)
    write_due(now=NOW)

    assert starts(radicale) == []


def test_when_nothing_differs_nobody_is_asked(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    write_due(now=NOW)

    assert (something_differs(now=NOW), write_due(now=NOW)) == (False, 0)


def test_a_talk_that_took_place_stays(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    Booking.objects.filter(pk=booking.pk).update(status="completed")

    assert not difference_of(calendar, now=NOW + timedelta(days=2))


def test_talks_of_the_past_and_of_others_are_not_written(calendar):
    make_held_booking(advisor=calendar.advisor)
    make_booking()

    assert not something_differs(now=NOW)


def test_a_talk_that_is_erased_goes_from_the_calendar(calendar, radicale):
    booking = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    privacy.erase(f"candidate:{booking.candidate.pk}")
    write_due(now=NOW)

    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


@pytest.mark.parametrize("ends", ["no talks", "no sign-in", "no role"])
def test_a_talk_goes_from_the_calendar_of_somebody_who_holds_no_talks_any_more(calendar, radicale, ends):
    booking = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    end_talks_of(calendar.advisor, ends)
    assert not something_differs(now=NOW)

    cancel(booking=booking, by="advisor", word="", actor=CANDIDATE, now=NOW)
    assert (something_differs(now=NOW), write_due(now=NOW)) == (True, 1)
    assert (starts(radicale), CalendarCopy.objects.count()) == ([], 0)


def end_talks_of(advisor, how):
    if how == "no talks":
        Advisor.objects.filter(pk=advisor.pk).update(is_active=False)
    elif how == "no sign-in":
        User.objects.filter(pk=advisor.user_id).update(is_active=False)
    else:
        advisor.user.grants.all().delete()


def test_a_talk_that_is_there_follows_and_no_new_one_comes_when_somebody_holds_no_talks_any_more(calendar, radicale):
    there = make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=3))
    end_talks_of(calendar.advisor, "no talks")
    Booking.objects.filter(pk=there.pk).update(
        starts_at=WEDNESDAY_TEN, ends_at=WEDNESDAY_TEN + timedelta(minutes=30), sequence=1
    )
    write_due(now=NOW)

    assert starts(radicale) == ["20261125T090000Z"]


def test_our_own_talks_do_not_come_back_as_busy_times(calendar, radicale):
    make_booking(advisor=calendar.advisor)
    write_due(now=NOW)
    read_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.filter(kind="external").count() == 0
    assert OtherCalendar.objects.get().problem == ""


def test_what_could_not_be_written_is_said_and_tried_later(settings):
    with web_server(settings) as server:
        server.pages = {}
        calendar = gets_talks(server.address("/werk/"))
        make_booking(advisor=calendar.advisor)
        write_due(now=NOW)
        said = writing_state()
        tried_at_once = write_due(now=NOW)

    assert (said, tried_at_once) == (("not_there", NOW + timedelta(minutes=30)), 0)
    assert something_differs(now=NOW + timedelta(minutes=30))


def test_a_wrong_password_is_tried_once_however_many_talks_there_are(settings):
    with web_server(settings) as server:
        server.pages["/werk/"] = (401, {}, b"")
        calendar = gets_talks(server.address("/werk/"))
        for hours in range(3):
            make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=hours))
        write_due(now=NOW)

    assert [method for method, _path, _headers in server.asked] == ["PROPFIND"]
    assert writing_state() == ("sign_in_needed", NOW + timedelta(minutes=30))


def write_two(settings, *, second):
    """Two talks for a server that takes the first one that is written and answers the other one with `second`."""

    def page(answer):
        if [method for method, *_rest in answer.server.asked].count("PUT") > 1:
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
        write_due(now=NOW)
    return len(difference_of(calendar, now=NOW).to_write)


def test_after_a_failure_half_way_the_rest_remains_and_need_not_wait(settings):
    left = write_two(settings, second=lambda answer: answer.send_error(507))

    assert (left, CalendarCopy.objects.count()) == (1, 1)
    assert writing_state() == ("server_fails", NOW)


def test_what_time_was_too_short_for_is_no_problem_and_need_not_wait(settings, monkeypatch):
    monkeypatch.setitem(DavCalendar.__init__.__kwdefaults__, "seconds", 2.0)
    left = write_two(settings, second=lambda answer: answer.server.lets_go.wait(20))

    assert (left, CalendarCopy.objects.count()) == (1, 1)
    assert writing_state() == ("", NOW)


def test_a_talk_that_cannot_be_removed_does_not_stop_the_others(calendar, radicale):
    places = [radicale.address.replace("127.0.0.1", "127.0.0.2") + "1.ics", radicale.address + "2.ics"]
    stuck, _gone = [CalendarCopy.objects.create(calendar=calendar, place=place, sequence=0) for place in places]
    booking = make_booking(advisor=calendar.advisor)

    write_due(now=NOW)
    assert writing_state() == ("address_forbidden", NOW)
    assert list(CalendarCopy.objects.values_list("place", "booking")) == [
        (stuck.place, None),
        (f"{radicale.address}spreekuur-{booking.uid}.ics", booking.pk),
    ]
    write_due(now=NOW)
    assert writing_state() == ("address_forbidden", NOW + timedelta(minutes=30))


def test_a_calendar_that_only_blocks_gets_no_talks(calendar, radicale):
    OtherCalendar.objects.update(gets_talks=False)
    make_booking(advisor=calendar.advisor)

    assert (write_due(now=NOW), starts(radicale)) == (0, [])


def test_looking_for_differences_costs_the_same_for_many_talks(calendar, django_assert_num_queries):
    for hours in range(10):
        make_booking(advisor=calendar.advisor, starts_at=WEDNESDAY_TEN + timedelta(hours=hours))

    with django_assert_num_queries(2):
        assert len(difference_of(calendar, now=NOW).to_write) == 10
