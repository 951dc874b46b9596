import pytest

from organisation.models import Role
from spreekuur.context_processors import agenda_of, places_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def told(places):
    return [(str(place.label), place.current) for place in places]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/today/", "Dag"),
        ("/today/paper/", "Dag"),
        ("/agenda/", "Week"),
        ("/agenda/month/", "Maand"),
        ("/hours/7/new/", "Uren"),
    ],
)
def test_a_page_of_the_agenda_stands_in_both_menus(path, label):
    advisor = make_user(Role.ADVISOR)

    assert [name for name, current in told(places_of(advisor, path)) if current] == ["Agenda"]
    assert [name for name, current in told(agenda_of(advisor, path)) if current] == [label]


def test_another_page_has_no_second_menu():
    advisor = make_user(Role.ADVISOR)

    assert agenda_of(advisor, "/invitations/") == []
    assert [name for name, current in told(places_of(advisor, "/invitations/")) if current] == ["Uitnodigingen"]


def test_who_is_no_advisor_has_no_second_menu():
    assert agenda_of(make_user(Role.MANAGER), "/today/") == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.APPLICATION_MANAGER])
def test_managers_see_the_team(role):
    assert ("Team", True) in told(places_of(make_user(role), "/team/"))


def test_application_managers_alone_see_the_messages():
    roles = {role: told(places_of(make_user(role), "/outbox/figures/")) for role in Role.values}

    assert [role for role, places in roles.items() if ("Berichten", True) in places] == ["application_manager"]
