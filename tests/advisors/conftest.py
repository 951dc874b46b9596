import pytest
import time_machine

from organisation.models import Role
from tests.factories import NOW, make_advisor, make_policy, make_user


@pytest.fixture
def advisor(client):
    """Signed in, reads English; it is NOW."""
    make_policy()
    advisor = make_advisor()
    with time_machine.travel(NOW, tick=False):
        client.force_login(advisor.user)
        client.cookies["django_language"] = "en"
        yield advisor


@pytest.fixture
def chief(client, advisor):
    """Signed in instead of the advisor."""
    chief = make_user(Role.APPLICATION_MANAGER)
    client.force_login(chief)
    return chief
