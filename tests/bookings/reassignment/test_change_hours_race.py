"""An absence or closed day concurrent with bookings: no booking ends up in it without a resolution."""

from datetime import timedelta
from functools import partial

import pytest

from advisors.availability.slots import Span
from advisors.hours.services import add_absence
from advisors.models import Absence
from bookings.appointments.book import book
from bookings.models import Booking
from bookings.reassignment.change_hours import ScheduleChange, UnresolvedConflicts, apply_schedule_change
from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy
from organisation.policy.closed_days import close_day
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_booking_request,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
)
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases, pytest.mark.race]
NINE = TUESDAY_HALF_PAST_TEN - timedelta(minutes=90)
TUESDAY = Span(NINE.replace(hour=0), NINE.replace(hour=23))
ADVISOR = Actor(key="user:1", origin="web")


@pytest.mark.parametrize("round_number", range(3))
def test_concurrent_bookings_never_end_up_in_a_new_absence(round_number):
    make_policy()
    advisor, vacancy = make_advisor(), make_vacancy()
    apply = partial(add_absence, advisor=advisor, span=TUESDAY)
    away = ScheduleChange(apply=apply, advisors=(advisor.pk,), action="absence.add", about=f"advisor:{advisor.pk}")
    absence = partial(apply_schedule_change, change=away, resolutions={}, remark="", actor=ADVISOR, now=NOW)
    calls = [*bookings_of_six(advisor, vacancy), absence, absence]

    answers = run_concurrently(calls[round_number:] + calls[:round_number], threads=len(calls))

    assert [one for one in answers if isinstance(one, Exception) and not is_expected(one)] == []
    assert 0 in (Absence.objects.count(), Booking.objects.booked().count())


@pytest.mark.parametrize("round_number", range(3))
def test_concurrent_bookings_never_end_up_on_a_new_closed_day(round_number):
    make_policy()
    advisor, vacancy = make_advisor(), make_vacancy()
    apply = partial(close_day, day=NINE.date(), reason="Opleiding")
    closed = ScheduleChange(apply=apply, advisors=(advisor.pk,), action="day.close", about=f"policy:{NINE.date()}")
    closing = partial(apply_schedule_change, change=closed, resolutions={}, remark="", actor=ADVISOR, now=NOW)
    calls = [closing, *bookings_of_six(advisor, vacancy), closing]

    answers = run_concurrently(calls[round_number:] + calls[:round_number], threads=len(calls))

    assert [one for one in answers if isinstance(one, Exception) and not is_expected(one)] == []
    assert 0 in (len(Policy.objects.get().closed_days), Booking.objects.booked().count())


def bookings_of_six(advisor, vacancy):
    """Calls of six candidates, each for another slot on Tuesday."""
    moments = [NINE + timedelta(minutes=30 * number) for number in range(6)]
    invitations = [make_invitation(rejection=make_rejection(vacancy=vacancy)) for _moment in moments]
    return [
        partial(
            book, invitation=invitation, request=make_booking_request(moment, advisor=advisor), actor=CANDIDATE, now=NOW
        )
        for invitation, moment in zip(invitations, moments, strict=True)
    ]


def is_expected(error):
    return isinstance(error, (Refusal, UnresolvedConflicts))
