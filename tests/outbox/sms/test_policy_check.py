"""Limits, opt-outs, countries and quiet hours apply to every SMS, with every backend."""

from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django_q.models import OrmQ

from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy, Role
from outbox.backends import DatabaseBackend
from outbox.delivery.maintenance import requeue_expired_leases
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.delivery_status import record_undelivered
from outbox.models import Message, OptOut, UsageCounter
from outbox.phone_hash import keyed_digest
from outbox.sms import opt_outs, policy_check, twilio
from outbox.sms.limits import SmsUsage, sms_usage
from outbox.sms.notifications import limit_reached
from outbox.sms.policy_check import PolicyCheckedBackend
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_policy, make_sms, make_user
from tests.processes import SILENCE_SECONDS, wait_for
from tests.stand_ins import twilio_server

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MIDNIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight on Tuesday in Amsterdam


def make_many_sms(number, **fields):
    """SMS to different numbers, due one after another."""
    due = {index: {"not_before": NOW - timedelta(seconds=number - index)} | fields for index in range(1, number + 1)}
    return [make_sms(recipient=f"+3160000{index:04}", **values) for index, values in due.items()]


def outcomes():
    rows = Message.objects.filter(transport="sms").order_by("pk")
    return list(rows.values_list("state", "reason"))


def used():
    return {name: used for name, used in UsageCounter.objects.values_list("name", "used") if "number:" not in name}


def test_daily_limit_is_kept_and_managers_are_notified_once():
    make_policy(sms_per_day=2)
    manager = make_user(Role.APPLICATION_MANAGER, name="Rens Terwiel")
    make_user(Role.MANAGER)
    make_many_sms(4)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 2 + [("suppressed", "limit")] * 2
    mails = Message.objects.filter(transport="mail").values_list("kind", "recipient", "dedupe_key")
    assert list(mails) == [("limit_reached", manager.email, f"limit_reached:texts:2026-11-23:user={manager.pk}")]
    assert OrmQ.objects.count() == 1  # the second enqueues no task


def test_daily_and_monthly_limit_have_separate_notifications():
    make_policy(sms_per_day=1, sms_price=1, sms_budget=1)
    manager = make_user(Role.APPLICATION_MANAGER)
    make_many_sms(2), deliver_due(now=NOW)
    Policy.objects.update(sms_per_day=9)

    make_many_sms(1), deliver_due(now=NOW)

    mails = Message.objects.filter(recipient=manager.email).order_by("pk").values_list("text", flat=True)
    said = ["Vandaag is er één sms verstuurd.", "Voor deze maand is het bedrag voor sms'jes op: € 1."]
    assert [[words for words in said if words in mail] for mail in mails] == [[said[0]], [said[1]]]


@pytest.mark.parametrize("limits", [{"sms_per_day": 0}, {"sms_per_day": 5, "sms_budget": 0, "sms_price": 1}])
def test_limit_of_zero_is_not_reported_as_used_up(limits):
    policy = make_policy(**limits)
    kind = "cost" if "sms_budget" in limits else "texts"

    said = limit_reached(make_user(Role.APPLICATION_MANAGER), policy, kind=kind, now=NOW).text

    assert ("Er gaan dus geen sms'jes uit." in said, "Tot " in said) == (True, False)


def test_daily_limit_starts_again_the_next_day():
    make_policy(sms_per_day=1)
    make_many_sms(1), make_many_sms(1, not_before=NOW + timedelta(days=1))

    deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=1))

    assert outcomes() == [("sent", "")] * 2


def test_monthly_budget_is_kept():
    make_policy(sms_price=Decimal("0.3333"), sms_budget=1)
    make_many_sms(4)
    Message.objects.filter(recipient="+31600000004").update(text="x" * 161)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 3 + [("suppressed", "limit")]
    assert used() == {"texts:2026-11-23": 3, "cost:2026-11": Decimal("0.9999")}
    assert Message.objects.order_by("pk").values_list("segments", "cost").first() == (1, Decimal("0.3333"))


def test_exactly_the_budget_may_be_spent_despite_floating_point_in_sqlite():
    make_policy(sms_price=Decimal("0.1"), sms_budget=1)
    make_many_sms(11)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 10 + [("suppressed", "limit")]


