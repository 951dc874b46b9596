import pytest
import time_machine

from organisation.models import Role
from tests.factories import NOW, make_advisor, make_policy, make_user


@pytest.fixture
def advisor(client):
    """Signed-in advisor who reads English, at NOW."""
    make_policy()
    advisor = make_advisor()
    with time_machine.travel(NOW, tick=False):
        client.force_login(advisor.user)
        client.cookies["django_language"] = "en"
        yield advisor


@pytest.fixture
def application_manager(client, advisor):
    """Application manager, signed in instead of the advisor."""
    application_manager = make_user(Role.APPLICATION_MANAGER)
    client.force_login(application_manager)
    return application_manager
