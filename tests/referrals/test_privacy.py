import pytest

from referrals.models import Referral
from referrals.privacy import erase, export
from tests.factories import NOW, make_referral, make_sent_referral

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_export_contains_only_this_candidate():
    referral = make_sent_referral(is_changed_by_candidate=True)
    make_referral()

    exported = export(f"candidate:{referral.candidate.pk}")

    assert exported == [
        {
            "vacancy": "Medewerker recovery",
            "department": "OK en Anesthesie",
            "proposed_by": "Youssef Benali",
            "given_to": "Marloes Tienstra",
            "introduction": "Sevda blijft rustig als het spannend wordt.",
            "is_changed_by_candidate": True,
            "state": "sent",
            "proposed_at": referral.proposed_at,
            "refused_at": None,
            "consented_at": NOW,
            "answer_by": referral.answer_by,
            "answered_at": None,
            "answer_reason": "",
            "outcome": "",
            "outcome_at": None,
            "withdrawn_at": None,
        }
    ]


def test_export_names_no_recipient_before_consent():
    referral = make_referral()

    assert [row["given_to"] for row in export(f"candidate:{referral.candidate.pk}")] == [None]


@pytest.mark.parametrize("key", ["user:1", "candidate:x", "candidate:0"])
def test_an_anonymous_visitor_sees_no_referrals(key):
    make_referral()

    assert (export(key), erase(key)) == ([], 0)


def test_erase_removes_only_this_candidate():
    gone, stays = make_referral(), make_referral()

    erased = erase(f"candidate:{gone.candidate.pk}")

    assert (erased, list(Referral.objects.all())) == (1, [stays])
