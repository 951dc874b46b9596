"""What leaves and what does not when nobody worked for a while; the talk is on Wednesday 25 November at 10.00."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.models import Booking
from bookings.notifications import booked
from bookings.reassignment.reassign import hand_over
from bookings.tasks import send_what_is_due
from organisation.models import Policy
from outbox import clock
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from outbox.tasks import deliver_due_messages
from spreekuur.periodic_tasks import tick
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_wish,
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
    rows = Message.objects.filter(is_standby=False).exclude(kind__contains="invitation").order_by("pk")
    return {f"{row.kind} {row.channel}": row.reason or row.state for row in rows}


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
def test_a_worker_that_was_down_since_monday_sends_what_still_makes_sense(back_at, expected):
    make_policy()
    talk()

    work(at(back_at))

    assert came_of() == expected


def test_who_hears_of_it_on_the_day_itself_reads_today():
    make_policy()
    talk()

    send_what_is_due(at("2026-11-25T08:30"))

    letter = Message.objects.get(kind="reminder", channel="mail")
    assert (letter.subject, letter.useless_after) == ("Vandaag: je gesprek om 10.00 uur", WEDNESDAY_TEN)
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
def test_every_reminder_leaves_once_on_the_clock_where_the_candidate_is(zone, starts_at, mail, text):
    begins, booked_at = at(starts_at, zone), at("2026-10-01T12:00")
    make_policy()
    talk(zone, starts_at=begins, booked_at=booked_at)
    moments = [at(mail, zone) - MINUTE, at(mail, zone), at(text, zone) - MINUTE, at(text, zone), begins - HOUR]

    work(*moments, *moments)  # once more: a clock that was turned back

    left = (
        Message.objects.filter(kind__in=("reminder", "advisor_note")).order_by("pk").values_list("sent_at", flat=True)
    )
    assert list(left) == [at(mail, zone), at(text, zone), begins - HOUR]


def test_a_clock_that_jumps_back_or_forward_sends_nothing_twice():
    make_policy()
    talk()
    hours = [at("2026-11-24T15:30") + n * HOUR for n in (0, 1, 0, 1, 18, 1, 0, 18)]

    work(*hours)

    assert came_of() == {MAIL: "sent", TEXT: "sent", NOTE: "sent"}
    assert Message.objects.filter(kind__in=("reminder", "advisor_note")).count() == 3


def test_a_clock_that_is_ahead_for_a_minute_loses_no_reminder(monkeypatch):
    make_policy()
    talk()
    came = []

    for minute in range(7):
        monkeypatch.setattr(clock, "seconds", lambda minute=minute: minute * 60.0)
        ahead = 26 * HOUR if minute == 1 else 0 * HOUR
        with time_machine.travel(at("2026-11-24T08:58") + minute * MINUTE + ahead, tick=False):
            tick()
            deliver_due_messages()
        came.append(came_of())

    assert came == [{}] * 5 + [{MAIL: "sent"}] * 2  # three minutes after the clock is right again


@pytest.mark.parametrize(
    ("booked_at", "expected"),
    [
        ("2026-11-24T08:59", {MAIL: "sent", TEXT: "sent", NOTE: "sent"}),
        ("2026-11-24T09:00", {TEXT: "sent", NOTE: "sent"}),
        ("2026-11-24T16:00", {NOTE: "sent"}),
        ("2026-11-25T09:30", {}),  # the letter about the booking just came
    ],
)
def test_a_talk_arranged_after_the_moment_of_a_reminder_gets_none(booked_at, expected):
    make_policy()
    talk(booked_at=at(booked_at))

    work(*(moment for moment in (at("2026-11-24T16:10"), at("2026-11-25T09:40")) if moment >= at(booked_at)))

    assert came_of() == expected


@pytest.mark.parametrize(("minutes", "expected"), [(0, {}), (60, {}), (90, {NOTE: "sent"})])
def test_policy_says_how_long_before_the_talk_the_note_comes(minutes, expected):
    make_policy(timetable={"advisor_note_minutes_before": minutes, "mail_reminder_at": "22:00"})
    talk(wants_sms=False, mail_reminder_at=NOW)

    work(WEDNESDAY_TEN - timedelta(minutes=90))

    assert came_of() == expected


def test_the_note_names_no_candidate_and_leads_to_the_file():
    make_policy()
    booking = talk()

    work(WEDNESDAY_TEN - HOUR)

    note = Message.objects.get(kind="advisor_note")
    assert (note.recipient, note.subject) == (booking.advisor.user.email, "Straks om 10.00 uur: gesprek (telefonisch)")
    assert reverse("talks:file", args=[booking.pk]) in note.text
    assert [name for name in ("Sevda", "Aydin") if name in note.text] == []


def test_who_takes_a_talk_over_within_the_hour_gets_a_note_as_well():
    make_policy()
    booking, colleague = talk(), make_advisor(name="Ans de Boer")
    work(WEDNESDAY_TEN - HOUR)

    hand_over(booking=booking, to=colleague.pk, word="", actor=CANDIDATE, now=WEDNESDAY_TEN - HOUR / 2)
    work(WEDNESDAY_TEN - HOUR / 2, WEDNESDAY_TEN - MINUTE)

    notes = Message.objects.filter(kind="advisor_note").order_by("pk").values_list("recipient", flat=True)
    assert list(notes) == [booking.advisor.user.email, colleague.user.email]


def test_a_move_withdraws_what_waits_and_the_new_ones_follow_the_new_moment():
    make_policy(cancel_until_hours=0)
    booking = talk(starts_at=TUESDAY_HALF_PAST_TEN, booked_at=at("2026-11-20T12:00"))
    send_what_is_due(TUESDAY_HALF_PAST_TEN - HOUR)

    wish = make_wish(WEDNESDAY_TEN, advisor=booking.advisor)
    move(booking=booking, wish=wish, actor=CANDIDATE, now=TUESDAY_HALF_PAST_TEN - HOUR / 2)
    work(WEDNESDAY_TEN - HOUR)

    notes = Message.objects.filter(kind="advisor_note").order_by("pk").values_list("reason", "state")
    assert list(notes) == [("withdrawn", "suppressed"), ("", "sent")]
    assert Booking.objects.get().advisor_note_at == WEDNESDAY_TEN - HOUR


def test_an_invite_is_of_no_use_after_the_talk_and_a_cancellation_always_is():
    make_policy()
    wish = make_wish(TUESDAY_HALF_PAST_TEN, advisor=make_advisor())
    booking = book(invitation=make_invitation(), wish=wish, actor=CANDIDATE, now=NOW)
    cancel(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    letters = Message.objects.order_by("pk").values_list("calendar_method", "useless_after")
    assert set(letters.filter(calendar_method="CANCEL")) == {("CANCEL", None)}
    assert {draft.useless_after for draft in booked(booking, Policy.objects.get(), now=NOW)} == {booking.ends_at}


def test_a_mail_that_could_not_leave_before_midnight_comes_again_and_says_today():
    make_policy()
    talk()
    send_what_is_due(at("2026-11-24T16:00"))

    for moment in ("2026-11-25T00:10", "2026-11-25T00:12", "2026-11-25T07:00"):
        deliver_due(now=at(moment))
        send_what_is_due(at(moment))

    letters = Message.objects.filter(kind="reminder", channel="mail").order_by("pk")
    assert [(letter.state, letter.reason) for letter in letters] == [("suppressed", "too_late"), ("sent", "")]
    assert "vandaag" in letters[1].subject.lower()
