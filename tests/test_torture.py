"""Everybody at once, by HTTP and by the services, and the books are right; `make torture` is the long form."""

import secrets
from datetime import timedelta

import pytest

from advisors.availability.slots import Span
from advisors.models import AgendaEntry
from advisors.services import add_absence
from bookings.availability.slot_listing import value_of
from bookings.models import Booking
from organisation import audit
from tests.factories import CANDIDATE, NOW, TUESDAY_HALF_PAST_TEN, make_advisor, make_booking, make_policy
from tests.races import WithoutConstraint
from tests.torture.audit import faults_in
from tests.torture.data import make_world
from tests.torture.run import counted, notes_of
from tests.web import house_of_this_test

pytestmark = pytest.mark.django_db(transaction=True)
TAKES_TIME = {  # in a transaction that is not part of another: on SQLite only that can be ended to take the lock out
    "book": 50,
    "move": 15,
    "cancel": 5,
    "wait": 8,
    "offer": 5,
    "cancel_by_advisor": 4,
    "hand_over": 5,
}


def test_500_operations_drawn_by_lot_leave_the_books_right():
    seed = secrets.randbelow(10**6)
    print("seed", seed)

    notes = notes_of(house_of_this_test(), make_world(candidates=60), seed=seed, operations=500)

    assert len(notes) == 500
    assert faults_in(notes) == [], counted(notes)


def notes_without_the_lock():
    """16 people want the same hour and a half of four advisors; not tomorrow's, which is too soon to be offered."""
    seed = secrets.randbelow(10**6)
    print("seed", seed)
    world = make_world(candidates=48, advisors=4, days=[2])
    world.starts = world.starts[:9]
    lots = {"seed": seed, "operations": 100, "mix": TAKES_TIME}
    return notes_of(house_of_this_test(), world, threads=8, unlocked=True, **lots)


def two_at_once(notes):
    """That alone: who deadlocks without the lock is not refused in words, and SQLite leaves half of it done."""
    return [fault for fault in faults_in(notes) if fault.startswith("two of advisor")]


def test_without_the_lock_the_database_alone_still_holds():
    notes = notes_without_the_lock()

    assert len(notes) == 100
    assert two_at_once(notes) == []
    assert AgendaEntry.objects.exists(), counted(notes)


def test_without_lock_and_constraint_the_audit_finds_overlaps():
    with WithoutConstraint():
        notes = notes_without_the_lock()
        found = two_at_once(notes)

    assert found != [], counted(notes)


def note_of(booking, **changed):
    note = {"what": "book", "said": "done", "booking": booking.pk, "moved_count": 0, "advisor": booking.advisor_id}
    return note | {"starts_at": value_of(booking.starts_at)} | changed


def booked(**fields):
    """A talk that was booked as it should be."""
    booking = make_booking(**fields)
    audit.record("booking.book", booking, actor=CANDIDATE, now=NOW)
    return booking


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"said": "status 500"}, "not refused in words"),
        ({"starts_at": "2026-11-24T09:40Z"}, "stands at 2026-11-24 09:30"),
        ({"moved_count": 1}, "was moved 0 times, and told were [1]"),
        ({"booking": 0}, "booking 0 was promised and is not there"),
        ({"what": "cancel"}, "is booked, and that it was cancelled was told: True"),
    ],
)
def test_the_audit_finds_what_was_told_otherwise(changed, fault):
    make_policy()
    note = note_of(booked())

    assert faults_in([note]) == []
    assert fault in " / ".join(faults_in([note | changed]))


def test_the_audit_finds_time_that_is_taken_for_nothing():
    make_policy()
    booking = booked()
    Booking.objects.filter(pk=booking.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    assert f"agenda entry {booking.entry_id} is a booking of nothing" in faults_in([note_of(booking)])


def test_the_audit_finds_two_talks_at_once():
    make_policy()
    with WithoutConstraint():
        first = booked()
        second = booked(advisor=first.advisor)
        found = faults_in([note_of(first), note_of(second)])

    assert found[0].startswith(f"two of advisor {first.advisor_id} at once")


def test_the_audit_finds_a_talk_that_was_given_in_a_known_absence():
    make_policy()
    advisor = make_advisor()
    span = Span(TUESDAY_HALF_PAST_TEN, TUESDAY_HALF_PAST_TEN + timedelta(minutes=10))
    absence = add_absence(advisor=advisor, span=span, actor=CANDIDATE, now=NOW)
    away = {"what": "be_away", "said": "done", "absence": absence.pk, "advisor": advisor.pk}
    away |= {"from": str(span.start), "until": str(span.end)}
    booking = booked(advisor=advisor)

    assert faults_in([away, note_of(booking)]) == [
        f"booking {booking.pk} was given within an absence that was known: {away}"
    ]
