"""Reminders after downtime of the worker, for a booking on Wednesday 25 November at 10:00."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.models import Booking
from bookings.notifications import booked
from bookings.reassignment.reassign import reassign_booking
from bookings.tasks import send_what_is_due
from organisation.models import Policy
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = pytest.mark.django_db
AMSTERDAM, NEW_YORK, TOKYO = (ZoneInfo(f"{name}") for name in ("Europe/Amsterdam", "America/New_York", "Asia/Tokyo"))
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MAIL, TEXT, NOTE, ASKED = "reminder mail", "reminder sms", "advisor_note mail", "advisor_outcome mail"


def at(text, zone=AMSTERDAM):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def talk(zone=AMSTERDAM, **fields):
    rejection = make_rejection(candidate=make_candidate(time_zone=str(zone)))
    invitation = make_invitation(rejection=rejection, sent_at=fields.get("booked_at", NOW) - HOUR)
    return make_booking(**{"starts_at": WEDNESDAY_TEN, "wants_sms": True, "invitation": invitation} | fields)


def work(*moments):
    """What a worker does in these minutes."""
    for moment in moments:
        send_what_is_due(moment)
        deliver_due(now=moment)


def came_of():
    rows = Message.objects.filter(is_dormant=False).exclude(kind__contains="invitation").order_by("pk")
    return {f"{row.kind} {row.transport}": row.reason or row.state for row in rows}


@pytest.mark.parametrize(
    ("back_at", "expected"),
    [
        ("2026-11-24T08:59", {}),
        ("2026-11-24T12:00", {MAIL: "sent"}),
        ("2026-11-24T19:59", {MAIL: "sent", TEXT: "sent"}),
        ("2026-11-24T20:00", {MAIL: "sent", TEXT: "too_late"}),
        ("2026-11-24T23:59", {MAIL: "sent", TEXT: "too_late"}),
        ("2026-11-25T08:30", {MAIL: "sent", TEXT: "too_late"}),  # says "today"
        ("2026-11-25T09:59", {MAIL: "sent", TEXT: "too_late", NOTE: "sent"}),
        ("2026-11-25T10:00", {MAIL: "too_late", TEXT: "too_late", NOTE: "too_late"}),
        ("2026-11-26T08:59", {MAIL: "too_late", TEXT: "too_late", NOTE: "too_late"}),
        ("2026-11-26T09:59", {MAIL: "too_late", TEXT: "too_late", NOTE: "too_late", ASKED: "sent"}),
        ("2026-11-26T10:00", {ASKED: "sent"}),  # a day after the talk nobody reminds of it any more
        ("2026-12-30T09:00", {ASKED: "sent"}),
        ("2026-12-30T10:00", {}),  # nor asks how it went after five weeks
    ],
)
def test_worker_sends_what_is_still_useful_after_downtime(back_at, expected):
    make_policy()
    talk()

    work(at(back_at))

    assert came_of() == expected


def test_reminder_on_the_day_itself_says_today():
    make_policy()
    talk()

    send_what_is_due(at("2026-11-25T08:30"))

    letter = Message.objects.get(kind="reminder", transport="mail")
    assert (letter.subject, letter.expires_at) == ("Vandaag: je gesprek om 10.00 uur", WEDNESDAY_TEN)
    assert ("Morgen" in letter.text, "Tot straks" in letter.text) == (False, True)


@pytest.mark.parametrize(
    ("zone", "starts_at", "mail", "text"),
    [
        (AMSTERDAM, "2026-10-26T10:00", "2026-10-25T09:00", "2026-10-25T16:00"),  # the clock went back that night
        (AMSTERDAM, "2027-03-29T10:00", "2027-03-28T09:00", "2027-03-28T16:00"),  # and forward
        (NEW_YORK, "2026-11-25T04:00", "2026-11-24T09:00", "2026-11-24T16:00"),
        (NEW_YORK, "2026-11-02T04:00", "2026-11-01T09:00", "2026-11-01T16:00"),  # back, a week after ours
        (TOKYO, "2026-11-25T18:00", "2026-11-24T09:00", "2026-11-24T16:00"),
    ],
)
def test_every_reminder_is_sent_once_in_the_candidates_time_zone(zone, starts_at, mail, text):
    begins, booked_at = at(starts_at, zone), at("2026-10-01T12:00")
    make_policy()
    talk(zone, starts_at=begins, booked_at=booked_at)
    moments = [at(mail, zone) - MINUTE, at(mail, zone), at(text, zone) - MINUTE, at(text, zone), begins - HOUR]

    work(*moments, *moments)  # once more: a clock that was turned back

    left = (
        Message.objects.filter(kind__in=("reminder", "advisor_note")).order_by("pk").values_list("sent_at", flat=True)
    )
    assert list(left) == [at(mail, zone), at(text, zone), begins - HOUR]


def test_clock_jump_sends_nothing_twice():
    make_policy()
    talk()
    hours = [at("2026-11-24T15:30") + n * HOUR for n in (0, 1, 0, 1, 18, 1, 0, 18)]

    work(*hours)

    assert came_of() == {MAIL: "sent", TEXT: "sent", NOTE: "sent"}
    assert Message.objects.filter(kind__in=("reminder", "advisor_note")).count() == 3


@pytest.mark.parametrize(
    ("booked_at", "expected"),
    [
        ("2026-11-24T08:59", {MAIL: "sent", TEXT: "sent", NOTE: "sent"}),
        ("2026-11-24T09:00", {TEXT: "sent", NOTE: "sent"}),
        ("2026-11-24T16:00", {NOTE: "sent"}),
        ("2026-11-25T09:30", {}),  # the letter about the booking just came
    ],
)
def test_booking_made_after_a_reminder_time_gets_no_such_reminder(booked_at, expected):
    make_policy()
    talk(booked_at=at(booked_at))

    work(*(moment for moment in (at("2026-11-24T16:10"), at("2026-11-25T09:40")) if moment >= at(booked_at)))

    assert came_of() == expected


@pytest.mark.parametrize(("minutes", "expected"), [(0, {}), (60, {}), (90, {NOTE: "sent"})])
def test_schedule_decides_when_the_advisor_note_is_sent(minutes, expected):
    make_policy(timetable={"advisor_note_minutes_before": minutes, "mail_reminder_at": "22:00"})
    talk(wants_sms=False, mail_reminder_at=NOW)

    work(WEDNESDAY_TEN - timedelta(minutes=90))

    assert came_of() == expected


def test_advisor_note_links_to_the_file_without_a_name():
    make_policy()
    booking = talk()

    work(WEDNESDAY_TEN - HOUR)

    note = Message.objects.get(kind="advisor_note")
    assert (note.recipient, note.subject) == (booking.advisor.user.email, "Straks om 10.00 uur: gesprek (telefonisch)")
    assert reverse("talks:file", args=[booking.pk]) in note.text
    assert [name for name in ("Sevda", "Aydin") if name in note.text] == []


def test_advisor_who_takes_over_within_the_hour_gets_a_note():
    make_policy()
    booking, colleague = talk(), make_advisor(name="Ans de Boer")
    work(WEDNESDAY_TEN - HOUR)

    reassign_booking(
        booking=booking, to_advisor_id=colleague.pk, remark="", actor=CANDIDATE, now=WEDNESDAY_TEN - HOUR / 2
    )
    work(WEDNESDAY_TEN - HOUR / 2, WEDNESDAY_TEN - MINUTE)

    notes = Message.objects.filter(kind="advisor_note").order_by("pk").values_list("recipient", flat=True)
    assert list(notes) == [booking.advisor.user.email, colleague.user.email]


def test_move_replaces_queued_reminders():
    make_policy(cancel_until_hours=0)
    booking = talk(starts_at=TUESDAY_HALF_PAST_TEN, booked_at=at("2026-11-20T12:00"))
    send_what_is_due(TUESDAY_HALF_PAST_TEN - HOUR)

    wish = make_booking_request(WEDNESDAY_TEN, advisor=booking.advisor)
    move_booking(booking=booking, request=wish, actor=CANDIDATE, now=TUESDAY_HALF_PAST_TEN - HOUR / 2)
    work(WEDNESDAY_TEN - HOUR)

    notes = Message.objects.filter(kind="advisor_note").order_by("pk").values_list("reason", "state")
    assert list(notes) == [("withdrawn", "suppressed"), ("", "sent")]
    assert Booking.objects.get().advisor_note_at == WEDNESDAY_TEN - HOUR


def test_invite_expires_after_the_session_and_a_cancellation_never():
    make_policy()
    wish = make_booking_request(TUESDAY_HALF_PAST_TEN, advisor=make_advisor())
    booking = book(invitation=make_invitation(), request=wish, actor=CANDIDATE, now=NOW)
    cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    letters = Message.objects.order_by("pk").values_list("calendar_method", "expires_at")
    assert set(letters.filter(calendar_method="CANCEL")) == {("CANCEL", None)}
    assert {draft.expires_at for draft in booked(booking, Policy.objects.get(), now=NOW)} == {booking.ends_at}


def test_mail_missed_before_midnight_is_repeated_for_today():
    make_policy()
    talk()
    send_what_is_due(at("2026-11-24T16:00"))

    for moment in ("2026-11-25T00:10", "2026-11-25T00:12", "2026-11-25T07:00"):
        deliver_due(now=at(moment))
        send_what_is_due(at(moment))

    letters = Message.objects.filter(kind="reminder", transport="mail").order_by("pk")
    assert [(letter.state, letter.reason) for letter in letters] == [("suppressed", "too_late"), ("sent", "")]
    assert "vandaag" in letters[1].subject.lower()
