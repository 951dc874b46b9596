import pytest

from organisation.models import Department
from tests.factories import make_candidate, make_rejection, make_user, make_vacancy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english(client):
    client.cookies["django_language"] = "en"


def shown(response):
    return [(metric.label, str(metric)) for metric in response.context["metrics"]]


def test_the_manager_sees_totals_and_no_name(client):
    vacancy = make_vacancy()
    for number in range(6):
        make_rejection(vacancy=vacancy, candidate=make_candidate(last_name=f"Achternaam{number}"))
    client.force_login(make_user("manager"))

    response = client.get("/figures/")

    words = " ".join(response.content.decode().split())
    assert "6 of 6" in words
    assert [
        name for name in ("Sevda", "Achternaam", "Marloes", "kandidaat.example", vacancy.title) if name in words
    ] == []


def test_small_groups_are_hidden(client):
    for _ in range(4):
        make_rejection()
    client.force_login(make_user("manager"))

    response = client.get("/figures/")

    assert {words for _label, words in shown(response)} == {"fewer than 5 people"}


def test_the_filter_is_in_the_query_string(client):
    elsewhere = Department.objects.create(name="Oncologie")
    vacancy = make_vacancy(department=elsewhere)
    for _ in range(5):
        make_rejection(vacancy=vacancy)
        make_rejection()
    client.force_login(make_user("manager"))

    response = client.get("/figures/", {"period": "all", "department": elsewhere.pk})

    assert shown(response)[0] == ("Rejections", "5")


@pytest.mark.parametrize("odd", [{"period": "x"}, {"department": "x"}, {"department": "999"}])
def test_an_invalid_filter_shows_everything(client, odd):
    for _ in range(5):
        make_rejection()
    client.force_login(make_user("manager"))

    assert shown(client.get("/figures/", odd))[0] == ("Rejections", "5")


def test_without_rejections_the_page_explains_its_purpose(client):
    client.force_login(make_user("manager"))

    assert "No figures here yet" in client.get("/figures/").content.decode()


@pytest.mark.parametrize("roles", [["advisor"], ["recruiter"], ["application_manager"], []])
def test_only_managers_see_the_metrics(client, roles):
    client.force_login(make_user(*roles))

    assert client.get("/figures/").status_code == 404
