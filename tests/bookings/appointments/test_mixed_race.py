"""Talks against everything else that takes or gives time, with the same advisor at the same moment."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.models import Absence, AgendaEntry
from advisors.services import add_absence
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import Answer, What
from bookings.reassignment.takeover import Takeover, take_over
from core.errors import Refusal
from organisation.models import AuditEvent
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
from tests.torture.audit import time_without_reason, without_their_time

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 40
TEN = timedelta(minutes=10)


def make_invitations(count):
    vacancy = make_vacancy()
    return [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _ in range(count)]


def bookings_of(advisor, invitations, starts):
    """Calls that book a start each, and begin again when there are more invitations than starts."""
    wishes = [make_wish(start, advisor=advisor) for start in starts]
    return [
        partial(book, invitation=one, wish=wishes[number % len(wishes)], actor=CANDIDATE, now=NOW)
        for number, one in enumerate(invitations)
    ]


def assert_the_books_are_right(answers):
    assert [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refusal)] == []
    assert overlaps(AgendaEntry.objects.all()) == []
    assert [*without_their_time(), *time_without_reason()] == []


def order_of(action):
    """In which order the lock was held, by what it was for."""
    events = AuditEvent.objects.filter(action=action, result="done").order_by("pk")
    return dict(events.values_list("about", "pk"))


def test_nobody_gets_a_moment_in_an_absence_that_was_there_first():
    make_policy(step_minutes=10)
    advisor = make_advisor()
    starts = [TUESDAY_HALF_PAST_TEN - 9 * TEN + number * TEN for number in range(10)]
    spans = [Span(start, start + TEN) for start in starts]
    away = [partial(add_absence, advisor=advisor, span=span, actor=CANDIDATE, now=NOW) for span in spans]
    booked = bookings_of(advisor, make_invitations(30), starts)

    answers = at_once(
        [call for three in zip(booked[::3], booked[1::3], booked[2::3], away, strict=True) for call in three],
        threads=AT_ONCE,
    )

    assert_the_books_are_right(answers)
    given, known = order_of("booking.book"), order_of("absence.add")
    within = [
        (booking, absence)
        for booking in Booking.objects.standing()
        for absence in Absence.objects.filter(starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at)
    ]
    assert [one for one in within if known[f"absence:{one[1].pk}"] < given[f"booking:{one[0].pk}"]] == []


def test_who_cancels_and_who_moves_the_same_talk_do_not_both_win():
    make_policy()
    advisor = make_advisor()
    booking = make_booking(advisor=advisor)
    wish = make_wish(WEDNESDAY_TEN, advisor=advisor)
    moves = [partial(move, booking=booking, wish=wish, actor=CANDIDATE, now=NOW)] * 20
    by = Booking.CancelledBy.CANDIDATE
    cancels = [partial(cancel, booking=booking, by=by, actor=CANDIDATE, now=NOW)] * 20

    answers = at_once([call for pair in zip(moves, cancels, strict=True) for call in pair], threads=AT_ONCE)

    assert_the_books_are_right(answers)
    booking.refresh_from_db()
    assert (booking.status, booking.entry) == ("cancelled", None)
    assert AgendaEntry.objects.count() == 0


def test_two_who_change_places_at_the_same_moment_both_keep_a_talk():
    """Each wants the moment of the other: nobody waits for ever, and nobody is left without."""
    make_policy()
    first, second = make_advisor(), make_advisor()
    talks = [make_booking(advisor=first), make_booking(advisor=second, starts_at=WEDNESDAY_TEN)]
    wishes = [make_wish(WEDNESDAY_TEN, advisor=second), make_wish(TUESDAY_HALF_PAST_TEN, advisor=first)]
    calls = [
        partial(move, booking=talk, wish=wish, actor=CANDIDATE, now=NOW)
        for talk, wish in zip(talks, wishes, strict=True)
    ]

    answers = at_once(calls * 10, threads=20)

    assert_the_books_are_right(answers)
    assert Booking.objects.standing().count() == AgendaEntry.objects.count() == 2


def test_a_takeover_and_bookings_with_the_colleague_do_not_get_the_same_moment():
    make_policy()
    sick, colleague = make_advisor(), make_advisor()
    talk = make_booking(advisor=sick)
    span = Span(TUESDAY_HALF_PAST_TEN, TUESDAY_HALF_PAST_TEN + TEN)
    answers, seen = {talk.pk: Answer(What.HAND_OVER, colleague.pk)}, {talk.pk: talk.starts_at}
    takeover = Takeover(advisor=sick, span=span, answers=answers, seen=seen, is_absence=True)
    takeovers = [partial(take_over, takeover=takeover, actor=CANDIDATE, now=NOW)] * 20
    booked = bookings_of(colleague, make_invitations(20), [TUESDAY_HALF_PAST_TEN])

    answers = at_once([call for pair in zip(takeovers, booked, strict=True) for call in pair], threads=AT_ONCE)

    assert_the_books_are_right(answers)
    assert Booking.objects.standing().filter(advisor=colleague).count() == 1


def test_moments_that_are_held_instead_of_a_talk_are_not_booked_by_others():
    make_policy()
    advisor = make_advisor()
    talk = make_booking(advisor=advisor)
    by = Booking.CancelledBy.ADVISOR
    cancels = [partial(cancel, booking=talk, by=by, actor=CANDIDATE, now=NOW, word="Ziek")] * 20
    around = [TUESDAY_HALF_PAST_TEN + 3 * TEN, TUESDAY_HALF_PAST_TEN + 6 * TEN, WEDNESDAY_TEN, WEDNESDAY_TEN + 3 * TEN]
    booked = bookings_of(advisor, make_invitations(20), around)

    answers = at_once([call for pair in zip(cancels, booked, strict=True) for call in pair], threads=AT_ONCE)

    assert_the_books_are_right(answers)
    assert 1 <= Hold.objects.offered().count() <= 3
    assert Booking.objects.filter(status="cancelled").count() == 1
