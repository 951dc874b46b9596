"""The page on which managers see how the talks are shared out."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.assignment.overview import sharing_of
from organisation.models import Role
from tests.bench.history import history_of
from tests.bench.query_plans import rows_read_by
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_user,
    make_vacancy,
    make_wish,
)

pytestmark = pytest.mark.django_db
HANDED_OVER = {"rule": "handed_over", "from": 1}


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def words_of(answer):
    return " ".join(answer.content.decode().split())


def test_everybody_who_holds_talks_has_a_line(policy):
    youssef = make_advisor(name="Youssef Benali", share_weight=50)
    make_advisor(name="Marit de Wit")
    make_booking(advisor=youssef)
    make_booking(advisor=youssef, starts_at=WEDNESDAY_TEN)
    make_booking(advisor=youssef, starts_at=WEDNESDAY_TEN + timedelta(minutes=30))

    shares = sharing_of(policy=policy, now=NOW).shares

    assert [(one.name, one.open_hours, one.fair, one.load.talks) for one in shares] == [
        ("Marit de Wit", 60.0, 2.0, 0),
        ("Youssef Benali", 60.0, 1.0, 3),
    ]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.APPLICATION_MANAGER])
@time_machine.travel(NOW, tick=False)
def test_the_page_tells_the_reason_and_no_candidate(client, role):
    make_advisor(name="Youssef Benali")
    booking = book(invitation=make_invitation(), wish=make_wish(), actor=CANDIDATE, now=NOW)
    client.force_login(make_user(role))
    client.cookies["django_language"] = "en"

    page = words_of(client.get(reverse("bookings:sharing")))

    assert "The first one free: nobody else was free at that moment." in page
    assert "Tuesday 24 November, 10:30" in page
    assert booking.candidate.full_name not in page


@pytest.mark.parametrize(("is_cancelled", "times"), [(False, 0), (True, 1)])
@time_machine.travel(NOW, tick=False)
def test_the_page_marks_a_talk_that_was_cancelled(client, is_cancelled, times):
    booking = make_booking(chosen_because={"rule": "asked_for"})
    if is_cancelled:
        cancel(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    client.force_login(make_user(Role.MANAGER))
    client.cookies["django_language"] = "en"

    page = words_of(client.get(reverse("bookings:sharing")))

    assert page.count("Cancelled") == times
    assert "Talks by share" in page


def test_nobody_holds_talks_yet(client):
    client.force_login(make_user(Role.MANAGER))
    client.cookies["django_language"] = "en"

    assert "Nobody holds talks yet" in words_of(client.get(reverse("bookings:sharing")))


def test_the_page_costs_the_same_statements_however_many_there_are(policy):
    make_booking(chosen_because={"rule": "handed_over", "from": make_advisor().pk})
    with_one = statements_of(policy)
    for _number in range(29):
        make_booking(chosen_because={"rule": "handed_over", "from": 1})

    assert statements_of(policy) == with_one


def test_the_latest_talks_come_first_and_those_without_a_reason_are_left_out(policy):
    first, _before_reasons, last = (make_booking(chosen_because=because) for because in (HANDED_OVER, {}, HANDED_OVER))

    chosen = sharing_of(policy=policy, now=NOW).chosen

    assert [one.booking for one in chosen] == [last, first]


@pytest.mark.only_on("postgresql")
def test_the_latest_talks_are_found_without_looking_at_the_others(policy):
    make_booking(chosen_because=HANDED_OVER)
    history_of([make_advisor()], make_vacancy(), 500, NOW.replace(year=2025))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    assert rows_read_by(lambda: sharing_of(policy=policy, now=NOW)) < 500


def statements_of(policy):
    with CaptureQueriesContext(connection) as captured:
        assert sharing_of(policy=policy, now=NOW).chosen
    return len(captured)
