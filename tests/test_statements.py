"""Listing free slots takes a fixed number of statements, for any amount of data."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.queries import slot_query_for
from advisors.models import Advisor, Opening
from bookings.assignment.workload import ranked_advisors
from bookings.availability.queries import bookable_slots, eligible_advisors
from bookings.models import Booking
from organisation.models import Policy
from tests.bench.history import book, invite, make_history, some_slots
from tests.bench.query_plans import rows_read_by
from tests.factories import NOW, make_advisor, make_invitation, make_policy, make_vacancy
from vacancies.models import Vacancy

MAX_STATEMENTS = 5
PAST = 5_000


def make_data(*, advisors, past):
    """Create advisors, and with `past` also past and future talks. Returns an invitation."""
    policy, vacancy = make_policy(), make_vacancy()
    created = [make_advisor() for _ in range(advisors)]
    if past:
        future = some_slots(policy, NOW)
        book(future, invite(len(future), vacancy, NOW), status=Booking.Status.BOOKED)
        make_history(created, vacancy, past, NOW)
    return make_invitation()


def list_slots(invitation):
    return bookable_slots(invitation, policy=Policy.objects.current(), now=NOW)


def statements_of(invitation):
    with CaptureQueriesContext(connection) as captured:
        assert list_slots(invitation)
    return len(captured)


@pytest.mark.django_db
@pytest.mark.parametrize("past", [0, PAST])
def test_listing_slots_takes_a_fixed_number_of_statements(past):
    invitation = make_data(advisors=1, past=past)
    with_one = statements_of(invitation)
    for _ in range(19):
        make_advisor()

    assert statements_of(invitation) == with_one <= MAX_STATEMENTS


def choose_advisor(invitation):
    policy = Policy.objects.current()
    return ranked_advisors(eligible_advisors(invitation), slot_query_for(policy, now=NOW), policy=policy)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
@pytest.mark.parametrize("ask", [list_slots, choose_advisor])
def test_past_talks_add_no_rows_to_read(ask):
    invitation = make_data(advisors=20, past=20)
    analyse()
    without = rows_read_by(lambda: ask(invitation))
    make_history(list(Advisor.objects.order_by("pk")), Vacancy.objects.first(), PAST, NOW.replace(year=2025))
    analyse()

    assert rows_read_by(lambda: ask(invitation)) <= without
    assert without > Opening.objects.count()  # they include the opening hours of all advisors


def analyse():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
