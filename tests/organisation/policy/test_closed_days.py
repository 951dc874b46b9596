from datetime import date

import pytest
from django.utils import translation

from core.actors import Actor
from organisation.errors import ClosedDayOver, ClosedDayTooFar
from organisation.models import AuditEvent, Policy
from organisation.policy.closed_days import (
    close_day,
    closed_reason,
    own_closed_days,
    reopen_day,
    set_closed_on_holidays,
)
from tests.factories import NOW, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
BOSS = Actor(key="user:1", origin="web")
CHRISTMAS_EVE = date(2026, 12, 24)
CLOSED = {"2026-12-24": "Kerstavond", "2026-12-28": ""}


def closed(day=CHRISTMAS_EVE, reason="Kerstborrel"):
    close_day(day=day, reason=reason, actor=BOSS, now=NOW)


def audit_log():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about"))


def test_close_day_keeps_the_reason_and_the_days_in_order():
    make_policy(closed_days={"2026-12-28": "Inventarisatie"})

    closed()
    closed()

    assert own_closed_days(Policy.objects.get(), date(2026, 12, 1)) == [
        (CHRISTMAS_EVE, "Kerstborrel"),
        (date(2026, 12, 28), "Inventarisatie"),
    ]
    assert audit_log() == [("day.close", "policy:2026-12-24")]


def test_close_day_again_changes_the_reason():
    closed()

    closed(reason="Verhuizing")

    assert Policy.objects.get().closed_days == {"2026-12-24": "Verhuizing"}


def test_reopen_day_twice_changes_it_once():
    closed()

    for _time in range(2):
        reopen_day(day=CHRISTMAS_EVE, actor=BOSS, now=NOW)

    assert Policy.objects.get().closed_days == {}
    assert audit_log() == [("day.close", "policy:2026-12-24"), ("day.open", "policy:2026-12-24")]


@pytest.mark.parametrize(
    ("day", "refusal"), [(date(2026, 11, 22), ClosedDayOver), (date(2036, 11, 23), ClosedDayTooFar)]
)
def test_close_day_refuses_past_and_distant_days(day, refusal):
    make_policy()

    with pytest.raises(refusal):
        closed(day)

    assert Policy.objects.get().closed_days == {}


def test_set_closed_on_holidays_twice_changes_it_once():
    make_policy()

    for _time in range(2):
        set_closed_on_holidays(are_closed=False, actor=BOSS, now=NOW)

    assert Policy.objects.get().closes_on_public_holidays is False
    assert audit_log() == [("policy.change", "policy:closes_on_public_holidays")]


@pytest.mark.parametrize(
    ("day", "dutch", "english"),
    [
        (date(2026, 12, 23), "", ""),
        (date(2026, 12, 24), "Kerstavond", "Kerstavond"),
        (date(2026, 12, 25), "Eerste kerstdag", "Christmas Day"),
        (date(2026, 12, 28), "gesloten", "closed"),
        (date(2027, 1, 1), "Nieuwjaarsdag", "New Year's Day"),
        (date(2027, 5, 5), "", ""),  # Liberation Day is a holiday once in five years
    ],
)
def test_a_closed_day_has_a_reason(day, dutch, english):
    policy = Policy(closed_days=CLOSED)

    for language, why in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert closed_reason(policy, day) == why


def test_holidays_are_open_when_policy_says_so():
    assert closed_reason(Policy(closes_on_public_holidays=False), date(2026, 12, 25)) == ""
