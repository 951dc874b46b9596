"""Concurrent bookings of one slot: 200 attempts, 40 at a time, on both databases, with negative controls."""

from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from advisors import services as advisors_services
from advisors.availability.errors import SlotTaken
from advisors.models import AgendaEntry
from bookings.appointments import book as booking_services
from bookings.appointments.book import book
from bookings.appointments.move import move_booking
from bookings.models import Booking
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
from tests.processes import HANG_SECONDS
from tests.races import WithoutConstraint, find_overlaps, run_concurrently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]
ATTEMPTS, AT_ONCE = 200, 40


def make_invitations(count):
    vacancy = make_vacancy()
    return [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _ in range(count)]


def attempts_on(advisor, invitations, starts_at=TUESDAY_HALF_PAST_TEN):
    request = make_booking_request(starts_at, advisor=advisor)
    return [partial(book, invitation=one, request=request, actor=CANDIDATE, now=NOW) for one in invitations]


def test_one_slot_is_booked_once_and_the_others_see_what_else_is_free():
    make_policy()
    advisor = make_advisor()
    make_advisor()

    answers = run_concurrently(attempts_on(advisor, make_invitations(ATTEMPTS)), threads=AT_ONCE)

    refused = [answer for answer in answers if isinstance(answer, SlotTaken)]
    assert [type(answer) for answer in answers if answer not in refused] == [Booking]
    assert len(refused) == ATTEMPTS - 1
    assert {len(refusal.alternatives) for refusal in refused} == {6}
    assert (Booking.objects.count(), AgendaEntry.objects.count(), Message.objects.count()) == (1, 1, 2)


def test_any_advisor_gives_as_many_bookings_as_there_are_advisors():
    make_policy()
    for _ in range(5):
        make_advisor()

    answers = run_concurrently(attempts_on(None, make_invitations(80)), threads=AT_ONCE)

    assert sum(isinstance(answer, Booking) for answer in answers) == 5
    assert sum(isinstance(answer, SlotTaken) for answer in answers) == 75
    assert find_overlaps(AgendaEntry.objects.all()) == []


def test_a_double_click_gives_one_booking():
    make_policy()
    advisor = make_advisor()
    [invitation] = make_invitations(1)

    answers = run_concurrently(attempts_on(advisor, [invitation] * AT_ONCE), threads=AT_ONCE)

    assert {answer.pk for answer in answers} == {Booking.objects.get().pk}
    assert Message.objects.count() == 2


def test_moves_into_one_slot_leave_the_other_bookings_unchanged():
    make_policy()
    advisors = [make_advisor() for _ in range(AT_ONCE)]
    invitations = make_invitations(AT_ONCE)
    bookings = [
        make_booking(advisor=advisor, invitation=invitation)
        for advisor, invitation in zip(advisors, invitations, strict=True)
    ]
    request = make_booking_request(WEDNESDAY_TEN, advisor=advisors[0])

    answers = run_concurrently(
        [partial(move_booking, booking=one, request=request, actor=CANDIDATE, now=NOW) for one in bookings],
        threads=AT_ONCE,
    )

    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert Booking.objects.filter(starts_at=WEDNESDAY_TEN).count() == 1
    assert Booking.objects.filter(starts_at=TUESDAY_HALF_PAST_TEN).count() == AT_ONCE - 1
    assert AgendaEntry.objects.count() == AT_ONCE


def disable_the_lock(monkeypatch):
    """Disable the lock and let every thread see the slot free before any of them writes: the worst case.

    On SQLite the lock is the transaction itself, so it is ended there.
    """
    together = Barrier(AT_ONCE)
    write = advisors_services._write

    def no_lock(advisor_id):
        if connection.vendor == "sqlite":
            connection.cursor().execute("COMMIT")

    def write_together(*arguments):
        together.wait(timeout=HANG_SECONDS)
        return write(*arguments)

    monkeypatch.setattr(booking_services, "lock_agenda", no_lock)
    monkeypatch.setattr(advisors_services, "_write", write_together)


def test_the_constraint_alone_prevents_a_double_booking(monkeypatch):
    make_policy()
    advisor = make_advisor()
    disable_the_lock(monkeypatch)

    answers = run_concurrently(attempts_on(advisor, make_invitations(AT_ONCE)), threads=AT_ONCE)

    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert find_overlaps(AgendaEntry.objects.all()) == []


@pytest.mark.control
def test_without_lock_and_constraint_this_test_sees_a_double_booking(monkeypatch):
    make_policy()
    advisor = make_advisor()
    disable_the_lock(monkeypatch)
    invitations = make_invitations(AT_ONCE)

    with WithoutConstraint():
        run_concurrently(attempts_on(advisor, invitations), threads=AT_ONCE)
        found = find_overlaps(AgendaEntry.objects.all())

    assert found != []
