from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bookings.models import Booking
from candidates.models import Candidate, Rejection
from organisation.models import Policy
from referrals.models import Referral
from spreekuur.erasure_dates import Erasure, erasure_of, with_facts
from spreekuur.retention import due_for_erasure, erase_due
from tests.factories import (
    NOW,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_referral,
    make_rejection,
    make_sent_referral,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(days=60)
TODAY = NOW.date()  # 23 November
KeptBy = Candidate.KeptBy


def days(number):
    return timedelta(days=number)


def make_rejected(*, candidate=None, at=NOW, **vacancy):
    """Rejection that came in at NOW, as a CSV file leaves it: nobody wrote when the procedure ended."""
    rejection = make_rejection(candidate=candidate, vacancy=make_vacancy(**vacancy))
    Candidate.objects.filter(pk=rejection.application.candidate_id).update(created_at=NOW)
    Rejection.objects.filter(pk=rejection.pk).update(created_at=at)
    return rejection


def make_finished(*, last_contact_at=NOW, vacancy=None, **invitation):
    rejection = make_rejected(**vacancy or {})
    Candidate.objects.update(last_contact_at=last_contact_at)
    return make_invitation(rejection=rejection, **invitation)


def erasure():
    return erasure_of(with_facts().get(), days=28)


def test_a_candidate_from_a_csv_file_is_due_28_days_after_the_rejection():
    candidate = make_rejected().application.candidate

    assert due_for_erasure(now=NOW + days(27)) == []
    assert due_for_erasure(now=NOW + days(28)) == [candidate]
    assert erase_due(now=NOW + days(28)) == 1


@pytest.mark.parametrize(
    ("vacancy", "ends_on"),
    [
        ({"closes_on": TODAY + days(10)}, TODAY + days(10)),
        ({"closes_on": TODAY - days(10)}, TODAY),  # the rejection came later
        ({"procedure_ended_on": TODAY + days(5), "closes_on": TODAY + days(10)}, TODAY + days(5)),
        ({"procedure_ended_on": TODAY + days(15), "closes_on": TODAY + days(10)}, TODAY + days(15)),
        ({"status": "filled", "closes_on": TODAY + days(10)}, TODAY),  # closed before its day
        ({"status": "withdrawn"}, TODAY),
        ({}, TODAY),
    ],
)
def test_the_procedure_ends_when_the_vacancy_closes_or_else_with_the_rejection(vacancy, ends_on):
    make_rejected(**vacancy)

    keeper = KeptBy.CONTACT if ends_on == TODAY else KeptBy.VACANCY
    assert erasure() == Erasure(ends_on + days(28), keeper)


def test_a_later_rejection_keeps_a_candidate_whose_last_contact_is_long_ago():
    first = make_rejected()
    make_rejected(candidate=first.application.candidate, at=LATER)
    Candidate.objects.update(last_contact_at=NOW)

    assert erasure() == Erasure(LATER.date() + days(28), KeptBy.CONTACT)


def test_an_always_open_vacancy_keeps_nobody_because_others_are_rejected_later():
    first = make_rejected()
    vacancy = first.application.vacancy
    late = make_rejection(vacancy=vacancy)
    Candidate.objects.filter(pk=late.application.candidate_id).update(created_at=LATER)
    Rejection.objects.filter(pk=late.pk).update(created_at=LATER)

    assert due_for_erasure(now=LATER) == [first.application.candidate]


def test_a_candidate_without_an_application_is_due_as_well():
    Candidate.objects.filter(pk=make_candidate().pk).update(created_at=NOW)

    assert erasure() == Erasure(TODAY + days(28), KeptBy.CONTACT)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"last_contact_at": NOW + days(9)}, Erasure(TODAY + days(37), KeptBy.CONTACT)),
        ({"open_until": TODAY + days(50)}, Erasure(TODAY + days(51), KeptBy.INVITATION)),
        ({"open_until": TODAY + days(50), "withdrawn_at": NOW}, Erasure(TODAY + days(28), KeptBy.CONTACT)),
    ],
)
def test_contact_and_an_open_invitation_keep_a_candidate(fields, expected):
    make_finished(**fields)

    assert erasure() == expected


def test_a_planned_talk_keeps_a_candidate_until_28_days_after_it_also_when_nobody_records_its_outcome():
    make_policy()
    make_booking(invitation=make_finished(), starts_at=LATER)

    assert erasure() == Erasure(LATER.date() + days(28), KeptBy.TALK)

    Booking.objects.update(status="cancelled", entry=None, cancelled_at=NOW)

    assert erasure() == Erasure(TODAY + days(28), KeptBy.CONTACT)


@pytest.mark.parametrize(
    ("state", "closes_on", "expected"),
    [
        ("awaiting_consent", TODAY + days(40), Erasure(TODAY + days(68), KeptBy.REFERRAL)),
        ("awaiting_consent", None, Erasure(TODAY + days(28), KeptBy.CONTACT)),
        ("accepted", TODAY + days(40), Erasure(TODAY + days(68), KeptBy.REFERRAL)),
        ("declined", TODAY + days(40), Erasure(TODAY + days(28), KeptBy.CONTACT)),
    ],
)
def test_a_running_referral_keeps_a_candidate_as_long_as_its_vacancy_is_open(state, closes_on, expected):
    talk = make_booking(invitation=make_finished(), status="completed")
    make_referral(booking=talk, vacancy=make_vacancy(closes_on=closes_on))
    Referral.objects.update(state=state, consented_at=NOW, answer_reason="Vol.")

    assert erasure() == expected


def test_a_referral_with_the_recruiter_keeps_a_candidate_until_28_days_after_the_last_day_to_answer():
    make_sent_referral(booking=make_booking(invitation=make_finished(), status="completed"))

    assert erasure() == Erasure(date(2026, 12, 28), KeptBy.REFERRAL)


def test_policy_may_shorten_the_period():
    make_policy(retention_days=7)
    candidate = make_rejected().application.candidate

    assert due_for_erasure(now=NOW + days(6)) == []
    assert due_for_erasure(now=NOW + days(7)) == [candidate]


@pytest.mark.parametrize("value", [{"retention_days": 29}, {"retention_days": 0}, {"audit_retention_months": 11}])
def test_policy_cannot_lengthen_the_period_nor_shorten_the_audit_trail(value):
    with pytest.raises(ValidationError) as error:
        Policy(pk=1, **value).clean_fields()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_policy(**value)

    assert set(error.value.message_dict) == set(value)
