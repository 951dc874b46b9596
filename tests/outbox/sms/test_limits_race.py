"""Concurrent workers never exceed a limit."""

from decimal import Decimal
from threading import Barrier

import pytest
from django.db.models import F

from outbox.models import Message, UsageCounter
from outbox.sms import limits
from outbox.sms.limits import LimitReached, consume
from tests.factories import NOW, make_policy, make_sms
from tests.processes import HANG_SECONDS
from tests.races import run_concurrently

pytestmark = [pytest.mark.both_databases, pytest.mark.race]

THREADS = 16


def consume_concurrently(policy):
    messages = [make_sms(recipient=f"+3160000{number:04}") for number in range(32)]
    return run_concurrently([lambda one=one: consume(one, policy, now=NOW) for one in messages], threads=THREADS)


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_consume_exactly_what_policy_allows():
    policy = make_policy(sms_per_day=20, sms_budget=1, sms_price=Decimal("0.1"))

    answers = consume_concurrently(policy)

    refused = [answer for answer in answers if isinstance(answer, LimitReached)]
    assert (len(refused), {answer.name for answer in refused}) == (22, {"cost:2026-11"})
    assert dict(UsageCounter.objects.exclude(name__startswith="number").values_list("name", "used")) == {
        "texts:2026-11-23": 10,
        "cost:2026-11": 1,
    }
    assert Message.objects.filter(segments=1).count() == 10


@pytest.mark.control
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_limit_is_exceeded_without_the_conditional_update(monkeypatch):
    """Negative control: when the counter is read first and written afterwards, too many SMS are sent."""
    policy = make_policy(sms_per_day=10)
    both_read = Barrier(2)

    def read_then_write(share, day):
        row, _is_new = UsageCounter.objects.get_or_create(name=share.name, defaults={"since": day})
        if row.used + share.amount > share.limit:
            return False
        if share.name.startswith("texts"):
            both_read.wait(HANG_SECONDS)
        return bool(UsageCounter.objects.filter(pk=row.pk).update(used=F("used") + share.amount))

    monkeypatch.setattr(limits, "_add", read_then_write)
    UsageCounter.objects.create(name="texts:2026-11-23", since=NOW.date(), used=9)

    two = [make_sms(recipient="+31600000001"), make_sms(recipient="+31600000002")]
    answers = run_concurrently([lambda one=one: consume(one, policy, now=NOW) for one in two], threads=2)

    assert len([answer for answer in answers if not isinstance(answer, Exception)]) == 2  # there was room for one
