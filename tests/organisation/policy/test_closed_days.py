from datetime import date

import pytest

from core.actors import Actor
from core.errors import ClosedDayOver, ClosedDayTooFar
from organisation.closed_days import own_closed_days
from organisation.models import AuditEvent, Policy
from organisation.policy.closed_days import close_day, keep_holidays, open_day
from tests.factories import NOW, make_policy

pytestmark = pytest.mark.django_db
BOSS = Actor(key="user:1", origin="web")
CHRISTMAS_EVE = date(2026, 12, 24)


def closed(day=CHRISTMAS_EVE, reason="Kerstborrel"):
    close_day(day=day, reason=reason, actor=BOSS, now=NOW)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about"))


def test_close_day_keeps_the_reason_and_the_days_in_order():
    make_policy(closed_days={"2026-12-28": "Inventarisatie"})

    closed()
    closed()

    assert own_closed_days(Policy.objects.get(), date(2026, 12, 1)) == [
        (CHRISTMAS_EVE, "Kerstborrel"),
        (date(2026, 12, 28), "Inventarisatie"),
    ]
    assert trail() == [("day.close", "policy:2026-12-24")]


def test_close_day_again_changes_the_reason():
    closed()

    closed(reason="Verhuizing")

    assert Policy.objects.get().closed_days == {"2026-12-24": "Verhuizing"}


def test_open_day_twice_is_once():
    closed()

    for _time in range(2):
        open_day(day=CHRISTMAS_EVE, actor=BOSS, now=NOW)

    assert Policy.objects.get().closed_days == {}
    assert trail() == [("day.close", "policy:2026-12-24"), ("day.open", "policy:2026-12-24")]


@pytest.mark.parametrize(
    ("day", "refusal"), [(date(2026, 11, 22), ClosedDayOver), (date(2036, 11, 23), ClosedDayTooFar)]
)
def test_close_day_refuses_what_is_over_or_far_away(day, refusal):
    make_policy()

    with pytest.raises(refusal):
        closed(day)

    assert Policy.objects.get().closed_days == {}


def test_keep_holidays_twice_is_once():
    make_policy()

    for _time in range(2):
        keep_holidays(are_closed=False, actor=BOSS, now=NOW)

    assert Policy.objects.get().closes_on_public_holidays is False
    assert trail() == [("policy.change", "policy:closes_on_public_holidays")]