def test_limit_per_number_is_kept_without_a_notification():
    make_policy(sms_per_number=2)
    make_user(Role.APPLICATION_MANAGER)
    for second in (-2, -1, 0):
        make_sms(not_before=NOW + timedelta(seconds=second))
    letter = make_message(fallback_for=Message.objects.last(), is_dormant=True, not_before=NOW + timedelta(hours=1))

    deliver_due(now=NOW)

    letter.refresh_from_db()
    assert outcomes() == [("sent", "")] * 2 + [("suppressed", "limit")]
    assert (letter.is_dormant, letter.not_before, Message.objects.filter(transport="mail").count()) == (False, NOW, 1)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("+31612345678", ("sent", "")),
        ("+32470123456", ("sent", "")),
        ("+14165550123", ("sent", "")),  # Canada
        ("+12125550123", ("suppressed", "country")),  # shares +1 with it
        ("+77012345678", ("suppressed", "country")),  # Kazakhstan, not Russia
        ("+447700900123", ("suppressed", "country")),
        ("+882161234567", ("suppressed", "country")),  # by satellite
        ("+31206241111", ("suppressed", "landline")),
        ("+319061234567", ("suppressed", "landline")),  # premium
        ("+31900123456", ("suppressed", "landline")),
        ("nonsense", ("suppressed", "country")),
    ],
)
def test_only_mobile_numbers_of_allowed_countries_get_sms(number, outcome):
    make_policy(sms_countries=["NL", "BE", "CA", "RU"])
    make_sms(recipient=number)

    deliver_due(now=NOW)

    assert outcomes() == [outcome]


@pytest.mark.parametrize("ended_at", [None, NOW])
def test_opted_out_number_gets_no_sms_until_start(ended_at):
    make_policy()
    OptOut.objects.create(number_digest=keyed_digest("+31600000001"), stopped_at=NOW, ended_at=ended_at)
    make_sms()

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "") if ended_at else ("suppressed", "opted_out")]


@pytest.mark.parametrize("account", ["", "AC1"])
def test_without_an_account_the_sms_is_suppressed_and_its_fallback_released(settings, account):
    settings.DEMO, settings.DEBUG, settings.TWILIO_ACCOUNT_SID = False, False, account
    make_policy()
    make_message(fallback_for=make_sms(), is_dormant=True)

    deliver(claim(now=NOW, transports=["sms"]), PolicyCheckedBackend(DatabaseBackend()), now=NOW)

    assert outcomes() == [("sent", "") if account else ("suppressed", "settings")]
    assert Message.objects.get(transport="mail").is_dormant is bool(account)


class OptOutWhileConnecting:
    """The number opts out while the backend connects."""

    def send(self, message, *, now, final_check):
        opt_outs.opt_out(message.recipient, now=now)
        final_check()
        raise AssertionError


def test_opt_out_while_connecting_is_applied_and_the_sms_refunded():
    make_policy()
    make_message(fallback_for=make_sms(), is_dormant=True)

    deliver(claim(now=NOW, transports=["sms"]), PolicyCheckedBackend(OptOutWhileConnecting()), now=NOW)

    assert (outcomes(), set(used().values())) == ([("suppressed", "opted_out")], {0})
    assert not Message.objects.get(transport="mail").is_dormant


@pytest.mark.parametrize(
    ("what", "text", "letter"), [("fail_accepted", ("sent", ""), True), ("fail", ("suppressed", "opted_out"), False)]
)
def test_opt_out_waits_until_an_uncertain_sms_was_looked_up(settings, what, text, letter):
    make_policy()
    make_message(fallback_for=make_sms(), is_dormant=True)

    with twilio_server(settings, what=what):
        deliver_due(now=NOW)
        opt_outs.opt_out("+31600000001", now=NOW)
        is_dormant_before = Message.objects.get(transport="mail").is_dormant
        deliver(claim(now=NOW + timedelta(minutes=5), transports=["sms"]), policy_check.backend(), now=NOW)

    assert (is_dormant_before, outcomes()) == (True, [text])
    assert Message.objects.get(transport="mail").is_dormant is letter


class ClaimingWorker:
    """Claims the SMS between the SELECT and the UPDATE of an opt-out, unless it is locked."""

    def __init__(self, other):
        self.other = other

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith('UPDATE "outbox_message"'):
            with suppress(OperationalError), self.other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '50ms'")
                cursor.execute(
                    "UPDATE outbox_message SET state = 'sending', leased_until = now() WHERE channel = 'sms'"
                )
        return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_opt_out_during_a_claim_does_not_send_both_sms_and_fallback():
    make_message(fallback_for=make_sms(), is_dormant=True)

    with closing(connection.copy()) as other, connection.execute_wrapper(ClaimingWorker(other)):
        opt_outs.opt_out("+31600000001", now=NOW)

    assert outcomes() == [("suppressed", "opted_out")]
    assert not Message.objects.get(transport="mail").is_dormant


@pytest.mark.parametrize(("known", "outcome"), [("SM1", ("sent", "")), ("", ("queued", "quiet"))])
def test_uncertain_sms_is_looked_up_before_quiet_hours_apply(settings, known, outcome):
    make_policy()
    make_sms(is_uncertain=True, provider_id=known)

    with twilio_server(settings) as server:
        deliver_due(now=MIDNIGHT)

    assert (outcomes(), server.texts) == ([outcome], [])


