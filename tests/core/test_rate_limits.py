from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache
from django.db import connection

from core.rate_limits import is_within_limit
from core.tokens import digest_of
from spreekuur.cleanup import delete_expired
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = 3600


@pytest.fixture(autouse=True)
def _on_the_database():
    assert isinstance(cache._connections["default"], DatabaseCache)


def ask(minutes, key="sevda@kandidaat.example"):
    with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
        return is_within_limit(action="new_link.address", key=key, limit=3, seconds=HOUR)


@pytest.mark.parametrize("fourth", [0, 6, 29, 59])
def test_the_fourth_within_an_hour_is_refused(fourth):
    first = [ask(0) for _ in range(3)]

    assert (first, ask(fourth)) == ([True, True, True], False)


def test_an_attempt_counts_for_an_hour():
    answers = [ask(minutes) for minutes in (0, 30, 59, 60, 61, 62, 91, 92)]

    assert answers == [True, True, True, False, True, False, True, False]


def test_every_key_has_its_own_limit():
    assert [ask(0) for _ in range(4)] == [True, True, True, False]
    assert ask(0, key="anne@kandidaat.example")


def test_many_other_keys_do_not_evict_a_limit():
    answers = [ask(0) for _ in range(3)]

    for number in range(400):
        ask(1, key=f"{number}@kandidaat.example")

    assert (answers, ask(2)) == ([True, True, True], False)


def cache_keys():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        return [key for (key,) in cursor.fetchall()]


def test_the_table_holds_no_digest_that_can_be_tried_out(settings):
    address = "sevda@kandidaat.example"
    ask(0, key=address)
    settings.LINK_SECRET = "another secret"
    ask(0, key=address)

    kept = cache_keys()

    assert (len(kept), len(set(kept))) == (2, 2)
    assert not any(digest_of(f"new_link.address:{address}") in key or address in key for key in kept)


def test_expired_attempts_are_deleted_although_nobody_asks_again():
    ask(0)
    ask(30, key="anne@kandidaat.example")

    delete_expired(now=NOW + timedelta(minutes=61))
    left = len(cache_keys())
    delete_expired(now=NOW + timedelta(minutes=91))

    assert (left, cache_keys()) == (1, [])
