"""Takeovers concurrent with bookings, moves, absences and other takeovers: no overlap and no lost booking."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from advisors.models import Absence, AgendaEntry
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.appointments.reschedule import reschedule_booking
from bookings.models import Booking
from bookings.reassignment.change_hours import ConflictAction, Resolution
from bookings.reassignment.reassign import reassign_booking
from bookings.reassignment.takeover import Takeover, take_over_bookings
from core.errors import Refusal
from outbox.models import Message
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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]
NINE = TUESDAY_HALF_PAST_TEN - timedelta(minutes=90)
TUESDAY = Span(NINE.replace(hour=0), WEDNESDAY_TEN.replace(hour=0))
AT_ONCE = 24


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def make_day_of(advisor, talks=5):
    """Bookings every half hour from nine o'clock."""
    vacancy = make_vacancy()
    return [
        make_booking(advisor=advisor, invitation=invited(vacancy), starts_at=NINE + timedelta(minutes=30 * number))
        for number in range(talks)
    ]


def invited(vacancy):
    return make_invitation(rejection=make_rejection(vacancy=vacancy))


def takeover_by(colleague, ill, bookings, *, is_absence=False):
    """Call of a takeover; without a colleague every candidate is offered alternatives."""
    resolution = Resolution(ConflictAction.REASSIGN, colleague.pk) if colleague else Resolution(ConflictAction.OFFER)
    wanted = Takeover(
        advisor=ill,
        span=TUESDAY,
        resolutions={booking.pk: resolution for booking in bookings},
        seen_starts={booking.pk: booking.starts_at for booking in bookings},
        is_absence=is_absence,
    )
    return partial(take_over_bookings, takeover=wanted, actor=CANDIDATE, now=NOW)


def only_refusals(results):
    assert [
        resolution
        for resolution in results
        if isinstance(resolution, Exception) and not isinstance(resolution, Refusal)
    ] == []
    return [resolution for resolution in results if not isinstance(resolution, Refusal)]


def no_booking_is_lost():
    """Assert that bookings and agenda entries correspond one to one."""
    standing = Booking.objects.booked()
    assert find_overlaps(AgendaEntry.objects.all()) == []
    assert sorted(standing.values_list("entry", "advisor")) == sorted(AgendaEntry.objects.values_list("pk", "advisor"))


def test_of_many_concurrent_takeovers_one_succeeds():
    ill = make_advisor()
    bookings, colleagues = make_day_of(ill), [make_advisor() for _ in range(AT_ONCE)]

    results = run_concurrently([takeover_by(one, ill, bookings) for one in colleagues], threads=AT_ONCE)

    assert len(only_refusals(results)) == 1
    assert Booking.objects.values("advisor").distinct().count() == 1
    assert Message.objects.filter(kind="handed_over").count() == len(bookings)
    no_booking_is_lost()


def test_concurrent_takeover_and_bookings_do_not_overlap():
    ill, colleague = make_advisor(), make_advisor()
    bookings, vacancy = make_day_of(ill, talks=1), make_vacancy()
    request = make_booking_request(NINE, advisor=colleague)
    rivals = [
        partial(book, invitation=invited(vacancy), request=request, actor=CANDIDATE, now=NOW - timedelta(days=1))
        for _ in range(AT_ONCE - 1)
    ]

    results = run_concurrently([takeover_by(colleague, ill, bookings), *rivals], threads=AT_ONCE)

    assert len(only_refusals(results)) == 1
    assert Booking.objects.filter(advisor=colleague, starts_at=NINE).count() == 1
    no_booking_is_lost()


def test_concurrent_reschedule_and_bookings_do_not_overlap():
    advisor, vacancy = make_advisor(), make_vacancy()
    [booking] = make_day_of(advisor, talks=1)
    request = make_booking_request(WEDNESDAY_TEN, advisor=advisor)
    rivals = [
        partial(book, invitation=invited(vacancy), request=request, actor=CANDIDATE, now=NOW)
        for _ in range(AT_ONCE - 1)
    ]
    mine = partial(reschedule_booking, booking=booking, starts_at=WEDNESDAY_TEN, remark="", actor=CANDIDATE, now=NOW)

    results = run_concurrently([mine, *rivals], threads=AT_ONCE)

    assert len(only_refusals(results)) == 1
    assert Booking.objects.filter(starts_at=WEDNESDAY_TEN).count() == 1
    no_booking_is_lost()


def test_concurrent_takeovers_moves_cancellations_and_absences_stay_consistent():
    ill, colleague, other = make_advisor(), make_advisor(), make_advisor()
    bookings = make_day_of(ill)
    away = Span(TUESDAY_HALF_PAST_TEN, TUESDAY.end)
    calls = [
        takeover_by(colleague, ill, bookings, is_absence=True),
        takeover_by(other, ill, bookings, is_absence=True),
        takeover_by(None, ill, bookings),
        partial(add_absence, advisor=colleague, span=away, actor=CANDIDATE, now=NOW),
        *(
            partial(reassign_booking, booking=one, to_advisor_id=other.pk, remark="", actor=CANDIDATE, now=NOW)
            for one in bookings
        ),
        *(
            partial(
                move_booking,
                booking=one,
                request=make_booking_request(WEDNESDAY_TEN, advisor=colleague),
                actor=CANDIDATE,
                now=NOW,
            )
            for one in bookings
        ),
        *(partial(cancel_booking, booking=one, by="candidate", actor=CANDIDATE, now=NOW) for one in bookings),
        *(partial(cancel_booking, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in bookings[:2]),
    ]

    results = run_concurrently(calls, threads=len(calls))

    only_refusals(results)
    assert Booking.objects.count() == len(bookings)
    assert Absence.objects.filter(advisor=colleague).count() == 1
    assert find_overlaps(AgendaEntry.objects.all()) == []
    assert AgendaEntry.objects.filter(kind="booking").count() == Booking.objects.booked().count()
