"""Changed locations: both sides get one new invite."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from advisors.models import Advisor
from bookings.appointments.book import book
from bookings.appointments.location_changes import announce_location_changes
from bookings.appointments.move import move_booking
from bookings.appointments.reschedule import reschedule_booking
from bookings.calendar.caldav_push import difference_of
from bookings.calendar.invites import booking_location_hash
from bookings.models import Booking, CalendarCopy
from bookings.reminders import remind_by_mail, remind_by_sms
from organisation.models import AuditEvent, Location
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_external_calendar,
    make_invitation,
    make_location,
    make_policy,
)
from tests.processes import HANG_SECONDS
from tests.races import has_lock_waiter, run_concurrently

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BOTH = ["advisor_changed_place", "changed_place"]


@pytest.fixture(autouse=True)
def policy(db):
    return make_policy()


def booked(channel="onsite", **fields):
    return book(
        invitation=make_invitation(), request=make_booking_request(channel=channel, **fields), actor=CANDIDATE, now=NOW
    )


def announced():
    return sorted(Message.objects.filter(kind__contains="changed_place").values_list("kind", flat=True))


@pytest.mark.parametrize("field", ["name", "address", "city", "room"])
def test_a_changed_location_is_announced_once_to_its_bookings(field):
    make_advisor()
    booking = booked()
    Location.objects.update(**{field: "Anders"})

    answers = [announce_location_changes(now=NOW), announce_location_changes(now=NOW + MINUTE)]

    after = Booking.objects.get()
    assert (answers, announced(), after.sequence, after.place_told == booking_location_hash(after)) == (
        [1, 0],
        BOTH,
        1,
        True,
    )
    assert "SEQUENCE:1" in Message.objects.get(kind="changed_place").calendar
    assert AuditEvent.objects.get(action="booking.change_place").about == f"booking:{booking.pk}"


def test_a_new_video_room_is_announced_to_video_bookings_only():
    advisor = make_advisor()
    for channel, starts_at in (("video", TUESDAY_HALF_PAST_TEN), ("phone", WEDNESDAY_TEN)):
        booked(channel, starts_at=starts_at, advisor=advisor)
    Advisor.objects.update(video_url="https://video.example/anders")

    assert (announce_location_changes(now=NOW), announced()) == (1, BOTH)
    assert sorted(Booking.objects.values_list("channel", "sequence")) == [("phone", 0), ("video", 1)]


@pytest.mark.parametrize("change", [{"is_active": False}, {"postal_code": "1234 AB"}, {"has_wheelchair_access": True}])
def test_a_change_that_the_invite_does_not_show_is_not_announced(change):
    make_advisor()
    booked()
    Location.objects.update(**change)

    assert (announce_location_changes(now=NOW), announced()) == (0, [])


def test_bookings_without_a_stored_hash_get_it_without_a_message():
    booking = make_booking(channel="onsite", location=make_location())

    answers = [announce_location_changes(now=NOW)]
    Location.objects.update(room="Route 99")
    answers += [announce_location_changes(now=NOW)]

    assert (answers, announced(), Booking.objects.get(pk=booking.pk).sequence) == ([0, 1], BOTH, 1)


def test_a_booking_that_is_over_or_cancelled_is_ignored():
    place = {"channel": "onsite", "location": make_location(), "place_told": "elsewhere"}
    make_booking(starts_at=NOW - MINUTE, **place)
    cancelled = make_booking(**place)
    Booking.objects.filter(pk=cancelled.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    assert (announce_location_changes(now=NOW), announced()) == (0, [])


@pytest.mark.parametrize("how", ["move_booking", "reschedule_booking"])
def test_a_move_to_another_location_is_not_announced_twice(how):
    advisor = make_advisor(hours=False, video_url="https://video.example/kamer")
    booking = make_booking(advisor=advisor, channel="onsite", location=make_location(), place_told="before")
    for weekday in range(5):
        advisor.openings.create(
            weekday=weekday, starts="09:00", ends="12:00", channels=["onsite"], location=make_location()
        )
    deeds = {
        "move_booking": lambda: move_booking(
            booking=booking, request=make_booking_request(WEDNESDAY_TEN, channel="onsite"), actor=CANDIDATE, now=NOW
        ),
        "reschedule_booking": lambda: reschedule_booking(
            booking=booking, starts_at=WEDNESDAY_TEN, remark="", actor=CANDIDATE, now=NOW
        ),
    }

    deeds[how]()

    assert (announce_location_changes(now=NOW), announced(), Booking.objects.get().sequence) == (0, [], 1)


def test_a_pending_reminder_is_posted_again_with_the_new_location():
    location = make_location()
    make_booking(starts_at=WEDNESDAY_TEN, channel="onsite", location=location, place_told="before", phone="")
    noon = WEDNESDAY_TEN - timedelta(hours=22)
    remind_by_mail(now=noon)

    announce_location_changes(now=noon + MINUTE)
    remind_by_mail(now=noon + MINUTE)

    reminders = Message.objects.filter(kind="reminder").order_by("pk").values_list("reason", "state")
    assert list(reminders) == [("withdrawn", "suppressed"), ("", "queued")]


def test_an_external_calendar_is_written_again():
    advisor = make_advisor()
    calendar = make_external_calendar(advisor=advisor, kind="caldav", gets_talks=True)
    booking = make_booking(advisor=advisor, channel="onsite", location=make_location(), place_told="before")
    CalendarCopy.objects.create(booking=booking, calendar=calendar, place="https://dav.example/1", sequence=0)
    before = difference_of(calendar, now=NOW).to_write

    announce_location_changes(now=NOW)

    assert (before, difference_of(calendar, now=NOW).to_write) == ([], [booking])


def test_the_number_of_statements_does_not_grow_with_bookings():
    place = {"advisor": make_advisor(hours=False), "channel": "onsite", "location": make_location()}
    counts = []
    for number in range(6):
        booking = make_booking(starts_at=NOW + (number + 1) * timedelta(hours=1), **place)
        Booking.objects.filter(pk=booking.pk).update(place_told=booking_location_hash(booking))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            announce_location_changes(now=NOW)
        counts.append(len(captured))

    assert counts == [4] * 6  # policy, stored hashes, advisors, locations


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_runs_announce_it_once(transactional_db):
    make_booking(channel="onsite", location=make_location(), place_told="before")

    answers = run_concurrently([lambda: announce_location_changes(now=NOW)] * 10, threads=10)

    assert (sorted(answers), announced()) == ([0] * 9 + [1], BOTH)


@pytest.mark.race
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_reminder_posted_concurrently_is_sent_once(transactional_db):
    """The reminder commits before or after the other transaction reads the booking."""
    make_advisor()
    booking, reminded, told_it = booked(wants_sms=True), Event(), Event()
    Location.objects.update(room="Route 15")
    at_four = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    def remind_slowly():
        with transaction.atomic():
            remind_by_sms(now=at_four)
            reminded.set()
            while not (told_it.is_set() or has_lock_waiter()):
                pass

    def tell():
        reminded.wait(timeout=HANG_SECONDS)
        try:
            announce_location_changes(now=at_four)
        finally:
            told_it.set()

    run_concurrently([remind_slowly, tell], threads=2)
    remind_by_sms(now=at_four + MINUTE)

    texts = Message.objects.filter(about=f"booking:{booking.pk}", transport="sms").order_by("pk")
    assert [(text.dedupe_key.split(":")[2], text.state) for text in texts] == [
        ("sequence=0", "suppressed"),
        ("sequence=1", "queued"),
    ]
