"""Assignment with the database: what counts as workload, and the number of statements."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.queries import slot_query_for
from advisors.models import Advisor, Opening
from bookings.appointments.book import book
from bookings.appointments.move import move_booking
from bookings.assignment.workload import ranked_advisors
from bookings.availability.queries import bookable_slots, eligible_advisors
from bookings.models import Booking
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def booked(wish=None, invitation=None):
    invitation = invitation or make_invitation()
    return book(invitation=invitation, request=wish or make_booking_request(), actor=CANDIDATE, now=NOW)


def give_talks(advisor, number, **fields):
    for week in range(number):
        make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN + timedelta(minutes=30 * week), **fields)


def test_the_reason_is_stored_with_the_booking():
    busy, calm = make_advisor(), make_advisor()
    give_talks(busy, 1)

    booking = booked()

    assert booking.advisor == calm
    assert booking.chosen_because == {
        "rule": "furthest_below_share",
        "talks": 0,
        "share": 1.0,
        "of": 2,
        "free": 2,
        "hours": 60.0,
        "weight": 100,
        "days": 28,
    }


def test_half_the_hours_gives_half_the_bookings():
    part_time, full_time = make_advisor(), make_advisor()
    Opening.objects.filter(advisor=part_time, weekday__gt=1).delete()
    give_talks(part_time, 1)
    give_talks(full_time, 2)

    assert booked().advisor == full_time


def test_leave_in_the_window_lowers_the_share():
    back, always = make_advisor(), make_advisor()
    make_absence(advisor=back, starts_at=NOW - timedelta(days=14), ends_at=NOW)
    give_talks(back, 1)
    give_talks(always, 1)

    assert booked().advisor == always


def test_advisor_with_weight_zero_is_assigned_only_when_nobody_else_is_free():
    spare, usual = make_advisor(share_weight=0), make_advisor()
    give_talks(usual, 4)

    assert [booked().advisor, booked().advisor] == [usual, spare]


@pytest.mark.parametrize(("status", "counts"), [("completed", True), ("no_show", True), ("cancelled", False)])
def test_workload_counts_bookings_that_took_time(status, counts):
    first, second = make_advisor(), make_advisor()
    make_booking(advisor=first, starts_at=WEDNESDAY_TEN)
    taken = {"entry": None, "cancelled_at": NOW} if status == "cancelled" else {}
    Booking.objects.update(status=status, **taken)

    assert booked().advisor == (second if counts else first)


def test_workload_ignores_bookings_outside_the_window():
    long_ago, _calm = make_advisor(), make_advisor()
    give_talks(long_ago, 3)
    Booking.objects.update(starts_at=NOW - timedelta(days=60), ends_at=NOW - timedelta(days=59))

    assert booked().advisor == long_ago


def test_chosen_advisor_is_assigned():
    make_advisor()
    chosen = make_advisor()
    give_talks(chosen, 3)

    booking = booked(make_booking_request(advisor=chosen))

    assert (booking.advisor, booking.chosen_because) == (chosen, {"rule": "asked_for"})


def test_reason_says_that_the_advisor_is_the_same_as_before():
    candidate, advisor = make_candidate(), make_advisor()
    earlier = make_invitation(rejection=make_rejection(candidate=candidate))
    make_booking(advisor=advisor, invitation=earlier, starts_at=NOW - timedelta(days=60), status="completed")

    booking = booked(
        make_booking_request(advisor=advisor), make_invitation(rejection=make_rejection(candidate=candidate))
    )

    assert booking.chosen_because == {"rule": "same_advisor"}


def test_reason_says_that_nobody_else_was_free():
    make_advisor()

    assert booked().chosen_because == {"rule": "only_one_free"}


def test_a_move_keeps_the_reason_while_the_advisor_stays():
    booking = make_booking(chosen_because={"rule": "asked_for"})
    colleague = make_advisor()

    stayed = move_booking(booking=booking, request=make_booking_request(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)
    assert stayed.chosen_because == {"rule": "asked_for"}

    make_booking(advisor=booking.advisor)
    moved = move_booking(booking=stayed, request=make_booking_request(), actor=CANDIDATE, now=NOW)
    assert (moved.advisor, moved.chosen_because) == (colleague, {"rule": "only_one_free"})


def test_assignment_takes_the_same_statements_for_any_number_of_advisors(policy):
    make_advisor()
    make_advisor()
    with_two = statements_to_choose(policy)
    for _ in range(28):
        make_advisor()

    assert statements_to_choose(policy) == with_two <= 3


def statements_to_choose(policy):
    moment = slot_query_for(policy, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        assert len(ranked_advisors(Advisor.objects.active(), moment, policy=policy)) > 1
    return len(captured)


@pytest.mark.parametrize("seed", range(3))
def test_weeks_of_bookings_converge_to_the_shares(seed, policy):
    """Three people with the same hours; one has half of the weight, one is away for the middle two weeks."""
    chance, vacancy = random.Random(seed), make_vacancy()
    type(policy).objects.update(share_window_days=56)
    whole, half, away = make_advisor(), make_advisor(share_weight=50), make_advisor()
    make_absence(advisor=away, starts_at=NOW + timedelta(days=7), ends_at=NOW + timedelta(days=21))

    for _ in range(60):
        invitation = make_invitation(rejection=make_rejection(vacancy=vacancy))
        slot = chance.choice(bookable_slots(invitation, policy=policy, now=NOW, channel="phone", language="nl"))
        booked(make_booking_request(slot.starts_at), invitation)

    had = [advisor.bookings.count() for advisor in (whole, half, away)]
    assert sum(had) == 60
    assert abs(had[0] - 2 * had[1]) <= 4
    assert had[2] < had[0]


def test_recruiter_who_gave_the_rejection_is_not_assigned(policy):
    advisor, recruiter = make_advisor(), make_advisor(user=make_rejection().recruiter)
    invitation = make_invitation(rejection=make_rejection(recruiter=recruiter.user))

    turns = ranked_advisors(eligible_advisors(invitation), slot_query_for(policy, now=NOW), policy=policy)

    assert [turn.advisor_id for turn in turns] == [advisor.pk]


def test_booking_has_the_requested_start_time():
    make_advisor()
    make_advisor()

    assert booked().starts_at == TUESDAY_HALF_PAST_TEN
