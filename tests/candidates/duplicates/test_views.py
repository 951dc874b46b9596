import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.models import Candidate
from organisation.models import AuditEvent, Role
from tests.candidates.duplicates.test_services import make_pair, recruiter_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
URL = "/rejections/same-person/"


@pytest.fixture
def pair(client):
    recruiter = make_user(Role.RECRUITER)
    client.force_login(recruiter)
    return make_pair(recruiter=recruiter)


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


def test_the_candidate_of_a_colleague_is_asked_about_with_initials_only(client):
    older, younger = make_pair()
    Candidate.objects.filter(pk=younger.pk).update(first_name="Qwertina", last_name="Vlinderstruik")
    client.force_login(recruiter_of(older))
    client.cookies["django_language"] = "en"

    page = client.get(URL).content.decode()

    assert "A colleague has a candidate with this address. Is it the same person?" in page
    assert "Q. V." in page
    assert ("Qwertina" in page, "Vlinderstruik" in page) == (False, False)
    assert list(AuditEvent.objects.values_list("about", flat=True)) == [f"candidate:{older.pk}"]


def test_both_recruiters_answer_on_the_page(client):
    older, younger = make_pair()

    for recruiter in (recruiter_of(older), recruiter_of(younger)):
        client.force_login(recruiter)
        assert client.get("/rejections/").context["address_count"] == 1
        answer(client, older.pk, younger.pk, "one")

    assert Candidate.objects.get() == older


def test_the_page_takes_as_many_statements_for_30_addresses_as_for_1(client):
    recruiter = make_user(Role.RECRUITER)
    client.force_login(recruiter)
    counts = []
    for number in (1, 29):
        for _ in range(number):
            pair = make_pair(recruiter=recruiter)
            Candidate.objects.filter(pk__in=[one.pk for one in pair]).update(email=f"k{pair[0].pk}@kandidaat.example")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
