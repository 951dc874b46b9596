import pytest

from advisors.refusals import SlotTaken
from bookings.services import book
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_wish,
)

pytestmark = pytest.mark.django_db


def test_book_gives_the_moment_and_takes_the_time():
    make_policy()
    advisor = make_advisor()
    invitation = make_invitation()

    booking = book(invitation=invitation, wish=make_wish(advisor=advisor), actor=CANDIDATE, now=NOW)

    assert (booking.starts_at, booking.advisor) == (TUESDAY_HALF_PAST_TEN, advisor)
    assert (booking.entry.busy_from, booking.entry.busy_until - booking.ends_at) == (
        TUESDAY_HALF_PAST_TEN,
        booking.entry.busy_until - booking.ends_at,
    )


def test_book_refuses_a_moment_that_is_taken_and_names_others():
    make_policy()
    advisor = make_advisor()
    make_booking(advisor=advisor)

    with pytest.raises(SlotTaken) as refused:
        book(invitation=make_invitation(), wish=make_wish(advisor=advisor), actor=CANDIDATE, now=NOW)

    assert len(refused.value.alternatives) == 6
    assert advisor.bookings.count() == 1
