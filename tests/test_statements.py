"""Listing what is free costs the same number of statements, whatever there is to look through."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.queries import question_of
from advisors.models import Advisor, Opening
from bookings.assignment.workload import advisors_in_turn
from bookings.availability.queries import pool_of, slots_for
from bookings.models import Booking
from organisation.models import Policy
from tests.bench.history import book, history_of, invite, some_slots
from tests.bench.query_plans import rows_read_by
from tests.factories import NOW, make_advisor, make_invitation, make_policy, make_vacancy
from vacancies.models import Vacancy

AT_MOST = 5
PAST = 5_000


def make_house(*, advisors, past):
    """With `past` there are talks ahead as well."""
    policy, vacancy = make_policy(), make_vacancy()
    made = [make_advisor() for _ in range(advisors)]
    if past:
        ahead = some_slots(policy, NOW)
        book(ahead, invite(len(ahead), vacancy, NOW), status=Booking.Status.BOOKED)
        history_of(made, vacancy, past, NOW)
    return make_invitation()


def list_slots(invitation):
    return slots_for(invitation, policy=Policy.objects.current(), now=NOW)


def statements_of(invitation):
    with CaptureQueriesContext(connection) as captured:
        assert list_slots(invitation)
    return len(captured)


@pytest.mark.django_db
@pytest.mark.parametrize("past", [0, PAST])
def test_listing_slots_costs_the_same_statements_whatever_there_is(past):
    invitation = make_house(advisors=1, past=past)
    with_one = statements_of(invitation)
    for _ in range(19):
        make_advisor()

    assert statements_of(invitation) == with_one <= AT_MOST


def choose_advisor(invitation):
    policy = Policy.objects.current()
    return advisors_in_turn(pool_of(invitation), question_of(policy, now=NOW), policy=policy)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
@pytest.mark.parametrize("ask", [list_slots, choose_advisor])
def test_history_adds_no_rows_to_read(ask):
    invitation = make_house(advisors=20, past=20)
    analyse()
    without = rows_read_by(lambda: ask(invitation))
    history_of(list(Advisor.objects.order_by("pk")), Vacancy.objects.first(), PAST, NOW.replace(year=2025))
    analyse()

    assert rows_read_by(lambda: ask(invitation)) <= without
    assert without > Opening.objects.count()  # the hours of everybody are among them


def analyse():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
