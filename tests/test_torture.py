"""Concurrent random operations leave consistent data; `make torture` is the long version."""

import secrets
from datetime import timedelta

import pytest

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from advisors.models import AgendaEntry
from bookings.availability.slot_listing import format_start
from bookings.models import Booking
from organisation import audit
from tests.factories import CANDIDATE, NOW, TUESDAY_HALF_PAST_TEN, make_advisor, make_booking, make_policy
from tests.races import WithoutConstraint
from tests.torture.audit import find_faults
from tests.torture.data import make_data
from tests.torture.run import run_operations, summarise
from tests.web import installation_for_test

pytestmark = pytest.mark.django_db(transaction=True)
TAKES_TIME = {  # in its own transaction: on SQLite only that can be ended to remove the lock
    "book": 50,
    "move": 15,
    "cancel": 5,
    "wait": 8,
    "offer": 5,
    "cancel_by_advisor": 4,
    "hand_over": 5,
}


@pytest.mark.process
def test_300_random_operations_leave_consistent_data():
    seed = secrets.randbelow(10**6)
    print("seed", seed)

    notes = run_operations(installation_for_test(), make_data(candidates=60), seed=seed, operations=300)

    assert len(notes) == 300
    assert find_faults(notes) == [], summarise(notes)


def notes_without_the_lock():
    """Notes of 16 users who request the same hour and a half of four advisors, without the agenda lock.

    In two days: tomorrow is too soon for offers.
    """
    seed = secrets.randbelow(10**6)
    print("seed", seed)
    data = make_data(candidates=48, advisors=4, days=[2])
    data.starts = data.starts[:9]
    options = {"seed": seed, "operations": 100, "mix": TAKES_TIME}
    return run_operations(installation_for_test(), data, threads=8, unlocked=True, **options)


def overlapping_bookings(notes):
    """Overlaps only: without the lock there are also deadlocks, and half-done operations on SQLite."""
    return [fault for fault in find_faults(notes) if fault.startswith("two of advisor")]


@pytest.mark.control
@pytest.mark.process
def test_without_the_lock_the_constraint_prevents_overlaps():
    notes = notes_without_the_lock()

    assert len(notes) == 100
    assert overlapping_bookings(notes) == []
    assert AgendaEntry.objects.exists(), summarise(notes)


@pytest.mark.control
@pytest.mark.process
def test_without_lock_and_constraint_the_audit_finds_overlaps():
    with WithoutConstraint():
        notes = notes_without_the_lock()
        found = overlapping_bookings(notes)

    assert found != [], summarise(notes)


def note_of(booking, **changed):
    note = {"what": "book", "said": "done", "booking": booking.pk, "moved_count": 0, "advisor": booking.advisor_id}
    return note | {"starts_at": format_start(booking.starts_at)} | changed


def make_audited_booking(**fields):
    """Booking with its audit entry."""
    booking = make_booking(**fields)
    audit.record("booking.book", booking, actor=CANDIDATE, now=NOW)
    return booking


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"said": "status 500"}, "not refused in words"),
        ({"starts_at": "2026-11-24T09:40Z"}, "stands at 2026-11-24 09:30"),
        ({"moved_count": 1}, "was moved 0 times, the responses have [1]"),
        ({"booking": 0}, "booking 0 was promised and is not there"),
        ({"what": "cancel"}, "is booked, cancelled in the responses: True"),
    ],
)
def test_the_audit_finds_wrong_responses(changed, fault):
    make_policy()
    note = note_of(make_audited_booking())

    assert find_faults([note]) == []
    assert fault in " / ".join(find_faults([note | changed]))


def test_the_audit_finds_orphaned_entries():
    make_policy()
    booking = make_audited_booking()
    Booking.objects.filter(pk=booking.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    assert f"agenda entry {booking.entry_id} is a booking of nothing" in find_faults([note_of(booking)])


def test_the_audit_finds_overlapping_talks():
    make_policy()
    with WithoutConstraint():
        first = make_audited_booking()
        second = make_audited_booking(advisor=first.advisor)
        found = find_faults([note_of(first), note_of(second)])

    assert found[0].startswith(f"two of advisor {first.advisor_id} at once")


def test_the_audit_finds_a_booking_in_an_existing_absence():
    make_policy()
    advisor = make_advisor()
    span = Span(TUESDAY_HALF_PAST_TEN, TUESDAY_HALF_PAST_TEN + timedelta(minutes=10))
    absence = add_absence(advisor=advisor, span=span, actor=CANDIDATE, now=NOW)
    away = {"what": "be_away", "said": "done", "absence": absence.pk, "advisor": advisor.pk}
    away |= {"from": str(span.start), "until": str(span.end)}
    booking = make_audited_booking(advisor=advisor)

    assert find_faults([away, note_of(booking)]) == [
        f"booking {booking.pk} was given within an absence that was known: {away}"
    ]
