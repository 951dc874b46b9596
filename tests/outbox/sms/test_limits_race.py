"""However many workers send at once, no limit is passed."""

from decimal import Decimal
from threading import Barrier

import pytest
from django.db.models import F

from outbox.models import Allowance, Message
from outbox.sms import limits
from outbox.sms.limits import LimitReached, take
from tests.factories import NOW, make_policy, make_text
from tests.races import at_once

THREADS = 16


def taken_at_once(policy):
    messages = [make_text(recipient=f"+3160000{number:04}") for number in range(32)]
    return at_once([lambda one=one: take(one, policy, now=NOW) for one in messages], threads=THREADS)


@pytest.mark.django_db(transaction=True)
def test_a_race_of_workers_takes_what_policy_allows_and_not_one_more():
    policy = make_policy(sms_per_day=20, sms_budget=1, sms_price=Decimal("0.1"))

    answers = taken_at_once(policy)

    refused = [answer for answer in answers if isinstance(answer, LimitReached)]
    assert (len(refused), {answer.name for answer in refused}) == (22, {"cost:2026-11"})
    assert dict(Allowance.objects.exclude(name__startswith="number").values_list("name", "used")) == {
        "texts:2026-11-23": 10,
        "cost:2026-11": 1,
    }
    assert Message.objects.filter(segments=1).count() == 10


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_the_race_is_lost_without_the_condition(monkeypatch):
    """It shows that the race is one: looked at first and counted afterwards, more leave than may."""
    policy = make_policy(sms_per_day=10)
    both_looked = Barrier(2)

    def look_then_count(share, day):
        row, _is_new = Allowance.objects.get_or_create(name=share.name, defaults={"since": day})
        if row.used + share.step > share.limit:
            return False
        if share.name.startswith("texts"):
            both_looked.wait(30)
        return bool(Allowance.objects.filter(pk=row.pk).update(used=F("used") + share.step))

    monkeypatch.setattr(limits, "_add", look_then_count)
    Allowance.objects.create(name="texts:2026-11-23", since=NOW.date(), used=9)

    two = [make_text(recipient="+31600000001"), make_text(recipient="+31600000002")]
    answers = at_once([lambda one=one: take(one, policy, now=NOW) for one in two], threads=2)

    assert len([answer for answer in answers if not isinstance(answer, Exception)]) == 2  # and one was left
