"""A recruiter who gave a rejection has no part in the booking that follows from it."""

import pytest

from bookings.availability.queries import bookings_to_correct, eligible_advisors
from bookings.models import Booking
from bookings.reassignment.conflicts import conflicts_for, restricted_bookings
from bookings.waitlist.queries import preferences_of
from core.actors import Actor
from tests.factories import (
    NOW,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_waitlist_entry,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def recruiter():
    make_policy()
    return make_advisor(name="Sanne Bakker")


def invitation_by(recruiter):
    return make_invitation(rejection=make_rejection(recruiter=recruiter.user))


def test_recruiter_does_not_hold_the_session(recruiter):
    colleague = make_advisor()

    assert list(eligible_advisors(invitation_by(recruiter))) == [colleague]


def test_recruiter_gets_no_waitlist_offer_for_the_candidate(recruiter):
    entry = make_waitlist_entry(invitation=invitation_by(recruiter))

    assert preferences_of(entry).excluded_advisor_id == recruiter.pk


def test_recruiter_does_not_read_the_file(recruiter):
    make_booking(advisor=recruiter, invitation=invitation_by(recruiter))

    assert list(Booking.objects.visible_to(recruiter.user)) == []


def test_recruiter_does_not_correct_the_address(recruiter):
    booking = make_booking(advisor=recruiter)
    candidate = booking.candidate
    candidate.email_failed_at = NOW
    candidate.save()
    before = list(bookings_to_correct(recruiter.user))

    make_rejection(candidate=candidate, recruiter=recruiter.user)

    assert (before, list(bookings_to_correct(recruiter.user))) == ([booking], [])


def test_recruiter_neither_decides_about_the_booking_nor_takes_it_over(recruiter):
    colleague, third = make_advisor(), make_advisor()
    booking = make_booking(advisor=colleague, invitation=invitation_by(recruiter))
    actor = Actor.of(recruiter.user)

    [conflict] = conflicts_for([booking], actor=actor, now=NOW)

    assert [one.advisor_id for one in conflict.colleagues] == [third.pk]
    assert restricted_bookings([booking], actor=actor) == {booking.pk}
