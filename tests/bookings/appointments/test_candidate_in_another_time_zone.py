"""Advisor and candidate in different time zones, around the clock changes: both see the same instant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Calendar, Slot, SlotQuery, free_slots
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.availability.queries import bookable_slots, one_per_start
from bookings.availability.slot_listing import parse_start, slot_page
from bookings.models import Booking
from bookings.notifications import mail_reminder
from bookings.reminders import remind_by_sms
from core.actors import Actor
from outbox.models import Message
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_opening,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db


def invited(zone, **fields):
    return make_invitation(rejection=make_rejection(candidate=make_candidate(time_zone=zone, **fields)))


@pytest.mark.parametrize(
    ("zone", "day", "utc_hour", "label", "time_there"),
    [
        # Amsterdam goes back on 25 October 2026, New York on 1 November: an hour nearer for one week
        ("America/New_York", datetime(2026, 10, 23), 7, "vrijdag 23 oktober", "03.00"),
        ("America/New_York", datetime(2026, 10, 26), 8, "maandag 26 oktober", "04.00"),
        ("America/New_York", datetime(2026, 11, 2), 8, "maandag 2 november", "03.00"),
        # London changes together with Amsterdam on 28 March 2027 and 31 October 2027
        ("Europe/London", datetime(2027, 3, 26), 8, "vrijdag 26 maart", "08.00"),
        ("Europe/London", datetime(2027, 3, 29), 7, "maandag 29 maart", "08.00"),
        ("Europe/London", datetime(2027, 10, 29), 7, "vrijdag 29 oktober", "08.00"),
        ("Europe/London", datetime(2027, 11, 1), 8, "maandag 1 november", "08.00"),
        # and on the Sundays themselves: nine o'clock comes after the change, wherever else it changes or not
        ("America/New_York", datetime(2026, 10, 25), 8, "zondag 25 oktober", "04.00"),
        ("Europe/London", datetime(2026, 10, 25), 8, "zondag 25 oktober", "08.00"),
        ("Asia/Tokyo", datetime(2026, 10, 25), 8, "zondag 25 oktober", "17.00"),
        ("America/New_York", datetime(2027, 3, 28), 7, "zondag 28 maart", "03.00"),
        ("Europe/London", datetime(2027, 3, 28), 7, "zondag 28 maart", "08.00"),
        ("Asia/Tokyo", datetime(2027, 3, 28), 7, "zondag 28 maart", "16.00"),
        ("America/New_York", datetime(2027, 10, 31), 8, "zondag 31 oktober", "04.00"),
        ("Europe/London", datetime(2027, 10, 31), 8, "zondag 31 oktober", "08.00"),
        ("Asia/Tokyo", datetime(2027, 10, 31), 8, "zondag 31 oktober", "17.00"),
        ("Pacific/Auckland", datetime(2026, 10, 26), 8, "maandag 26 oktober", "21.00"),
        ("Pacific/Honolulu", datetime(2026, 10, 26), 8, "zondag 25 oktober", "22.00"),
    ],
)
def test_nine_o_clock_in_amsterdam_is_shown_in_the_candidates_time_zone(zone, day, utc_hour, label, time_there):
    make_opening(advisor=make_advisor(hours=False), weekday=day.weekday(), ends=time(9, 30))
    invitation, now = invited(zone), day.replace(tzinfo=UTC) - timedelta(days=1, hours=4)

    slots = bookable_slots(invitation, policy=make_policy(horizon_days=2, closes_on_public_holidays=False), now=now)
    listing = slot_page(one_per_start(slots), since=None, language="nl", zone=invitation.candidate.zone)

    assert [slot.starts_at for slot in slots] == [day.replace(hour=utc_hour, tzinfo=UTC)]
    [shown] = listing.days
    assert (shown.label, [slot.time for slot in shown.slots]) == (label, [time_there])


SUMMER, WINTER = "(summer time)", "(winter time)"
TWICE = [f"02:00 {SUMMER}", f"02:30 {SUMMER}", f"02:00 {WINTER}", f"02:30 {WINTER}"]
TWICE_THERE = [f"01:00 {SUMMER}", f"01:30 {SUMMER}", f"01:00 {WINTER}", f"01:30 {WINTER}"]
NIGHTS = [  # local starts of half-hour slots in an opening from 01.30 until 04.00 in Amsterdam
    ("Europe/Amsterdam", date(2026, 10, 25), ["01:30", *TWICE, "03:00", "03:30"]),
    ("Europe/London", date(2027, 10, 31), ["00:30", *TWICE_THERE, "02:00", "02:30"]),
    ("Asia/Tokyo", date(2026, 10, 25), ["08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]),
    ("Europe/Amsterdam", date(2027, 3, 28), ["01:30", "03:00", "03:30"]),
    ("Europe/London", date(2027, 3, 28), ["00:30", "02:00", "02:30"]),
    ("Asia/Tokyo", date(2027, 3, 28), ["09:30", "10:00", "10:30"]),
    ("Europe/Amsterdam", date(2026, 10, 18), ["01:30", "02:00", "02:30", "03:00", "03:30"]),
]


@pytest.mark.parametrize(("zone", "sunday", "times"), NIGHTS)
def test_an_hour_that_comes_twice_has_two_names(zone, sunday, times):
    night = Hours(6, time(1, 30), time(4), frozenset({"phone"}))
    lasts = {"length": timedelta(minutes=20), "buffer": timedelta(minutes=10), "languages": frozenset({"nl"})}
    calendar = Calendar(advisor_id=1, zone=ZoneInfo("Europe/Amsterdam"), hours=(night,), **lasts)
    midnight = datetime.combine(sunday, time(), UTC)

    slots = free_slots(calendar, SlotQuery(midnight - timedelta(hours=3), midnight + timedelta(hours=3)))
    with translation.override("en"):
        [day] = slot_page(slots, since=None, language="en", zone=ZoneInfo(zone)).days

    assert [slot.time for slot in day.slots] == times
    assert [parse_start(slot.value) for slot in day.slots] == [slot.starts_at for slot in slots]


@pytest.mark.parametrize(
    ("zone", "starts", "clock"),
    [
        ("Atlantic/Azores", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "00:30"),  # the first hour of the day
        ("Asia/Beirut", datetime(2026, 10, 24, 20, 30, tzinfo=UTC), "23:30"),  # the last
    ],
)
def test_an_hour_at_midnight_that_comes_twice_has_two_names_too(zone, starts, clock):
    slots = [Slot(int(start.timestamp()), 1, None) for start in (starts, starts + timedelta(hours=1))]

    with translation.override("en"):
        [day] = slot_page(slots, since=None, language="en", zone=ZoneInfo(zone)).days

    assert [slot.time for slot in day.slots] == [f"{clock} {SUMMER}", f"{clock} {WINTER}"]


def test_the_letter_names_both_local_times_and_the_invite_has_utc():
    advisor, invitation = make_advisor(), invited("Europe/London")
    request, now = make_booking_request(advisor=advisor), datetime(2026, 11, 23, 9, tzinfo=UTC)

    booking = book(invitation=invitation, request=request, actor=Actor.of(invitation.candidate), now=now)

    mine, advisors = (Message.objects.get(kind=kind) for kind in ("confirmation", "advisor_booked"))
    assert booking.starts_at.astimezone(timezone.get_default_timezone()).strftime("%H:%M") == "10:30"
    when = "Wanneer: dinsdag 24 november om 09.30 uur. Dit is de tijd in Londen; in Nederland is het dan 10.30 uur.\n"
    assert when in mine.text
    assert "DTSTART:20261124T093000Z" in mine.calendar.replace("\r\n ", "")
    assert "10.30" in advisors.text
    assert "Londen" not in advisors.text


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Amsterdam", datetime(2026, 11, 23, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 23, 21, tzinfo=UTC)),
    ],
)
def test_an_sms_reminder_is_sent_at_four_in_the_candidates_time_zone(zone, expected):
    booking = make_booking(invitation=invited(zone), wants_sms=True)
    make_policy()
    due = [expected - timedelta(minutes=1), expected]

    sent = [remind_by_sms(now=moment) for moment in due]

    assert sent == [0, 1]
    assert Message.objects.get(transport="sms").about == f"booking:{booking.pk}"


def test_a_reminder_in_the_employers_time_zone_names_one_time_only():
    booking = make_booking(invitation=invited("Europe/Brussels"))

    draft = mail_reminder(booking, make_policy())

    assert "Brussel" not in draft.text


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "om 04.30 uur gaat niet door. Youssef Benali kan dan helaas niet."),
        ("Europe/Amsterdam", "om 10.30 uur gaat niet door. Youssef Benali kan dan helaas niet."),
    ],
)
def test_a_cancellation_names_the_time_zone_of_its_times(zone, said):
    make_policy()
    booking = make_booking(invitation=invited(zone))

    cancel_booking(booking=booking, by=Booking.CancelledBy.ADVISOR, actor=Actor(key="user:1", origin="web"), now=NOW)

    letter = Message.objects.get(kind="cancelled_by_advisor").text
    assert said in letter
    assert letter.count("Alle tijden in deze mail zijn tijden in New York.") == (zone != "Europe/Amsterdam")
