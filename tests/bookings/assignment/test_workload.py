"""The first one free, with the database behind it: what counts for a share, and what it costs to know."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.queries import question_of
from advisors.models import Advisor, Opening
from bookings.appointments.book import book
from bookings.appointments.move import move
from bookings.assignment.workload import advisors_in_turn
from bookings.availability.queries import pool_of, slots_for
from bookings.models import Booking
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_wish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def booked(wish=None, invitation=None):
    invitation = invitation or make_invitation()
    return book(invitation=invitation, wish=wish or make_wish(), actor=CANDIDATE, now=NOW)


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


def test_half_the_hours_is_half_the_talks():
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


def test_who_has_no_weight_is_taken_only_when_nobody_else_is_free():
    spare, usual = make_advisor(share_weight=0), make_advisor()
    give_talks(usual, 4)

    assert [booked().advisor, booked().advisor] == [usual, spare]


@pytest.mark.parametrize(("status", "counts"), [("completed", True), ("no_show", True), ("cancelled", False)])
def test_a_talk_counts_when_it_took_time(status, counts):
    first, second = make_advisor(), make_advisor()
    make_booking(advisor=first, starts_at=WEDNESDAY_TEN)
    taken = {"entry": None, "cancelled_at": NOW} if status == "cancelled" else {}
    Booking.objects.update(status=status, **taken)

    assert booked().advisor == (second if counts else first)


def test_talks_outside_the_window_do_not_count():
    long_ago, _calm = make_advisor(), make_advisor()
    give_talks(long_ago, 3)
    Booking.objects.update(starts_at=NOW - timedelta(days=60), ends_at=NOW - timedelta(days=59))

    assert booked().advisor == long_ago


def test_a_candidate_who_chooses_gets_whom_they_chose():
    make_advisor()
    chosen = make_advisor()
    give_talks(chosen, 3)

    booking = booked(make_wish(advisor=chosen))

    assert (booking.advisor, booking.chosen_because) == (chosen, {"rule": "asked_for"})


def test_a_second_talk_with_the_same_advisor_says_so():
    candidate, advisor = make_candidate(), make_advisor()
    earlier = make_invitation(rejection=make_rejection(candidate=candidate))
    make_booking(advisor=advisor, invitation=earlier, starts_at=NOW - timedelta(days=60), status="completed")

    booking = booked(make_wish(advisor=advisor), make_invitation(rejection=make_rejection(candidate=candidate)))

    assert booking.chosen_because == {"rule": "same_advisor"}


def test_alone_the_reason_is_that_nobody_else_was_free():
    make_advisor()

    assert booked().chosen_because == {"rule": "only_one_free"}


def test_a_move_keeps_the_reason_while_the_advisor_stays():
    booking = make_booking(chosen_because={"rule": "asked_for"})
    colleague = make_advisor()

    stayed = move(booking=booking, wish=make_wish(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)
    assert stayed.chosen_because == {"rule": "asked_for"}

    make_booking(advisor=booking.advisor)
    moved = move(booking=stayed, wish=make_wish(), actor=CANDIDATE, now=NOW)
    assert (moved.advisor, moved.chosen_because) == (colleague, {"rule": "only_one_free"})


def test_choosing_costs_the_same_statements_for_any_number_of_advisors(policy):
    make_advisor()
    make_advisor()
    with_two = statements_to_choose(policy)
    for _ in range(28):
        make_advisor()

    assert statements_to_choose(policy) == with_two <= 3


def statements_to_choose(policy):
    moment = question_of(policy, now=NOW)
    with CaptureQueriesContext(connection) as captured:
        assert len(advisors_in_turn(Advisor.objects.active(), moment, policy=policy)) > 1
    return len(captured)


@pytest.mark.parametrize("seed", range(3))
def test_weeks_of_talks_come_to_the_shares(seed, policy):
    """Three people with the same hours; one has half of the weight, one is away for the middle two weeks."""
    chance, vacancy = random.Random(seed), make_vacancy()
    type(policy).objects.update(share_window_days=56)
    whole, half, away = make_advisor(), make_advisor(share_weight=50), make_advisor()
    make_absence(advisor=away, starts_at=NOW + timedelta(days=7), ends_at=NOW + timedelta(days=21))

    for _ in range(60):
        invitation = make_invitation(rejection=make_rejection(vacancy=vacancy))
        slot = chance.choice(slots_for(invitation, policy=policy, now=NOW, channel="phone", language="nl"))
        booked(make_wish(slot.starts_at), invitation)

    had = [advisor.bookings.count() for advisor in (whole, half, away)]
    assert sum(had) == 60
    assert abs(had[0] - 2 * had[1]) <= 4
    assert had[2] < had[0]


def test_the_recruiter_of_this_rejection_has_no_turn(policy):
    advisor, recruiter = make_advisor(), make_advisor(user=make_rejection().recruiter)
    invitation = make_invitation(rejection=make_rejection(recruiter=recruiter.user))

    turns = advisors_in_turn(pool_of(invitation), question_of(policy, now=NOW), policy=policy)

    assert [turn.advisor_id for turn in turns] == [advisor.pk]


def test_the_moment_that_was_asked_is_the_moment_that_is_given():
    make_advisor()
    make_advisor()

    assert booked().starts_at == TUESDAY_HALF_PAST_TEN
