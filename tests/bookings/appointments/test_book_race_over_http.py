"""Many people at a real web server of two processes, on both databases; `tests/test_torture.py` mixes everything."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import time, timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from advisors.models import AgendaEntry
from bookings.availability.slot_listing import value_of
from bookings.models import Booking
from tests.bench.client import Client
from tests.bench.history import asks_of, invite, make_programs
from tests.factories import make_advisor, make_opening, make_policy, make_vacancy
from tests.races import WithoutConstraint, overlaps
from tests.web import booking_of, told, web_server

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 40


def make_crowd(count):
    """Programs that may book for so many candidates, in a house where tomorrow is an ordinary day."""
    make_policy(notice_hours=0, closes_on_public_holidays=False)
    return asks_of(make_programs(), invite(count, make_vacancy(), timezone.now()))


def make_advisor_of_overlapping_talks():
    """Talks of 20 and of 45 minutes, from nine o'clock every ten minutes and from five past nine every ten minutes."""
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
    """The answers, in the order of what was asked; so many at the same moment."""
    together = Barrier(AT_ONCE)

    def ask(number):
        with closing(Client(port)) as client:
            together.wait(timeout=120)
            return [client.try_sending(one) for one in asked[number::AT_ONCE]]

    with web_server(threads=AT_ONCE, **options) as port, ThreadPoolExecutor(AT_ONCE) as threads:
        return [answer for own in threads.map(ask, range(AT_ONCE)) for answer in own]


def attempts_on_ten_overlapping_slots(count=50):
    advisor = make_advisor_of_overlapping_talks()
    starts = [value_of(tomorrow_at(9, minute)) for minute in range(0, 50, 5)]
    return [
        booking_of(program, starts_at=starts[number % len(starts)], advisor=advisor.pk)
        for number, program in enumerate(make_crowd(count))
    ]


def test_one_of_200_gets_the_slot_and_the_others_hear_what_else_is_free():
    advisor = make_advisor(hours=False)
    for weekday in range(7):
        make_opening(advisor=advisor, weekday=weekday, channels=["video"])
    wish = {"starts_at": value_of(tomorrow_at(10)), "advisor": advisor.pk}

    answers = ask_at_once([booking_of(program, **wish) for program in make_crowd(200)])

    assert Counter(map(told, answers)) == {"done": 1, "slot_taken": 199}
    assert {len(answer.json()["alternatives"]) for answer in answers if answer.status == 409} == {6}
    assert Booking.objects.count() == AgendaEntry.objects.count() == 1


def test_50_on_ten_overlapping_slots_leave_talks_that_fit():
    answers = ask_at_once(attempts_on_ten_overlapping_slots())

    said = Counter(map(told, answers))
    assert set(said) == {"done", "slot_taken"}
    assert said["done"] == Booking.objects.standing().count() == AgendaEntry.objects.count()
    assert overlaps(AgendaEntry.objects.all()) == []


def test_without_the_lock_the_database_alone_still_holds():
    ask_at_once(attempts_on_ten_overlapping_slots(AT_ONCE), application="tests.unlocked_wsgi")

    assert AgendaEntry.objects.count() > 0
    assert overlaps(AgendaEntry.objects.all()) == []


def test_without_lock_and_constraint_this_test_sees_an_overlap():
    attempts = attempts_on_ten_overlapping_slots()

    with WithoutConstraint():
        ask_at_once(attempts, application="tests.unlocked_wsgi")
        found = overlaps(AgendaEntry.objects.all())

    assert found != []
