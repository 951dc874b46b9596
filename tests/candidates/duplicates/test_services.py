import pytest

from candidates.duplicate_queries import MAX_PER_ADDRESS, duplicate_pairs, open_addresses
from candidates.duplicates.services import Answer, answer_pair, mark_distinct, merge_candidates
from candidates.errors import DifferentAddresses, PairUnknown
from candidates.models import AccessLink, Candidate, CandidateSource, Consent, DuplicateConfirmation
from core.actors import Actor
from organisation.models import AuditEvent, Role
from tests.factories import NOW, make_candidate, make_rejection, make_user, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
RECRUITER = Actor(key="user:1", origin="web")


def make_pair(*, recruiter=None):
    """Two candidates with one address: of one recruiter, or of two when none is given."""
    older, younger = make_candidate(email="s@kandidaat.example"), make_candidate(email="S@Kandidaat.example")
    for candidate in (older, younger):
        make_rejection(candidate=candidate, vacancy=make_vacancy(recruiter=recruiter))
    return older, younger


def recruiter_of(candidate):
    return candidate.applications.get().vacancy.recruiter


def pairs_of(user):
    """Own candidate, other candidate and whether the other one is shown, of each pair."""
    addresses = {row["address"]: row["first"] for row in open_addresses(user)}
    return [(pair.own, pair.other, pair.is_visible) for pair in duplicate_pairs(user, addresses)]


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
    recruiter = make_user(Role.RECRUITER)
    older, younger = make_pair(recruiter=recruiter)
    assert pairs_of(recruiter) == [(older, younger, True)]

    mark_distinct(first=younger.pk, second=older.pk, actor=RECRUITER, now=NOW)

    assert (pairs_of(recruiter), open_addresses(recruiter).count()) == ([], 0)
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize("decide", [merge_candidates, mark_distinct])
def test_different_addresses_are_refused(decide):
    older, younger = make_pair()
    Candidate.objects.filter(pk=younger.pk).update(email="other@kandidaat.example")

    with pytest.raises(DifferentAddresses):
        decide(first=older.pk, second=younger.pk, actor=RECRUITER, now=NOW)

    assert Candidate.objects.count() == 2


def test_only_the_recruiter_of_the_older_one_is_asked_first():
    older, younger = make_pair()

    assert pairs_of(recruiter_of(older)) == [(older, younger, False)]
    assert pairs_of(recruiter_of(younger)) == []
    assert pairs_of(make_user(Role.RECRUITER)) == []
    assert pairs_of(make_user(Role.ADVISOR, Role.MANAGER)) == []


def test_two_recruiters_merge_together_and_neither_alone():
    older, younger = make_pair()
    first, second = recruiter_of(older), recruiter_of(younger)
    pair = {"first": younger.pk, "second": older.pk, "is_same": True, "now": NOW}

    with pytest.raises(PairUnknown):
        answer_pair(user=second, **pair)
    asked = [answer_pair(user=first, **pair) for _click in range(2)]
    between = (pairs_of(first), pairs_of(second), Candidate.objects.count())
    merged = [answer_pair(user=second, **pair) for _click in range(2)]

    assert (asked, merged) == ([Answer.ASKED] * 2, [Answer.MERGED] * 2)
    assert between == ([], [(younger, older, False)], 2)
    assert Candidate.objects.get() == older
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "actor")) == [
        ("candidate.confirm_same", f"user:{first.pk}"),
        ("candidate.merge", f"user:{second.pk}"),
    ]


@pytest.mark.parametrize("confirmed", [False, True])
def test_either_recruiter_keeps_the_pair_apart_when_asked(confirmed):
    older, younger = make_pair()
    pair = {"first": older.pk, "second": younger.pk, "now": NOW}
    if confirmed:
        answer_pair(user=recruiter_of(older), is_same=True, **pair)

    answer = answer_pair(user=recruiter_of(younger if confirmed else older), is_same=False, **pair)

    assert (answer, DuplicateConfirmation.objects.count()) == (Answer.DISTINCT, 0)
    assert [pairs_of(recruiter_of(one)) for one in (older, younger)] == [[], []]


def test_a_pair_shows_the_own_applications_only():
    recruiter = make_user(Role.RECRUITER)
    _older, younger = make_pair(recruiter=recruiter)
    make_rejection(candidate=younger, vacancy=make_vacancy(title="Planner"))
    addresses = {row["address"]: row["first"] for row in open_addresses(recruiter)}

    [pair] = duplicate_pairs(recruiter, addresses)

    assert [one.vacancy.title for one in pair.other.applications.all()] == ["Anesthesiemedewerker"]


@pytest.mark.parametrize("number", [3, 40])
def test_a_page_compares_one_candidate_of_an_address_with_a_few_others(django_assert_num_queries, number):
    vacancy = make_vacancy()
    first, *others = [make_candidate(email="s@kandidaat.example") for _ in range(number)]
    for candidate in (first, *others):
        make_rejection(candidate=candidate, vacancy=vacancy)

    with django_assert_num_queries(12):
        pairs, count = pairs_of(vacancy.recruiter), open_addresses(vacancy.recruiter).count()

    assert pairs == [(first, other, True) for other in others[:MAX_PER_ADDRESS]]
    assert count == 1


def test_every_address_has_its_own_pairs():
    vacancy = make_vacancy()
    for email in ("a@kandidaat.example", "b@kandidaat.example", "A@kandidaat.example", "b@kandidaat.example"):
        make_rejection(candidate=make_candidate(email=email), vacancy=vacancy)

    found = [(own.email, other.email) for own, other, _is_visible in pairs_of(vacancy.recruiter)]

    assert found == [
        ("a@kandidaat.example", "A@kandidaat.example"),
        ("b@kandidaat.example", "b@kandidaat.example"),
    ]
