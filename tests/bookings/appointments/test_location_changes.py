"""A talk whose place changes: both calendars follow, once, whoever changed it."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from advisors.models import Advisor
from bookings.appointments.book import book
from bookings.appointments.location_changes import tell_changed_places
from bookings.appointments.move import move
from bookings.appointments.reschedule import reschedule
from bookings.calendar.caldav_push import difference_of
from bookings.calendar.location_hash import place_of
from bookings.models import Booking, CalendarCopy
from bookings.reminders import remind_by_mail, remind_by_text
from organisation.models import AuditEvent, Location
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_location,
    make_other_calendar,
    make_policy,
    make_wish,
)
from tests.races import at_once, somebody_waits

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BOTH = ["advisor_changed_place", "changed_place"]


@pytest.fixture(autouse=True)
def policy(db):
    return make_policy()


def booked(channel="onsite", **fields):
    return book(invitation=make_invitation(), wish=make_wish(channel=channel, **fields), actor=CANDIDATE, now=NOW)


def told():
    return sorted(Message.objects.filter(kind__contains="changed_place").values_list("kind", flat=True))


@pytest.mark.parametrize("field", ["name", "address", "city", "room"])
def test_who_talks_at_a_location_hears_of_its_new_place_once(field):
    make_advisor()
    booking = booked()
    Location.objects.update(**{field: "Anders"})

    answers = [tell_changed_places(now=NOW), tell_changed_places(now=NOW + MINUTE)]

    after = Booking.objects.get()
    assert (answers, told(), after.sequence, after.place_told == place_of(after)) == ([1, 0], BOTH, 1, True)
    assert "SEQUENCE:1" in Message.objects.get(kind="changed_place").calendar
    assert AuditEvent.objects.get(action="booking.change_place").about == f"booking:{booking.pk}"


def test_a_new_room_for_video_is_told_to_who_talks_by_video_only():
    advisor = make_advisor()
    for channel, starts_at in (("video", TUESDAY_HALF_PAST_TEN), ("phone", WEDNESDAY_TEN)):
        booked(channel, starts_at=starts_at, advisor=advisor)
    Advisor.objects.update(video_url="https://video.example/anders")

    assert (tell_changed_places(now=NOW), told()) == (1, BOTH)
    assert sorted(Booking.objects.values_list("channel", "sequence")) == [("phone", 0), ("video", 1)]


@pytest.mark.parametrize("change", [{"is_active": False}, {"postal_code": "1234 AB"}, {"has_wheelchair_access": True}])
def test_what_the_invite_does_not_say_is_not_told(change):
    make_advisor()
    booked()
    Location.objects.update(**change)

    assert (tell_changed_places(now=NOW), told()) == (0, [])


def test_talks_of_before_are_taken_to_be_where_they_were_told():
    booking = make_booking(channel="onsite", location=make_location())

    answers = [tell_changed_places(now=NOW)]
    Location.objects.update(room="Route 99")
    answers += [tell_changed_places(now=NOW)]

    assert (answers, told(), Booking.objects.get(pk=booking.pk).sequence) == ([0, 1], BOTH, 1)


def test_a_talk_that_is_over_or_cancelled_is_nowhere():
    place = {"channel": "onsite", "location": make_location(), "place_told": "elsewhere"}
    make_booking(starts_at=NOW - MINUTE, **place)
    cancelled = make_booking(**place)
    Booking.objects.filter(pk=cancelled.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    assert (tell_changed_places(now=NOW), told()) == (0, [])


@pytest.mark.parametrize("how", ["move", "reschedule"])
def test_a_move_to_another_place_tells_it_itself(how):
    advisor = make_advisor(hours=False, video_url="https://video.example/kamer")
    booking = make_booking(advisor=advisor, channel="onsite", location=make_location(), place_told="before")
    for weekday in range(5):
        advisor.openings.create(
            weekday=weekday, starts="09:00", ends="12:00", channels=["onsite"], location=make_location()
        )
    deeds = {
        "move": lambda: move(
            booking=booking, wish=make_wish(WEDNESDAY_TEN, channel="onsite"), actor=CANDIDATE, now=NOW
        ),
        "reschedule": lambda: reschedule(booking=booking, starts_at=WEDNESDAY_TEN, word="", actor=CANDIDATE, now=NOW),
    }

    deeds[how]()

    assert (tell_changed_places(now=NOW), told(), Booking.objects.get().sequence) == (0, [], 1)


def test_a_reminder_that_waits_comes_again_with_the_new_place():
    location = make_location()
    make_booking(starts_at=WEDNESDAY_TEN, channel="onsite", location=location, place_told="before", phone="")
    noon = WEDNESDAY_TEN - timedelta(hours=22)
    remind_by_mail(now=noon)

    tell_changed_places(now=noon + MINUTE)
    remind_by_mail(now=noon + MINUTE)

    reminders = Message.objects.filter(kind="reminder").order_by("pk").values_list("reason", "state")
    assert list(reminders) == [("withdrawn", "suppressed"), ("", "queued")]


def test_a_calendar_elsewhere_is_written_again():
    advisor = make_advisor()
    calendar = make_other_calendar(advisor=advisor, kind="caldav", gets_talks=True)
    booking = make_booking(advisor=advisor, channel="onsite", location=make_location(), place_told="before")
    CalendarCopy.objects.create(booking=booking, calendar=calendar, place="https://dav.example/1", sequence=0)
    before = difference_of(calendar, now=NOW).to_write

    tell_changed_places(now=NOW)

    assert (before, difference_of(calendar, now=NOW).to_write) == ([], [booking])


def test_looking_costs_the_same_statements_whatever_the_number_of_talks():
    place = {"advisor": make_advisor(hours=False), "channel": "onsite", "location": make_location()}
    counts = []
    for number in range(6):
        booking = make_booking(starts_at=NOW + (number + 1) * timedelta(hours=1), **place)
        Booking.objects.filter(pk=booking.pk).update(place_told=place_of(booking))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tell_changed_places(now=NOW)
        counts.append(len(captured))

    assert counts == [4] * 6  # policy, what was told, advisors, locations


@pytest.mark.django_db(transaction=True)
def test_ten_scans_at_once_tell_it_once(transactional_db):
    make_booking(channel="onsite", location=make_location(), place_told="before")

    answers = at_once([lambda: tell_changed_places(now=NOW)] * 10, threads=10)

    assert (sorted(answers), told()) == ([0] * 9 + [1], BOTH)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_reminder_that_is_written_at_the_same_moment_comes_once(transactional_db):
    """The reminder commits after the other has looked at the talk, or is about to."""
    make_advisor()
    booking, reminded, told_it = booked(wants_sms=True), Event(), Event()
    Location.objects.update(room="Route 15")
    at_four = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    def remind_slowly():
        with transaction.atomic():
            remind_by_text(now=at_four)
            reminded.set()
            while not (told_it.is_set() or somebody_waits()):
                pass

    def tell():
        reminded.wait(timeout=60)
        try:
            tell_changed_places(now=at_four)
        finally:
            told_it.set()

    at_once([remind_slowly, tell], threads=2)
    remind_by_text(now=at_four + MINUTE)

    texts = Message.objects.filter(about=f"booking:{booking.pk}", channel="sms").order_by("pk")
    assert [(text.dedupe_key.split(":")[2], text.state) for text in texts] == [
        ("sequence=0", "suppressed"),
        ("sequence=1", "queued"),
    ]
