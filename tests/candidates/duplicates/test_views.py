import pytest

from candidates.models import Candidate
from organisation.models import AuditEvent, Role
from tests.candidates.duplicates.test_services import make_pair
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/rejections/same-person/"


@pytest.fixture
def pair(client):
    older, younger = make_pair()
    client.force_login(older.applications.get().vacancy.recruiter)
    return older, younger


def answer(client, first, second, words):
    return client.post(URL, {"first": first, "second": second, "answer": words}, follow=True)


def test_yes_merges_once_after_a_double_click(client, pair):
    older, younger = pair

    for _ in range(2):
        assert answer(client, older.pk, younger.pk, "one").status_code == 200

    assert Candidate.objects.get() == older


def test_no_keeps_two_candidates_and_hides_the_pair(client, pair):
    older, younger = pair

    response = answer(client, older.pk, younger.pk, "two")

    assert Candidate.objects.count() == 2
    assert response.context["pairs"] == []


def test_get_changes_nothing_and_is_audited(client, pair):
    response = client.get(URL)

    assert len(response.context["pairs"]) == 1
    assert sorted(AuditEvent.objects.values_list("about", flat=True)) == sorted(f"candidate:{one.pk}" for one in pair)
    assert Candidate.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"first": "x"},
        {"first": "9" * 20},
        {"second": "-1"},
        {"second": "same"},
        {"answer": ""},
        {"answer": "three"},
    ],
)
def test_an_incomplete_answer_is_not_found(client, pair, fields):
    older, younger = pair
    values = {"first": older.pk, "second": younger.pk, "answer": "one"} | fields if fields else {}
    if values.get("second") == "same":
        values["second"] = older.pk

    assert client.post(URL, values).status_code == 404
    assert Candidate.objects.count() == 2


def test_a_recruiter_who_sees_neither_can_not_decide(client, pair):
    older, younger = pair
    client.force_login(make_user(Role.RECRUITER))

    assert client.post(URL, {"first": older.pk, "second": younger.pk, "answer": "one"}).status_code == 404
    assert Candidate.objects.count() == 2
