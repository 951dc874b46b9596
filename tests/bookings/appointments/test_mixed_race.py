"""Bookings concurrent with every other service that reserves or releases time of the same advisor."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from advisors.models import Absence, AgendaEntry
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import ConflictAction, Resolution
from bookings.reassignment.takeover import Takeover, take_over_bookings
from core.errors import Refusal
from organisation.models import AuditEvent
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
)
from tests.races import find_overlaps, run_concurrently
from tests.torture.audit import find_bookings_without_entry, find_orphaned_entries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]
AT_ONCE = 40
TEN = timedelta(minutes=10)


def make_invitations(count):
    vacancy = make_vacancy()
    return [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _ in range(count)]


def bookings_of(advisor, invitations, starts):
    """Calls that each book a start, cyclically when there are more invitations than starts."""
    requests = [make_booking_request(start, advisor=advisor) for start in starts]
    return [
        partial(book, invitation=one, request=requests[number % len(requests)], actor=CANDIDATE, now=NOW)
        for number, one in enumerate(invitations)
    ]


def assert_consistent(answers):
    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refusal)] == []
    assert find_overlaps(AgendaEntry.objects.all()) == []
    assert [*find_bookings_without_entry(), *find_orphaned_entries()] == []


def order_of(action):
    """Order in which the lock was acquired, by audit action."""
    events = AuditEvent.objects.filter(action=action, result="done").order_by("pk")
    return dict(events.values_list("about", "pk"))


def test_no_booking_is_made_in_an_absence_that_was_there_first():
    make_policy(step_minutes=10)
    advisor = make_advisor()
    starts = [TUESDAY_HALF_PAST_TEN - 9 * TEN + number * TEN for number in range(10)]
    spans = [Span(start, start + TEN) for start in starts]
    away = [partial(add_absence, advisor=advisor, span=span, actor=CANDIDATE, now=NOW) for span in spans]
    booked = bookings_of(advisor, make_invitations(30), starts)

    answers = run_concurrently(
        [call for three in zip(booked[::3], booked[1::3], booked[2::3], away, strict=True) for call in three],
        threads=AT_ONCE,
    )

    assert_consistent(answers)
    given, known = order_of("booking.book"), order_of("absence.add")
    within = [
        (booking, absence)
        for booking in Booking.objects.booked()
        for absence in Absence.objects.filter(starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at)
    ]
    assert [one for one in within if known[f"absence:{one[1].pk}"] < given[f"booking:{one[0].pk}"]] == []


def test_concurrent_cancel_and_move_of_one_booking_do_not_both_succeed():
    make_policy()
    advisor = make_advisor()
    booking = make_booking(advisor=advisor)
    request = make_booking_request(WEDNESDAY_TEN, advisor=advisor)
    moves = [partial(move_booking, booking=booking, request=request, actor=CANDIDATE, now=NOW)] * 20
    by = Booking.CancelledBy.CANDIDATE
    cancels = [partial(cancel_booking, booking=booking, by=by, actor=CANDIDATE, now=NOW)] * 20

    answers = run_concurrently([call for pair in zip(moves, cancels, strict=True) for call in pair], threads=AT_ONCE)

    assert_consistent(answers)
    booking.refresh_from_db()
    assert (booking.status, booking.entry) == ("cancelled", None)
    assert AgendaEntry.objects.count() == 0


def test_two_candidates_who_swap_slots_both_keep_a_booking():
    """Each wants the slot of the other: no deadlock, and both keep a booking."""
    make_policy()
    first, second = make_advisor(), make_advisor()
    talks = [make_booking(advisor=first), make_booking(advisor=second, starts_at=WEDNESDAY_TEN)]
    requests = [
        make_booking_request(WEDNESDAY_TEN, advisor=second),
        make_booking_request(TUESDAY_HALF_PAST_TEN, advisor=first),
    ]
    calls = [
        partial(move_booking, booking=talk, request=request, actor=CANDIDATE, now=NOW)
        for talk, request in zip(talks, requests, strict=True)
    ]

    answers = run_concurrently(calls * 10, threads=20)

    assert_consistent(answers)
    assert Booking.objects.booked().count() == AgendaEntry.objects.count() == 2


def test_a_takeover_and_bookings_with_the_colleague_do_not_overlap():
    make_policy()
    sick, colleague = make_advisor(), make_advisor()
    talk = make_booking(advisor=sick)
    span = Span(TUESDAY_HALF_PAST_TEN, TUESDAY_HALF_PAST_TEN + TEN)
    answers, seen = {talk.pk: Resolution(ConflictAction.REASSIGN, colleague.pk)}, {talk.pk: talk.starts_at}
    takeover = Takeover(advisor=sick, span=span, resolutions=answers, seen_starts=seen, is_absence=True)
    takeovers = [partial(take_over_bookings, takeover=takeover, actor=CANDIDATE, now=NOW)] * 20
    booked = bookings_of(colleague, make_invitations(20), [TUESDAY_HALF_PAST_TEN])

    answers = run_concurrently([call for pair in zip(takeovers, booked, strict=True) for call in pair], threads=AT_ONCE)

    assert_consistent(answers)
    assert Booking.objects.booked().filter(advisor=colleague).count() == 1


def test_alternatives_on_hold_are_not_booked_by_others():
    make_policy()
    advisor = make_advisor()
    talk = make_booking(advisor=advisor)
    by = Booking.CancelledBy.ADVISOR
    cancels = [partial(cancel_booking, booking=talk, by=by, actor=CANDIDATE, now=NOW, remark="Ziek")] * 20
    around = [TUESDAY_HALF_PAST_TEN + 3 * TEN, TUESDAY_HALF_PAST_TEN + 6 * TEN, WEDNESDAY_TEN, WEDNESDAY_TEN + 3 * TEN]
    booked = bookings_of(advisor, make_invitations(20), around)

    answers = run_concurrently([call for pair in zip(cancels, booked, strict=True) for call in pair], threads=AT_ONCE)

    assert_consistent(answers)
    assert 1 <= Hold.objects.offered().count() <= 3
    assert Booking.objects.filter(status="cancelled").count() == 1
