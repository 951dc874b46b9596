from datetime import date

import pytest

from candidates.models import AccessLink, Application, Candidate, CandidateSource, Consent, Rejection, Strength
from candidates.privacy import erase, export
from core.actors import Actor
from organisation import audit
from tests.factories import NOW, make_candidate, make_rejection, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def make_known():
    candidate = make_candidate(email="s@kandidaat.example", phone="+31612345678")
    vacancy = make_vacancy()
    rejection = make_rejection(candidate=candidate, vacancy=vacancy)
    CandidateSource.objects.create(candidate=candidate, source="csv", external_id="8812")
    Consent.objects.create(candidate=candidate, purpose="sms", text_version="1", language="nl", given_at=NOW)
    audit.record("candidate.read", rejection, actor=Actor.of(vacancy.recruiter), now=NOW)
    return candidate, rejection


def test_export_contains_everything_stored():
    candidate, rejection = make_known()

    kept = export(f"candidate:{candidate.pk}")

    assert kept == {
        "candidate": {
            "first_name": "Sevda",
            "infix": "",
            "last_name": "Aydin",
            "email": "s@kandidaat.example",
            "phone": "+31612345678",
            "language": "nl",
            "time_zone": "Europe/Amsterdam",
            "created_at": candidate.created_at,
            "email_failed_at": None,
            "email_confirmed_at": None,
            "last_contact_at": None,
            "erase_on": None,
            "messages_stopped_at": None,
        },
        "sources": [{"source": "csv", "external_id": "8812"}],
        "link": {"version": 1},
        "applications": [
            {
                "source": "screen",
                "external_id": "",
                "applied_on": None,
                "stage": "interview_1",
                "vacancy": "Anesthesiemedewerker",
                "rejection": {
                    "rejected_by": "organisation",
                    "reason": str(rejection.reason),
                    "reason_label": "",
                    "component": "Eis 0",
                    "explanation": "Voor mensen mist nog een certificaat.",
                    "strengths": ["Rustig werken onder druk"],
                    "decided_on": None,
                    "notified_on": date(2026, 11, 20),
                    "notified_by": "phone",
                    "invite_from": None,
                    "given_by": "Marloes Tienstra",
                    "completed_at": rejection.completed_at,
                },
            }
        ],
        "consents": [
            {
                "purpose": "sms",
                "text_version": "1",
                "language": "nl",
                "scope": "",
                "given_at": NOW,
                "withdrawn_at": None,
            }
        ],
        "lines_of_files": [],
        "read_by": [{"actor": f"user:{rejection.recruiter_id}", "at": NOW}],
    }


def test_erase_removes_one_candidate_completely():
    candidate, _ = make_known()
    other = make_rejection().application.candidate

    erase(f"candidate:{candidate.pk}")

    assert list(Candidate.objects.all()) == [other]
    counts = [
        model.objects.count() for model in (Application, Rejection, Strength, AccessLink, CandidateSource, Consent)
    ]
    assert counts == [1, 1, 1, 1, 0, 0]
    assert export(f"candidate:{candidate.pk}") == {}


@pytest.mark.parametrize("key", ["candidate:999", "user:1", "candidate:", "candidate:x"])
def test_an_unknown_key_does_nothing(key):
    erase(key)

    assert export(key) == {}
