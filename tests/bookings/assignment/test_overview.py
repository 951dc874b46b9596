"""Overview of how bookings are divided among advisors."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.assignment.overview import assignment_overview
from organisation.models import Role
from tests.bench.history import make_history
from tests.bench.query_plans import rows_read_by
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
    make_user,
    make_vacancy,
)

pytestmark = pytest.mark.django_db
HANDED_OVER = {"rule": "handed_over", "from": 1}


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_overview_has_a_row_per_active_advisor(policy):
    youssef = make_advisor(name="Youssef Benali", share_weight=50)
    make_advisor(name="Marit de Wit")
    make_booking(advisor=youssef)
    make_booking(advisor=youssef, starts_at=WEDNESDAY_TEN)
    make_booking(advisor=youssef, starts_at=WEDNESDAY_TEN + timedelta(minutes=30))

    shares = assignment_overview(policy=policy, now=NOW).shares

    assert [(one.name, one.open_hours, one.fair, one.workload.talks) for one in shares] == [
        ("Marit de Wit", 60.0, 2.0, 0),
        ("Youssef Benali", 60.0, 1.0, 3),
    ]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.APPLICATION_MANAGER])
@time_machine.travel(NOW, tick=False)
def test_overview_page_shows_reasons_without_candidates(client, role):
    make_advisor(name="Youssef Benali")
    booking = book(invitation=make_invitation(), request=make_booking_request(), actor=CANDIDATE, now=NOW)
    client.force_login(make_user(role))
    client.cookies["django_language"] = "en"

    page = words_of(client.get(reverse("bookings:sharing")))

    assert "The first one free: nobody else was free at that moment." in page
    assert "Tuesday 24 November, 10:30" in page
    assert booking.candidate.full_name not in page


@pytest.mark.parametrize(("is_cancelled", "times"), [(False, 0), (True, 1)])
@time_machine.travel(NOW, tick=False)
def test_overview_page_marks_cancelled_bookings(client, is_cancelled, times):
    booking = make_booking(chosen_because={"rule": "asked_for"})
    if is_cancelled:
        cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    client.force_login(make_user(Role.MANAGER))
    client.cookies["django_language"] = "en"

    page = words_of(client.get(reverse("bookings:sharing")))

    assert page.count("Cancelled") == times
    assert "Talks by share" in page


def test_empty_overview_page_explains_itself(client):
    client.force_login(make_user(Role.MANAGER))
    client.cookies["django_language"] = "en"

    assert "Nobody holds talks yet" in words_of(client.get(reverse("bookings:sharing")))


def test_overview_takes_the_same_statements_for_any_number_of_bookings(policy):
    make_booking(chosen_because={"rule": "handed_over", "from": make_advisor().pk})
    with_one = statements_of(policy)
    for _number in range(29):
        make_booking(chosen_because={"rule": "handed_over", "from": 1})

    assert statements_of(policy) == with_one


def test_overview_lists_latest_bookings_with_a_reason(policy):
    first, _before_reasons, last = (make_booking(chosen_because=because) for because in (HANDED_OVER, {}, HANDED_OVER))

    assigned = assignment_overview(policy=policy, now=NOW).assigned

    assert [one.booking for one in assigned] == [last, first]


@pytest.mark.only_on("postgresql")
def test_overview_reads_the_latest_bookings_only(policy):
    make_booking(chosen_because=HANDED_OVER)
    make_history([make_advisor()], make_vacancy(), 500, NOW.replace(year=2025))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    assert rows_read_by(lambda: assignment_overview(policy=policy, now=NOW)) < 500


def statements_of(policy):
    with CaptureQueriesContext(connection) as captured:
        assert assignment_overview(policy=policy, now=NOW).assigned
    return len(captured)
