from datetime import date, timedelta

import pytest

from candidates.models import Candidate
from referrals.models import Referral
from spreekuur.retention import due_for_erasure
from tests.factories import NOW, make_booking, make_invitation, make_policy, make_rejection, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(days=60)


def make_finished(*, ended_on=date(2026, 11, 30), last_contact_at=NOW, **invitation):
    rejection = make_rejection(vacancy=make_vacancy(procedure_ended_on=ended_on))
    candidate = rejection.application.candidate
    Candidate.objects.filter(pk=candidate.pk).update(last_contact_at=last_contact_at, created_at=NOW)
    return make_invitation(rejection=rejection, **invitation)


def test_a_candidate_is_due_four_weeks_after_procedure_and_contact():
    invitation = make_finished()

    assert [*due_for_erasure(now=LATER)] == [invitation.candidate]


@pytest.mark.parametrize(
    "fields",
    [
        {"ended_on": None},
        {"ended_on": LATER.date() - timedelta(days=27)},
        {"last_contact_at": LATER - timedelta(days=27)},
        {"open_until": LATER.date()},
    ],
    ids=["procedure runs", "procedure just ended", "contact of late", "invitation open"],
)
def test_no_candidate_is_due_while_a_procedure_is_open(fields):
    make_finished(**fields)

    assert [*due_for_erasure(now=LATER)] == []


def test_no_candidate_is_due_while_a_talk_or_referral_is_open():
    make_policy()
    make_booking(invitation=make_finished(), starts_at=LATER + timedelta(days=1))
    talk = make_booking(invitation=make_finished(), status="completed")
    Referral.objects.create(booking=talk, vacancy=make_vacancy(title="Planner"), introduction="Past.", proposed_at=NOW)

    assert [*due_for_erasure(now=LATER)] == []
