from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.db import DatabaseCache

from core.rate_limits import is_within_limit
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
