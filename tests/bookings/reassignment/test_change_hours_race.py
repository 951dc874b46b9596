"""An absence or a closed day against candidates who book at that moment: no talk lands in it without an answer."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.models import Absence
from advisors.services import add_absence
from bookings.appointments.book import book
from bookings.models import Booking
from bookings.reassignment.change_hours import Change, TalksInTheWay, carry_out
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy
from organisation.policy.closed_days import close_day
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_wish,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NINE = TUESDAY_HALF_PAST_TEN - timedelta(minutes=90)
TUESDAY = Span(NINE.replace(hour=0), NINE.replace(hour=23))
ADVISOR = Actor(key="user:1", origin="web")


@pytest.mark.parametrize("round_number", range(3))
def test_an_absence_and_bookings_at_once_never_leave_a_talk_in_the_absence(round_number):
    make_policy()
    advisor, vacancy = make_advisor(), make_vacancy()
    make = partial(add_absence, advisor=advisor, span=TUESDAY)
    away = Change(make=make, advisors=(advisor.pk,), action="absence.add", about=f"advisor:{advisor.pk}")
    absence = partial(carry_out, change=away, answers={}, word="", actor=ADVISOR, now=NOW)
    calls = [*bookings_of_six(advisor, vacancy), absence, absence]

    answers = at_once(calls[round_number:] + calls[:round_number], threads=len(calls))

    assert [one for one in answers if isinstance(one, Exception) and not is_expected(one)] == []
    assert 0 in (Absence.objects.count(), Booking.objects.standing().count())


@pytest.mark.parametrize("round_number", range(3))
def test_a_closed_day_and_bookings_at_once_never_leave_a_talk_on_that_day(round_number):
    make_policy()
    advisor, vacancy = make_advisor(), make_vacancy()
    make = partial(close_day, day=NINE.date(), reason="Opleiding")
    closed = Change(make=make, advisors=(advisor.pk,), action="day.close", about=f"policy:{NINE.date()}")
    closing = partial(carry_out, change=closed, answers={}, word="", actor=ADVISOR, now=NOW)
    calls = [closing, *bookings_of_six(advisor, vacancy), closing]

    answers = at_once(calls[round_number:] + calls[:round_number], threads=len(calls))

    assert [one for one in answers if isinstance(one, Exception) and not is_expected(one)] == []
    assert 0 in (len(Policy.objects.get().closed_days), Booking.objects.standing().count())


def bookings_of_six(advisor, vacancy):
    """Six candidates, each with another moment of the Tuesday."""
    moments = [NINE + timedelta(minutes=30 * number) for number in range(6)]
    invitations = [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _moment in moments]
    return [
        partial(book, invitation=invitation, wish=make_wish(moment, advisor=advisor), actor=CANDIDATE, now=NOW)
        for invitation, moment in zip(invitations, moments, strict=True)
    ]


def is_expected(error):
    return isinstance(error, (Refusal, TalksInTheWay))
