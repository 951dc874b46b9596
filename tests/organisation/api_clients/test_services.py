import pytest

from core.actors import Actor
from organisation.api_clients.services import create_api_client, revoke_api_client
from organisation.errors import NameTaken, SourceReserved
from organisation.models import ApiClient
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BOSS = Actor(key="user:1", origin="web")


def added(source):
    return create_api_client(name="Recruitee", source=source, actor=BOSS, now=NOW)[0]


def test_a_token_is_renewed_by_revoking_it_and_adding_the_same_source():
    old = added("recruitee")
    revoke_api_client(old, actor=BOSS, now=NOW)

    new = added("recruitee")

    assert list(ApiClient.objects.order_by("pk").values_list("pk", "source", "is_active")) == [
        (old.pk, "recruitee", False),
        (new.pk, "recruitee", True),
    ]


def test_a_source_in_use_is_refused():
    added("recruitee")

    with pytest.raises(NameTaken):
        added("recruitee")


@pytest.mark.parametrize("source", ["screen", "csv", "demo", "Screen"])
def test_reserved_sources_are_refused(source):
    with pytest.raises(SourceReserved):
        added(source)

    assert not ApiClient.objects.exists()
