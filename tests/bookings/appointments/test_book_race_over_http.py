"""Concurrent bookings at a real web server of two processes, on both databases; see also `tests/test_torture.py`."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import time, timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from advisors.models import AgendaEntry
from bookings.availability.slot_listing import format_start
from bookings.models import Booking
from tests.bench.client import HttpClient
from tests.bench.history import api_credentials, invite, make_api_clients
from tests.factories import make_advisor, make_opening, make_policy, make_vacancy
from tests.processes import HANG_SECONDS
from tests.races import WithoutConstraint, find_overlaps
from tests.web import booking_request, result_of, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race, pytest.mark.process]
AT_ONCE = 40


def make_crowd(count):
    """API clients that may each book for one candidate; tomorrow is made an ordinary working day."""
    make_policy(notice_hours=0, closes_on_public_holidays=False)
    return api_credentials(make_api_clients(), invite(count, make_vacancy(), timezone.now()))


def make_advisor_of_overlapping_talks():
    """Advisor with slots of 20 minutes (from 9:00) and of 45 minutes (from 9:05), each every ten minutes."""
    advisor = make_advisor(hours=False)
    for weekday in range(7):
        for starts, length in ((time(9), 20), (time(9, 5), 45)):
            opening = make_opening(advisor=advisor, weekday=weekday, starts=starts, channels=["video"])
            opening.session_minutes, opening.step_minutes, opening.buffer_minutes = length, 10, 5
            opening.save()
    return advisor


def tomorrow_at(hour, minute=0):
    day = timezone.localtime() + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def ask_at_once(asked, **options):
    """Send the requests concurrently and return the responses in their order."""
    together = Barrier(AT_ONCE)

    def ask(number):
        with closing(HttpClient(port)) as client:
            together.wait(timeout=HANG_SECONDS)
            return [client.try_sending(one) for one in asked[number::AT_ONCE]]

    with web_server(threads=AT_ONCE, **options) as port, ThreadPoolExecutor(AT_ONCE) as threads:
        return [answer for own in threads.map(ask, range(AT_ONCE)) for answer in own]


def attempts_on_ten_overlapping_slots(count=50):
    advisor = make_advisor_of_overlapping_talks()
    starts = [format_start(tomorrow_at(9, minute)) for minute in range(0, 50, 5)]
    return [
        booking_request(program, starts_at=starts[number % len(starts)], advisor=advisor.pk)
        for number, program in enumerate(make_crowd(count))
    ]


def test_one_of_200_gets_the_slot_and_the_others_get_alternatives():
    advisor = make_advisor(hours=False)
    for weekday in range(7):
        make_opening(advisor=advisor, weekday=weekday, channels=["video"])
    data = {"starts_at": format_start(tomorrow_at(10)), "advisor": advisor.pk}

    answers = ask_at_once([booking_request(program, **data) for program in make_crowd(200)])

    assert Counter(map(result_of, answers)) == {"done": 1, "slot_taken": 199}
    assert {len(answer.json()["alternatives"]) for answer in answers if answer.status == 409} == {6}
    assert Booking.objects.count() == AgendaEntry.objects.count() == 1


def test_50_requests_for_ten_overlapping_slots_do_not_overlap():
    answers = ask_at_once(attempts_on_ten_overlapping_slots())

    said = Counter(map(result_of, answers))
    assert set(said) == {"done", "slot_taken"}
    assert said["done"] == Booking.objects.booked().count() == AgendaEntry.objects.count()
    assert find_overlaps(AgendaEntry.objects.all()) == []


@pytest.mark.control
def test_without_the_lock_the_database_alone_still_holds():
    ask_at_once(attempts_on_ten_overlapping_slots(AT_ONCE), application="tests.unlocked_wsgi")

    assert AgendaEntry.objects.count() > 0
    assert find_overlaps(AgendaEntry.objects.all()) == []


@pytest.mark.control
def test_without_lock_and_constraint_this_test_sees_an_overlap():
    attempts = attempts_on_ten_overlapping_slots()

    with WithoutConstraint():
        ask_at_once(attempts, application="tests.unlocked_wsgi")
        found = find_overlaps(AgendaEntry.objects.all())

    assert found != []
