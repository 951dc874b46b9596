import pytest

from organisation.models import Role
from spreekuur.context_processors import agenda_navigation_for, main_navigation_for
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def labels(items):
    return [(str(item.label), item.current) for item in items]


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
def test_a_page_of_the_agenda_is_in_both_menus(path, label):
    advisor = make_user(Role.ADVISOR)

    assert [name for name, current in labels(main_navigation_for(advisor, path)) if current] == ["Agenda"]
    assert [name for name, current in labels(agenda_navigation_for(advisor, path)) if current] == [label]


def test_other_pages_have_no_second_menu():
    advisor = make_user(Role.ADVISOR)

    assert agenda_navigation_for(advisor, "/invitations/") == []
    assert [name for name, current in labels(main_navigation_for(advisor, "/invitations/")) if current] == [
        "Uitnodigingen"
    ]


def test_other_roles_have_no_second_menu():
    assert agenda_navigation_for(make_user(Role.MANAGER), "/today/") == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.APPLICATION_MANAGER])
def test_managers_see_the_team(role):
    assert ("Team", True) in labels(main_navigation_for(make_user(role), "/team/"))


def test_only_application_managers_see_the_messages():
    roles = {role: labels(main_navigation_for(make_user(role), "/outbox/figures/")) for role in Role.values}

    assert [role for role, places in roles.items() if ("Berichten", True) in places] == ["application_manager"]
