import pytest

from candidates.duplicates.services import keep_apart, merge_candidates
from candidates.errors import NotTheSameAddress
from candidates.models import AccessLink, Candidate, CandidateSource, Consent
from candidates.queries import same_person_pairs
from core.actors import Actor
from organisation.models import AuditEvent, Role
from tests.factories import NOW, make_candidate, make_rejection, make_user, make_vacancy

pytestmark = pytest.mark.django_db
RECRUITER = Actor(key="user:1", origin="web")


def make_pair():
    older, younger = make_candidate(email="s@kandidaat.example"), make_candidate(email="S@Kandidaat.example")
    make_rejection(candidate=older)
    make_rejection(candidate=younger)
    return older, younger


def test_one_person_keeps_all_that_both_had():
    older, younger = make_pair()
    CandidateSource.objects.create(candidate=younger, source="csv", external_id="8812")
    Consent.objects.create(candidate=younger, purpose="sms", text_version="1", language="nl", given_at=NOW)
    Candidate.objects.filter(pk=younger.pk).update(messages_stopped_at=NOW, phone="+31612345678")

    merge_candidates(first=younger.pk, second=older.pk, actor=RECRUITER, now=NOW)

    left = Candidate.objects.get()
    assert left == older
    assert (left.applications.count(), left.sources.count(), left.consents.count()) == (2, 1, 1)
    assert (left.messages_stopped_at, str(left.phone)) == (NOW, "+31612345678")
    assert AccessLink.objects.get() == older.link
    event = AuditEvent.objects.get()
    assert (event.action, event.about, event.result) == (
        "candidate.merge",
        f"candidate:{older.pk}",
        f"candidate:{younger.pk}",
    )


@pytest.mark.parametrize("decide", [merge_candidates, keep_apart])
def test_a_double_click_decides_once(decide):
    older, younger = make_pair()

    for _ in range(2):
        decide(first=older.pk, second=younger.pk, actor=RECRUITER, now=NOW)

    assert AuditEvent.objects.count() == 1


def test_two_people_are_not_asked_about_again():
    older, younger = make_pair()
    recruiter = older.applications.get().vacancy.recruiter
    assert len(same_person_pairs(recruiter)) == 1

    keep_apart(first=younger.pk, second=older.pk, actor=RECRUITER, now=NOW)

    assert same_person_pairs(recruiter) == []
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize("decide", [merge_candidates, keep_apart])
def test_different_addresses_are_refused(decide):
    older, younger = make_pair()
    Candidate.objects.filter(pk=younger.pk).update(email="other@kandidaat.example")

    with pytest.raises(NotTheSameAddress):
        decide(first=older.pk, second=younger.pk, actor=RECRUITER, now=NOW)

    assert Candidate.objects.count() == 2


def test_pairs_are_for_recruiters_who_may_see_either():
    older, younger = make_pair()

    for candidate in (older, younger):
        [pair] = same_person_pairs(candidate.applications.get().vacancy.recruiter)
        assert (pair.older, pair.younger) == (older, younger)
    assert same_person_pairs(make_user(Role.RECRUITER)) == []
    assert same_person_pairs(make_user(Role.ADVISOR, Role.MANAGER)) == []


def test_three_with_one_address_are_asked_two_by_two():
    vacancy = make_vacancy()
    for _ in range(3):
        make_rejection(candidate=make_candidate(email="s@kandidaat.example"), vacancy=vacancy)

    assert len(same_person_pairs(vacancy.recruiter)) == 3
