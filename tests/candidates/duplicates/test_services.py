import pytest

from candidates.duplicates.services import mark_distinct, merge_candidates
from candidates.errors import DifferentAddresses
from candidates.models import AccessLink, Candidate, CandidateSource, Consent
from candidates.queries import possible_duplicates
from core.actors import Actor
from organisation.models import AuditEvent, Role
from tests.factories import NOW, make_candidate, make_rejection, make_user, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
RECRUITER = Actor(key="user:1", origin="web")


def make_pair():
    older, younger = make_candidate(email="s@kandidaat.example"), make_candidate(email="S@Kandidaat.example")
    make_rejection(candidate=older)
    make_rejection(candidate=younger)
    return older, younger


def test_merge_keeps_the_data_of_both():
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


@pytest.mark.parametrize("decide", [merge_candidates, mark_distinct])
def test_a_double_click_decides_once(decide):
    older, younger = make_pair()

    for _ in range(2):
        decide(first=older.pk, second=younger.pk, actor=RECRUITER, now=NOW)

    assert AuditEvent.objects.count() == 1


def test_a_pair_marked_as_different_is_not_shown_again():
    older, younger = make_pair()
    recruiter = older.applications.get().vacancy.recruiter
    assert len(possible_duplicates(recruiter)) == 1

    mark_distinct(first=younger.pk, second=older.pk, actor=RECRUITER, now=NOW)

    assert possible_duplicates(recruiter) == []
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize("decide", [merge_candidates, mark_distinct])
def test_different_addresses_are_refused(decide):
    older, younger = make_pair()
    Candidate.objects.filter(pk=younger.pk).update(email="other@kandidaat.example")

    with pytest.raises(DifferentAddresses):
        decide(first=older.pk, second=younger.pk, actor=RECRUITER, now=NOW)

    assert Candidate.objects.count() == 2


def test_pairs_are_shown_to_recruiters_who_may_see_either():
    older, younger = make_pair()

    for candidate in (older, younger):
        [pair] = possible_duplicates(candidate.applications.get().vacancy.recruiter)
        assert (pair.older, pair.younger) == (older, younger)
    assert possible_duplicates(make_user(Role.RECRUITER)) == []
    assert possible_duplicates(make_user(Role.ADVISOR, Role.MANAGER)) == []


def test_three_candidates_with_one_address_make_three_pairs():
    vacancy = make_vacancy()
    for _ in range(3):
        make_rejection(candidate=make_candidate(email="s@kandidaat.example"), vacancy=vacancy)

    assert len(possible_duplicates(vacancy.recruiter)) == 3
