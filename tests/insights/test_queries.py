from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from insights.periods import Period
from insights.queries import metrics_for
from organisation.models import Department
from tests.factories import (
    NOW,
    make_advisor,
    make_completed_booking,
    make_invitation,
    make_referral,
    make_rejection,
    make_sent_referral,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ALL = Period()


def numbers_of(period=ALL, department=None):
    with translation.override("en"):
        return {str(metric.label): metric.number for metric in metrics_for(period, department)}


def make_hospital():
    """Eight rejections: one not told, one not invited, six talks (four completed), four referrals, one hired."""
    vacancy, advisor = make_vacancy(), make_advisor(hours=False)
    make_rejection(vacancy=vacancy, complete=False, notified_on=None)
    make_rejection(vacancy=vacancy)
    make_rejection(vacancy=vacancy, rejected_by="candidate", complete=False)
    states = ["completed"] * 4 + ["no_show", "cancelled"]
    bookings = []
    for number, status in enumerate(states):
        booking = make_completed_booking(
            advisor=advisor,
            invitation=make_invitation(rejection=make_rejection(vacancy=vacancy)),
            starts_at=NOW - timedelta(days=number + 1),
        )
        gone = {"entry": None, "cancelled_at": NOW, "cancelled_by": "candidate"} if status == "cancelled" else {}
        type(booking).objects.filter(pk=booking.pk).update(status=status, **gone)
        bookings.append(booking)
    make_referral(booking=bookings[0])
    make_sent_referral(booking=bookings[1])
    make_sent_referral(booking=bookings[1], vacancy=make_vacancy())
    hired = make_sent_referral(booking=bookings[2])
    type(hired).objects.filter(pk=hired.pk).update(state="closed", answered_at=NOW, outcome="hired")


def test_the_metrics_follow_candidates_from_rejection_to_referral():
    make_hospital()

    assert numbers_of() == {
        "Rejections": 8,
        "Told to the candidate": 7,
        "Invited for a talk": 6,
        "Booked a talk": 6,
        "Appointments": 6,
        "Talked": 4,
        "Missed each other": 1,
        "Cancelled": 1,
        "Referrals proposed": 4,
        "The candidate said yes": 3,
        "The recruiter got in touch": 1,
        "Hired": 1,
    }


def test_a_person_with_many_rejections_counts_once():
    rejection = make_rejection()
    make_rejection(candidate=rejection.application.candidate)

    total = metrics_for(ALL, None)[0]

    assert (total.number, total.people) == (2, 1)


def test_a_period_counts_by_the_day_of_the_decision():
    for day in (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)):
        make_rejection(decided_on=day)

    november = numbers_of(Period(date(2026, 11, 1), date(2026, 11, 30)))

    assert november["Rejections"] == 2


def test_a_department_counts_its_own_vacancies():
    elsewhere = Department.objects.create(name="Oncologie")
    make_rejection(vacancy=make_vacancy(department=elsewhere))
    make_rejection()

    assert numbers_of(department=elsewhere)["Rejections"] == 1


def test_the_metrics_take_three_statements():
    make_hospital()

    with CaptureQueriesContext(connection) as statements:
        metrics_for(ALL, None)

    assert len(statements) == 3
