"""Takeovers against bookings, moves, absences and other takeovers at once: nothing overlaps and nobody is lost."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.models import Absence, AgendaEntry
from advisors.services import add_absence
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.appointments.reschedule import reschedule
from bookings.models import Booking
from bookings.reassignment.change_hours import Answer, What
from bookings.reassignment.reassign import hand_over
from bookings.reassignment.takeover import Takeover, take_over
from core.errors import Refusal
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_wish,
)
from tests.races import at_once, overlaps

pytestmark = pytest.mark.django_db(transaction=True)
NINE = TUESDAY_HALF_PAST_TEN - timedelta(minutes=90)
TUESDAY = Span(NINE.replace(hour=0), WEDNESDAY_TEN.replace(hour=0))
AT_ONCE = 24


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def make_day_of(advisor, talks=5):
    """A talk every half hour from nine."""
    vacancy = make_vacancy()
    return [
        make_booking(advisor=advisor, invitation=invited(vacancy), starts_at=NINE + timedelta(minutes=30 * number))
        for number in range(talks)
    ]


def invited(vacancy):
    return make_invitation(rejection=make_rejection(vacancy=vacancy))


def takeover_by(colleague, ill, bookings, *, is_absence=False):
    """Without a colleague every candidate is offered other moments."""
    answer = Answer(What.HAND_OVER, colleague.pk) if colleague else Answer(What.OFFER)
    wanted = Takeover(
        advisor=ill,
        span=TUESDAY,
        answers={booking.pk: answer for booking in bookings},
        seen={booking.pk: booking.starts_at for booking in bookings},
        is_absence=is_absence,
    )
    return partial(take_over, takeover=wanted, actor=CANDIDATE, now=NOW)


def only_refusals(answers):
    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refusal)] == []
    return [answer for answer in answers if not isinstance(answer, Refusal)]


def nobody_is_lost():
    """What stands has time of its own, and what has time stands."""
    standing = Booking.objects.standing()
    assert overlaps(AgendaEntry.objects.all()) == []
    assert sorted(standing.values_list("entry", "advisor")) == sorted(AgendaEntry.objects.values_list("pk", "advisor"))


def test_many_colleagues_take_over_at_once_and_one_does():
    ill = make_advisor()
    bookings, colleagues = make_day_of(ill), [make_advisor() for _ in range(AT_ONCE)]

    answers = at_once([takeover_by(one, ill, bookings) for one in colleagues], threads=AT_ONCE)

    assert len(only_refusals(answers)) == 1
    assert Booking.objects.values("advisor").distinct().count() == 1
    assert Message.objects.filter(kind="handed_over").count() == len(bookings)
    nobody_is_lost()


def test_a_takeover_and_bookings_with_the_colleague_share_no_moment():
    ill, colleague = make_advisor(), make_advisor()
    bookings, vacancy = make_day_of(ill, talks=1), make_vacancy()
    wish = make_wish(NINE, advisor=colleague)
    rivals = [
        partial(book, invitation=invited(vacancy), wish=wish, actor=CANDIDATE, now=NOW - timedelta(days=1))
        for _ in range(AT_ONCE - 1)
    ]

    answers = at_once([takeover_by(colleague, ill, bookings), *rivals], threads=AT_ONCE)

    assert len(only_refusals(answers)) == 1
    assert Booking.objects.filter(advisor=colleague, starts_at=NINE).count() == 1
    nobody_is_lost()


def test_an_advisor_who_moves_a_talk_and_bookings_share_no_moment():
    advisor, vacancy = make_advisor(), make_vacancy()
    [booking] = make_day_of(advisor, talks=1)
    wish = make_wish(WEDNESDAY_TEN, advisor=advisor)
    rivals = [
        partial(book, invitation=invited(vacancy), wish=wish, actor=CANDIDATE, now=NOW) for _ in range(AT_ONCE - 1)
    ]
    mine = partial(reschedule, booking=booking, starts_at=WEDNESDAY_TEN, word="", actor=CANDIDATE, now=NOW)

    answers = at_once([mine, *rivals], threads=AT_ONCE)

    assert len(only_refusals(answers)) == 1
    assert Booking.objects.filter(starts_at=WEDNESDAY_TEN).count() == 1
    nobody_is_lost()


def test_a_takeover_moves_cancellations_and_absences_at_once_leave_everything_whole():
    ill, colleague, other = make_advisor(), make_advisor(), make_advisor()
    bookings = make_day_of(ill)
    away = Span(TUESDAY_HALF_PAST_TEN, TUESDAY.end)
    calls = [
        takeover_by(colleague, ill, bookings, is_absence=True),
        takeover_by(other, ill, bookings, is_absence=True),
        takeover_by(None, ill, bookings),
        partial(add_absence, advisor=colleague, span=away, actor=CANDIDATE, now=NOW),
        *(partial(hand_over, booking=one, to=other.pk, word="", actor=CANDIDATE, now=NOW) for one in bookings),
        *(
            partial(move, booking=one, wish=make_wish(WEDNESDAY_TEN, advisor=colleague), actor=CANDIDATE, now=NOW)
            for one in bookings
        ),
        *(partial(cancel, booking=one, by="candidate", actor=CANDIDATE, now=NOW) for one in bookings),
        *(partial(cancel, booking=one, by="advisor", actor=CANDIDATE, now=NOW) for one in bookings[:2]),
    ]

    answers = at_once(calls, threads=len(calls))

    only_refusals(answers)
    assert Booking.objects.count() == len(bookings)
    assert Absence.objects.filter(advisor=colleague).count() == 1
    assert overlaps(AgendaEntry.objects.all()) == []
    assert AgendaEntry.objects.filter(kind="booking").count() == Booking.objects.standing().count()
