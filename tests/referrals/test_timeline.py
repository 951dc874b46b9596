from datetime import date

import pytest
from django.utils import translation

from referrals.models import Referral
from referrals.timeline import timeline_for
from tests.factories import NOW

PROPOSED, YES = ("Proposed by the advisor", NOW), ("The candidate said yes", NOW)
ANSWERED = {"state": "accepted", "consented_at": NOW, "answered_at": NOW}


@pytest.mark.parametrize(
    ("fields", "done", "ahead"),
    [
        ({}, [PROPOSED], [("The candidate decides", None)]),
        ({"state": "refused", "refused_at": NOW}, [PROPOSED, ("The candidate said no", NOW)], []),
        (
            {"state": "sent", "consented_at": NOW, "answer_by": date(2026, 11, 30)},
            [PROPOSED, YES],
            [("Answer of the recruiter, at the latest", date(2026, 11, 30))],
        ),
        (ANSWERED, [PROPOSED, YES, ("The recruiter gets in touch", NOW)], [("What came of it", None)]),
        (
            ANSWERED | {"state": "declined", "answer_reason": "Vergeven."},
            [PROPOSED, YES, ("The recruiter: does not fit now", NOW)],
            [],
        ),
        (
            ANSWERED | {"state": "closed", "outcome": "hired", "outcome_at": NOW},
            [PROPOSED, YES, ("The recruiter gets in touch", NOW), ("Hired", NOW)],
            [],
        ),
        (
            {"state": "withdrawn", "consented_at": NOW, "withdrawn_at": NOW},
            [PROPOSED, YES, ("Withdrawn by the candidate", NOW)],
            [],
        ),
    ],
)
def test_timeline_for_gives_past_and_next_entries(fields, done, ahead):
    referral = Referral(proposed_at=NOW, **fields)

    with translation.override("en"):
        steps = timeline_for(referral)

    assert [(step.label, step.on) for step in steps if step.is_done] == done
    assert [(step.label, step.on) for step in steps if step.is_current] == ahead


def test_the_timeline_addresses_the_candidate():
    fields = ANSWERED | {"state": "closed", "outcome": "withdrawn", "outcome_at": NOW, "withdrawn_at": NOW}

    with translation.override("en"):
        steps = timeline_for(Referral(proposed_at=NOW, **fields), to_candidate=True)

    assert [step.label for step in steps] == [
        "Proposed by the advisor",
        "You said yes",
        "The recruiter gets in touch",
        "You stopped",
        "You withdrew your introduction",
    ]
