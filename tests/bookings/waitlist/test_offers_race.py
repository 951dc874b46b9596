"""Concurrent offers, bookings and cancellations of the same time, on both databases."""

from datetime import timedelta
from functools import partial
from itertools import product

import pytest

from advisors.availability.errors import SlotTaken
from advisors.models import AgendaEntry
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.models import Booking, Hold
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from bookings.waitlist.services import decline_offer, leave_waitlist
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_waitlist_entry,
)
from tests.races import find_overlaps, run_concurrently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]


def make_invitations(count):
    vacancy = make_vacancy()
    return [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _ in range(count)]


def orphans():
    """Agenda entries without owner, holds without entry, and holds of candidates with a booking."""
    for_nobody = AgendaEntry.objects.filter(hold__isnull=True, booking__isnull=True)
    talking = Booking.objects.booked().values("invitation")
    offers = Hold.objects.offered()
    return [*for_nobody, *offers.filter(entry__isnull=True), *offers.filter(invitation__in=talking)]


def test_ten_concurrent_runs_make_one_hold():
    make_policy()
    make_advisor()
    make_waitlist_entry()

    answers = run_concurrently([partial(offer_free_slots, now=NOW)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert (Hold.objects.count(), AgendaEntry.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_concurrent_runs_make_one_offer_for_two_applications():
    make_policy()
    make_advisor()
    candidate, vacancy = make_candidate(), make_vacancy()
    for _ in range(2):
        rejection = make_rejection(candidate=candidate, vacancy=vacancy)
        make_waitlist_entry(invitation=make_invitation(rejection=rejection))

    run_concurrently([partial(offer_free_slots, now=NOW)] * 10, threads=10)

    assert Hold.objects.count() == 1


def test_a_slot_on_hold_is_booked_by_its_candidate_only():
    make_policy()
    held = make_hold()
    request = make_booking_request(TUESDAY_HALF_PAST_TEN, advisor=held.advisor)
    invitations = [held.invitation, *make_invitations(39)]

    answers = run_concurrently(
        [partial(book, invitation=one, request=request, actor=CANDIDATE, now=NOW) for one in invitations], threads=40
    )

    assert [isinstance(answer, Booking) for answer in answers] == [True] + [False] * 39
    assert {type(answer) for answer in answers[1:]} == {SlotTaken}
    assert (orphans(), find_overlaps(AgendaEntry.objects.all())) == ([], [])


def test_concurrent_cancellations_hold_three_slots_each_while_available():
    """All alternatives are on the same three days of the only other colleague."""
    make_policy()
    away = [make_advisor(hours=False) for _ in range(6)]
    talks = [
        make_booking(advisor=one, invitation=invitation)
        for one, invitation in zip(away, make_invitations(6), strict=True)
    ]
    make_advisor()

    run_concurrently(
        [partial(cancel_booking, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in talks], threads=6
    )

    assert [talk.invitation.holds.offered().count() for talk in talks] == [3] * 6
    assert (orphans(), find_overlaps(AgendaEntry.objects.all())) == ([], [])


def booked_by(invitations, request):
    return [partial(book, invitation=one, request=request, actor=CANDIDATE, now=NOW) for one in invitations]


def test_bookings_and_offers_of_the_same_time_never_overlap():
    make_policy()
    advisor, nine = make_advisor(), WEDNESDAY_TEN.replace(hour=8)
    invitations = make_invitations(24)
    for one in invitations[:8]:
        make_waitlist_entry(invitation=one)
    for_nine, for_ten = (make_booking_request(starts_at, advisor=advisor) for starts_at in (nine, WEDNESDAY_TEN))
    scans = [partial(offer_free_slots, now=NOW)] * 8

    run_concurrently(
        [*booked_by(invitations[:16], for_nine), *scans, *booked_by(invitations[16:], for_ten)], threads=32
    )

    taken = AgendaEntry.objects.filter(talk_from__in=[nine, WEDNESDAY_TEN])
    assert sorted(taken.values_list("talk_from", flat=True)) == [nine, WEDNESDAY_TEN]
    assert (orphans(), find_overlaps(AgendaEntry.objects.all())) == ([], [])


def test_concurrent_book_decline_and_expiry_of_one_hold_are_consistent():
    make_policy()
    holds = [make_hold() for _ in range(8)]
    for held in holds:
        make_waitlist_entry(invitation=held.invitation)
    calls = []
    for held in holds:
        request = make_booking_request(advisor=held.advisor)
        calls += [
            partial(book, invitation=held.invitation, request=request, actor=CANDIDATE, now=NOW),
            partial(decline_offer, invitation=held.invitation, actor=CANDIDATE, now=NOW),
            partial(leave_waitlist, invitation=held.invitation, actor=CANDIDATE, now=NOW),
            partial(end_expired_offers, now=held.expires_at),
        ]

    answers = run_concurrently(calls, threads=32)

    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, SlotTaken)] == []
    assert Hold.objects.offered().count() == 0
    assert (orphans(), find_overlaps(AgendaEntry.objects.all())) == ([], [])


def test_concurrent_cancellations_by_advisors_hold_different_slots():
    make_policy()
    advisors = [make_advisor() for _ in range(2)]
    starts = [WEDNESDAY_TEN + timedelta(days=days) for days in (0, 1, 2, 5)]
    bookings = [
        make_booking(advisor=advisor, invitation=one, starts_at=starts_at)
        for one, (advisor, starts_at) in zip(make_invitations(8), product(advisors, starts), strict=True)
    ]

    answers = run_concurrently(
        [partial(cancel_booking, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in bookings], threads=8
    )

    assert [type(answer) for answer in answers] == [Booking] * 8
    assert Message.objects.filter(kind="cancelled_by_advisor").count() == 8
    assert (orphans(), find_overlaps(AgendaEntry.objects.all())) == ([], [])
