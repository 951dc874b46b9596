import pytest
from django.contrib import admin

from organisation.models import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_admin_holds_configuration_only():
    assert {model.__name__ for model in admin.site._registry} == {
        "Department",
        "Location",
        "RejectionReason",
        "Topic",
        "TrainingOption",
        "Vacancy",
    }


@pytest.mark.parametrize(
    ("language", "rooms"),
    [
        ("nl", ["Gesprekken", "Afwijzingen", "Werkgever", "Vacatures"]),
        ("en", ["Talks", "Rejections", "Employer", "Vacancies"]),
    ],
)
def test_the_admin_uses_the_language_of_the_user(client, language, rooms):
    client.force_login(make_user(Role.APPLICATION_MANAGER))
    client.cookies["django_language"] = language

    html = client.get("/admin/").content.decode()

    assert [room for room in rooms if room not in html] == []
