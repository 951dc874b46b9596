"""Offers, bookings and cancellations of the same time at once, on both databases."""

from datetime import timedelta
from functools import partial
from itertools import product

import pytest

from advisors.availability.errors import SlotTaken
from advisors.models import AgendaEntry
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.models import Booking, Hold
from bookings.waitlist.offers import end_what_is_over, offer_free_moments
from bookings.waitlist.services import decline, leave
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_waitlist_entry,
    make_wish,
)
from tests.races import at_once, overlaps

pytestmark = pytest.mark.django_db(transaction=True)


def make_invitations(count):
    vacancy = make_vacancy()
    return [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _ in range(count)]


def orphans():
    """Taken time that is for nobody, offers without time, and offers to who has a talk already."""
    for_nobody = AgendaEntry.objects.filter(hold__isnull=True, booking__isnull=True)
    talking = Booking.objects.standing().values("invitation")
    offers = Hold.objects.offered()
    return [*for_nobody, *offers.filter(entry__isnull=True), *offers.filter(invitation__in=talking)]


def test_ten_scans_at_once_make_one_hold():
    make_policy()
    make_advisor()
    make_waitlist_entry()

    answers = at_once([partial(offer_free_moments, now=NOW)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert (Hold.objects.count(), AgendaEntry.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_scans_at_once_give_a_candidate_with_two_applications_one_offer():
    make_policy()
    make_advisor()
    candidate, vacancy = make_candidate(), make_vacancy()
    for _ in range(2):
        rejection = make_rejection(candidate=candidate, vacancy=vacancy)
        make_waitlist_entry(invitation=make_invitation(rejection=rejection))

    at_once([partial(offer_free_moments, now=NOW)] * 10, threads=10)

    assert Hold.objects.count() == 1


def test_a_moment_that_is_held_is_booked_by_its_holder_alone():
    make_policy()
    held = make_hold()
    wish = make_wish(TUESDAY_HALF_PAST_TEN, advisor=held.advisor)
    invitations = [held.invitation, *make_invitations(39)]

    answers = at_once(
        [partial(book, invitation=one, wish=wish, actor=CANDIDATE, now=NOW) for one in invitations], threads=40
    )

    assert [isinstance(answer, Booking) for answer in answers] == [True] + [False] * 39
    assert {type(answer) for answer in answers[1:]} == {SlotTaken}
    assert (orphans(), overlaps(AgendaEntry.objects.all())) == ([], [])


def test_talks_cancelled_at_once_each_get_three_moments_while_there_are():
    """They all want the same three days of the one colleague who comes in."""
    make_policy()
    away = [make_advisor(hours=False) for _ in range(6)]
    talks = [
        make_booking(advisor=one, invitation=invitation)
        for one, invitation in zip(away, make_invitations(6), strict=True)
    ]
    make_advisor()

    at_once([partial(cancel, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in talks], threads=6)

    assert [talk.invitation.holds.offered().count() for talk in talks] == [3] * 6
    assert (orphans(), overlaps(AgendaEntry.objects.all())) == ([], [])


def booked_by(invitations, wish):
    return [partial(book, invitation=one, wish=wish, actor=CANDIDATE, now=NOW) for one in invitations]


def test_bookings_and_offers_of_the_same_time_never_overlap():
    make_policy()
    advisor, nine = make_advisor(), WEDNESDAY_TEN.replace(hour=8)
    invitations = make_invitations(24)
    for one in invitations[:8]:
        make_waitlist_entry(invitation=one)
    for_nine, for_ten = (make_wish(starts_at, advisor=advisor) for starts_at in (nine, WEDNESDAY_TEN))
    scans = [partial(offer_free_moments, now=NOW)] * 8

    at_once([*booked_by(invitations[:16], for_nine), *scans, *booked_by(invitations[16:], for_ten)], threads=32)

    taken = AgendaEntry.objects.filter(talk_from__in=[nine, WEDNESDAY_TEN])
    assert sorted(taken.values_list("talk_from", flat=True)) == [nine, WEDNESDAY_TEN]
    assert (orphans(), overlaps(AgendaEntry.objects.all())) == ([], [])


def test_the_holder_takes_it_says_no_and_runs_out_of_time_at_once():
    make_policy()
    holds = [make_hold() for _ in range(8)]
    for held in holds:
        make_waitlist_entry(invitation=held.invitation)
    calls = []
    for held in holds:
        wish = make_wish(advisor=held.advisor)
        calls += [
            partial(book, invitation=held.invitation, wish=wish, actor=CANDIDATE, now=NOW),
            partial(decline, invitation=held.invitation, actor=CANDIDATE, now=NOW),
            partial(leave, invitation=held.invitation, actor=CANDIDATE, now=NOW),
            partial(end_what_is_over, now=held.expires_at),
        ]

    answers = at_once(calls, threads=32)

    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, SlotTaken)] == []
    assert Hold.objects.offered().count() == 0
    assert (orphans(), overlaps(AgendaEntry.objects.all())) == ([], [])


def test_advisors_cancel_at_once_and_every_candidate_gets_moments_of_their_own():
    make_policy()
    advisors = [make_advisor() for _ in range(2)]
    starts = [WEDNESDAY_TEN + timedelta(days=days) for days in (0, 1, 2, 5)]
    bookings = [
        make_booking(advisor=advisor, invitation=one, starts_at=starts_at)
        for one, (advisor, starts_at) in zip(make_invitations(8), product(advisors, starts), strict=True)
    ]

    answers = at_once(
        [partial(cancel, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in bookings], threads=8
    )

    assert [type(answer) for answer in answers] == [Booking] * 8
    assert Message.objects.filter(kind="cancelled_by_advisor").count() == 8
    assert (orphans(), overlaps(AgendaEntry.objects.all())) == ([], [])