@pytest.mark.parametrize(
    ("zone", "leaves_at"),
    [
        ("Europe/Amsterdam", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("America/New_York", None),  # half past six in the evening
        ("Asia/Tokyo", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
    ],
)
def test_quiet_hours_are_those_of_the_recipients_time_zone(zone, leaves_at):
    make_policy()
    text = make_sms(time_zone=zone)

    deliver_due(now=MIDNIGHT)

    text.refresh_from_db()
    assert (text.state, text.not_before) == (("queued", leaves_at) if leaves_at else ("sent", NOW))
    assert (text.attempts, used().get("texts:2026-11-24", 0)) == ((0, 0) if leaves_at else (1, 1))


def test_sms_refused_by_twilio_is_refunded(settings):
    make_policy()
    make_many_sms(3)
    refusals = {"+31600000001": (400, 21211), "+31600000002": (503, 20503)}

    with twilio_server(settings, refusals=refusals):
        deliver_due(now=NOW)

    uncertain = Message.objects.get(recipient="+31600000002")
    assert outcomes() == [("failed", "address"), ("queued", "busy"), ("queued", "")]
    assert (uncertain.segments, used()["texts:2026-11-23"]) == (1, 1)


class RecordingBackend:
    """Counts what it sends; `meanwhile` is called while it connects."""

    def __init__(self, meanwhile=lambda: None):
        self.left, self.meanwhile = 0, meanwhile

    def send(self, message, *, now, final_check):
        self.meanwhile()
        final_check()
        self.left += 1
        return "SM1"


def test_halted_worker_does_not_refund_what_another_sent():
    make_policy(sms_per_day=1)
    make_sms()
    other, later = RecordingBackend(), NOW + timedelta(minutes=4)

    def take_over():
        requeue_expired_leases(now=later)
        deliver(claim(now=later, transports=["sms"]), PolicyCheckedBackend(other), now=later)

    backend = RecordingBackend(take_over)
    deliver(claim(now=NOW, transports=["sms"]), PolicyCheckedBackend(backend), now=NOW)

    assert (backend.left, other.left, used()["texts:2026-11-23"]) == (0, 1, 1)


@pytest.mark.parametrize(("first", "counted"), [("fail", 0), ("fail_accepted", 1)])
def test_sms_that_was_not_found_and_then_refused_is_refunded(settings, first, counted):
    make_policy()
    text = make_sms()

    with twilio_server(settings, what=first) as server:
        deliver_due(now=NOW)
        server.what = "21211"
        for one in server.texts:
            one |= {"status": "undelivered", "error_code": 30003}
        deliver_due(now=NOW + timedelta(minutes=5))

    text.refresh_from_db()
    assert (text.state, text.segments, len(server.texts)) == ("failed", counted, counted)
    assert set(used().values()) == ({Decimal(1), Decimal("0.1")} if counted else {0})


def test_retried_sms_is_counted_once(settings, monkeypatch):
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", SILENCE_SECONDS)
    make_policy(sms_per_day=1)
    make_sms()

    with twilio_server(settings, what="hang") as server:
        deliver_due(now=NOW)
        wait_for(lambda: server.texts)
        server.what = "accept"
        deliver_due(now=NOW + timedelta(minutes=3))

    assert (outcomes(), used()["texts:2026-11-23"], len(server.texts)) == ([("sent", "")], 1, 1)


def test_sms_that_is_sent_again_is_counted_again(settings):
    make_policy(sms_per_day=1)
    text = make_sms()
    with twilio_server(settings) as server:
        for minute in range(3):
            deliver_due(now=NOW + timedelta(minutes=minute))
            record_undelivered(message=text, reason=Message.Reason.UNREACHED, code=30003, now=NOW)
            with suppress(Refusal):
                send_again(text, actor=Actor(key="user:7", origin="web"), now=NOW)

    assert (outcomes(), len(server.texts), used()["texts:2026-11-23"]) == ([("suppressed", "limit")], 1, 1)


def test_usage_reports_counts_and_limits():
    policy = make_policy()
    make_many_sms(3)
    deliver_due(now=NOW)

    assert sms_usage(policy, now=NOW) == SmsUsage(
        sms_today=3, sms_per_day=500, cost_this_month=Decimal("0.3"), budget=250
    )


def test_old_counters_are_deleted():
    make_policy()
    for name, since in [("texts:2026-09-01", date(2026, 9, 1)), ("number:x:2026-11-20", date(2026, 11, 20))]:
        UsageCounter.objects.create(name=name, since=since)
    make_many_sms(1)

    deliver_due(now=NOW)

    assert sorted(name.partition(":")[0] for name in UsageCounter.objects.values_list("name", flat=True)) == [
        "cost",
        "number",
        "texts",
    ]
