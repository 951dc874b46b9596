"""Fair assignment: every advisor comes to their share, and equal input gives an equal ranking."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.assignment.fairness import Assignment, Workload, fair_shares, rank_advisors, window_around

DAYS = 28
ADVISORS = st.lists(st.tuples(st.integers(1, 200), st.integers(15, 9600)), min_size=2, max_size=8)
LOADS = st.lists(
    st.builds(Workload, st.integers(1, 50), st.integers(0, 200), st.integers(0, 9600), st.integers(0, 60)),
    min_size=1,
    max_size=8,
    unique_by=lambda load: load.advisor_id,
)


def order_of(loads):
    return [assignment.advisor_id for assignment in rank_advisors(loads, days=DAYS)]


def shared_out(advisors, talks):
    """So many talks, one at a time, when everybody is always free; how many each got."""
    given_to = [0] * len(advisors)
    for _ in range(talks):
        loads = [Workload(number, *advisors[number], given_to[number]) for number in range(len(advisors))]
        given_to[order_of(loads)[0]] += 1
    return given_to


def shares_of(advisors, talks):
    claims = [weight * minutes for weight, minutes in advisors]
    return [talks * claim / sum(claims) for claim in claims]


@given(ADVISORS, st.integers(0, 150))
def test_advisors_stay_close_to_their_share(advisors, talks):
    given_to = shared_out(advisors, talks)

    off = [have - share for have, share in zip(given_to, shares_of(advisors, talks), strict=True)]
    assert max(off) < 1 + 1e-9
    assert min(off) > 1 - len(advisors) - 1e-9


@given(ADVISORS)
def test_deviation_from_the_shares_shrinks_with_more_bookings(advisors):
    talks = 400

    given_to = shared_out(advisors, talks)

    pairs = zip(given_to, shares_of(advisors, talks), strict=True)
    assert all(abs(have - share) / talks < 0.02 for have, share in pairs)


@given(LOADS, st.randoms())
def test_ranking_does_not_depend_on_input_order(loads, chance):
    shuffled = random.Random(chance.random()).sample(loads, len(loads))

    assert rank_advisors(shuffled, days=DAYS) == rank_advisors(loads, days=DAYS)


@given(LOADS)
def test_ranking_has_every_free_advisor_with_weight_zero_last(loads):
    weights = {load.advisor_id: load.weight for load in loads}

    order = order_of(loads)

    assert sorted(order) == sorted(weights)
    assert [bool(weights[advisor_id]) for advisor_id in order] == sorted(
        (bool(weight) for weight in weights.values()), reverse=True
    )


@pytest.mark.parametrize(
    ("loads", "order"),
    [
        ([Workload(1, 100, 600, 2), Workload(2, 100, 600, 1)], [2, 1]),
        ([Workload(2, 100, 600, 1), Workload(1, 100, 600, 1)], [1, 2]),  # equal: by key
        ([Workload(1, 100, 1200, 3), Workload(2, 100, 600, 2)], [1, 2]),  # twice the hours, twice the talks
        ([Workload(1, 50, 600, 1), Workload(2, 100, 600, 1)], [2, 1]),  # half the weight, half the talks
        ([Workload(1, 0, 600, 0), Workload(2, 100, 600, 40)], [2, 1]),  # weight 0: only when nobody else is free
        ([Workload(2, 0, 600, 3), Workload(1, 0, 600, 4)], [2, 1]),
        ([], []),
    ],
)
def test_ranking_starts_with_the_advisor_furthest_below_their_share(loads, order):
    assert order_of(loads) == order


def test_reason_has_the_numbers_of_the_decision():
    [first, _second] = rank_advisors([Workload(1, 100, 3840, 3), Workload(2, 50, 3840, 2)], days=DAYS)

    assert first == Assignment(
        1,
        {
            "rule": "furthest_below_share",
            "talks": 3,
            "share": 4.0,
            "of": 6,
            "free": 2,
            "hours": 64.0,
            "weight": 100,
            "days": 28,
        },
    )


def test_only_free_advisor_is_assigned_without_comparison():
    assert rank_advisors([Workload(7, 0, 600, 9)], days=DAYS) == [Assignment(7, {"rule": "only_one_free"})]


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(7, 366))
def test_window_is_around_the_day(day, days):
    first, last = window_around(day, days=days)

    assert (last - first).days + 1 == days
    assert abs((day - first) - (last - day)).days <= 1


@pytest.mark.parametrize(
    ("loads", "shares"),
    [
        ([], {}),
        ([Workload(1, 100, 600, 3), Workload(2, 50, 600, 3)], {1: 4.0, 2: 2.0}),
        ([Workload(1, 100, 600, 2), Workload(2, 0, 600, 1)], {1: 3.0, 2: 0.0}),
        ([Workload(1, 0, 600, 2)], {1: 0.0}),
    ],
)
def test_fair_shares_divide_the_talks_that_there_are(loads, shares):
    assert fair_shares(loads) == shares
