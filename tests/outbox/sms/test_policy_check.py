"""Nobody can spend the employer's money, and nobody is texted who should not be; whichever way texts leave."""

from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django_q.models import OrmQ

from core.actors import Actor
from core.errors import Refusal
from organisation.models import Policy, Role
from outbox.channels import Database
from outbox.delivery.maintenance import take_back_abandoned
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.delivery_status import record_undelivered
from outbox.models import Allowance, Message, OptOut
from outbox.phone_hash import digest_of
from outbox.sms import opt_outs, policy_check, twilio
from outbox.sms.limits import Usage, usage_of
from outbox.sms.notifications import limit_reached
from outbox.sms.policy_check import Gate
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_policy, make_text, make_user
from tests.stand_ins import twilio_server

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight on Tuesday in Amsterdam


def texts(number, **fields):
    """Due one after another."""
    due = {index: {"not_before": NOW - timedelta(seconds=number - index)} | fields for index in range(1, number + 1)}
    return [make_text(recipient=f"+3160000{index:04}", **values) for index, values in due.items()]


def outcomes():
    rows = Message.objects.filter(channel="sms").order_by("pk")
    return list(rows.values_list("state", "reason"))


def used():
    return {name: used for name, used in Allowance.objects.values_list("name", "used") if "number:" not in name}


def test_no_more_texts_leave_in_a_day_than_policy_allows_and_managers_hear_it_once():
    make_policy(sms_per_day=2)
    manager = make_user(Role.APPLICATION_MANAGER, name="Rens Terwiel")
    make_user(Role.MANAGER)
    texts(4)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 2 + [("suppressed", "limit")] * 2
    mails = Message.objects.filter(channel="mail").values_list("kind", "recipient", "dedupe_key")
    assert list(mails) == [("limit_reached", manager.email, f"limit_reached:texts:2026-11-23:user={manager.pk}")]
    assert OrmQ.objects.count() == 1  # no worker is woken by the second


def test_the_limit_of_a_day_and_that_of_a_month_are_two_pieces_of_news():
    make_policy(sms_per_day=1, sms_price=1, sms_budget=1)
    manager = make_user(Role.APPLICATION_MANAGER)
    texts(2), deliver_due(now=NOW)
    Policy.objects.update(sms_per_day=9)

    texts(1), deliver_due(now=NOW)

    mails = Message.objects.filter(recipient=manager.email).order_by("pk").values_list("text", flat=True)
    said = ["Vandaag is er één sms verstuurd.", "Voor deze maand is het bedrag voor sms'jes op: € 1."]
    assert [[words for words in said if words in mail] for mail in mails] == [[said[0]], [said[1]]]


@pytest.mark.parametrize("limits", [{"sms_per_day": 0}, {"sms_per_day": 5, "sms_budget": 0, "sms_price": 1}])
def test_a_limit_of_nothing_is_not_said_to_be_used_up(limits):
    policy = make_policy(**limits)
    kind = "cost" if "sms_budget" in limits else "texts"

    said = limit_reached(make_user(Role.APPLICATION_MANAGER), policy, kind=kind, now=NOW).text

    assert ("Er gaan dus geen sms'jes uit." in said, "Tot " in said) == (True, False)


def test_the_next_day_has_texts_again():
    make_policy(sms_per_day=1)
    texts(1), texts(1, not_before=NOW + timedelta(days=1))

    deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=1))

    assert outcomes() == [("sent", "")] * 2


def test_a_month_costs_no_more_than_policy_allows():
    make_policy(sms_price=Decimal("0.3333"), sms_budget=1)
    texts(4)
    Message.objects.filter(recipient="+31600000004").update(text="x" * 161)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 3 + [("suppressed", "limit")]
    assert used() == {"texts:2026-11-23": 3, "cost:2026-11": Decimal("0.9999")}
    assert Message.objects.order_by("pk").values_list("segments", "cost").first() == (1, Decimal("0.3333"))


def test_exactly_the_budget_may_be_spent_although_sqlite_counts_in_floating_point():
    make_policy(sms_price=Decimal("0.1"), sms_budget=1)
    texts(11)

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "")] * 10 + [("suppressed", "limit")]


def test_one_number_gets_so_many_texts_a_day_and_no_manager_is_mailed_for_it():
    make_policy(sms_per_number=2)
    make_user(Role.APPLICATION_MANAGER)
    for second in (-2, -1, 0):
        make_text(not_before=NOW + timedelta(seconds=second))
    letter = make_message(fallback_for=Message.objects.last(), is_standby=True, not_before=NOW + timedelta(hours=1))

    deliver_due(now=NOW)

    letter.refresh_from_db()
    assert outcomes() == [("sent", "")] * 2 + [("suppressed", "limit")]
    assert (letter.is_standby, letter.not_before, Message.objects.filter(channel="mail").count()) == (False, NOW, 1)


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
def test_only_mobile_numbers_of_countries_that_policy_names_are_texted(number, outcome):
    make_policy(sms_countries=["NL", "BE", "CA", "RU"])
    make_text(recipient=number)

    deliver_due(now=NOW)

    assert outcomes() == [outcome]


@pytest.mark.parametrize("ended_at", [None, NOW])
def test_who_said_stop_gets_nothing_until_start(ended_at):
    make_policy()
    OptOut.objects.create(number_digest=digest_of("+31600000001"), stopped_at=NOW, ended_at=ended_at)
    make_text()

    deliver_due(now=NOW)

    assert outcomes() == [("sent", "") if ended_at else ("suppressed", "opted_out")]


@pytest.mark.parametrize("account", ["", "AC1"])
def test_without_an_account_no_text_is_said_to_be_sent_and_its_letter_leaves(settings, account):
    settings.DEMO, settings.DEBUG, settings.TWILIO_ACCOUNT_SID = False, False, account
    make_policy()
    make_message(fallback_for=make_text(), is_standby=True)

    deliver(claim(now=NOW, channels=["sms"]), Gate(Database()), now=NOW)

    assert outcomes() == [("sent", "") if account else ("suppressed", "settings")]
    assert Message.objects.get(channel="mail").is_standby is bool(account)


class Connects:
    """While it does so, somebody says stop."""

    def send(self, message, *, now, last_look):
        opt_outs.stop(message.recipient, now=now)
        last_look()
        raise AssertionError


def test_a_stop_that_comes_in_while_we_connect_holds_and_costs_nothing():
    make_policy()
    make_message(fallback_for=make_text(), is_standby=True)

    deliver(claim(now=NOW, channels=["sms"]), Gate(Connects()), now=NOW)

    assert (outcomes(), set(used().values())) == ([("suppressed", "opted_out")], {0})
    assert not Message.objects.get(channel="mail").is_standby


@pytest.mark.parametrize(
    ("what", "text", "letter"), [("fail_accepted", ("sent", ""), True), ("fail", ("suppressed", "opted_out"), False)]
)
def test_a_stop_waits_for_the_look_at_a_text_that_may_have_left(settings, what, text, letter):
    make_policy()
    make_message(fallback_for=make_text(), is_standby=True)

    with twilio_server(settings, what=what):
        deliver_due(now=NOW)
        opt_outs.stop("+31600000001", now=NOW)
        stands_by = Message.objects.get(channel="mail").is_standby
        deliver(claim(now=NOW + timedelta(minutes=5), channels=["sms"]), policy_check.transport(), now=NOW)

    assert (stands_by, outcomes()) == (True, [text])
    assert Message.objects.get(channel="mail").is_standby is letter


class Claims:
    """Between the look and the write of a stop another worker claims the text, unless it is locked."""

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
def test_who_says_stop_while_a_text_is_claimed_does_not_get_the_letter_beside_it():
    make_message(fallback_for=make_text(), is_standby=True)

    with closing(connection.copy()) as other, connection.execute_wrapper(Claims(other)):
        opt_outs.stop("+31600000001", now=NOW)

    assert outcomes() == [("suppressed", "opted_out")]
    assert not Message.objects.get(channel="mail").is_standby


@pytest.mark.parametrize(("known", "outcome"), [("SM1", ("sent", "")), ("", ("queued", "quiet"))])
def test_a_text_that_may_have_left_is_looked_up_before_the_night_stops_it(settings, known, outcome):
    make_policy()
    make_text(is_uncertain=True, provider_id=known)

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
def test_nobody_is_woken_where_they_are(zone, leaves_at):
    make_policy()
    text = make_text(time_zone=zone)

    deliver_due(now=MIDNIGHT)

    text.refresh_from_db()
    assert (text.state, text.not_before) == (("queued", leaves_at) if leaves_at else ("sent", NOW))
    assert (text.attempts, used().get("texts:2026-11-24", 0)) == ((0, 0) if leaves_at else (1, 1))


def test_what_twilio_refuses_costs_nothing(settings):
    make_policy()
    texts(3)
    refusals = {"+31600000001": (400, 21211), "+31600000002": (503, 20503)}

    with twilio_server(settings, refusals=refusals):
        deliver_due(now=NOW)

    uncertain = Message.objects.get(recipient="+31600000002")
    assert outcomes() == [("failed", "address"), ("queued", "busy"), ("queued", "")]
    assert (uncertain.segments, used()["texts:2026-11-23"]) == (1, 1)


class Way:
    """Out of the house; somebody does something while it connects."""

    def __init__(self, meanwhile=lambda: None):
        self.left, self.meanwhile = 0, meanwhile

    def send(self, message, *, now, last_look):
        self.meanwhile()
        last_look()
        self.left += 1
        return "SM1"


def test_a_worker_that_was_halted_does_not_give_back_what_another_sent():
    make_policy(sms_per_day=1)
    make_text()
    other, later = Way(), NOW + timedelta(minutes=4)

    def take_over():
        take_back_abandoned(now=later)
        deliver(claim(now=later, channels=["sms"]), Gate(other), now=later)

    way = Way(take_over)
    deliver(claim(now=NOW, channels=["sms"]), Gate(way), now=NOW)

    assert (way.left, other.left, used()["texts:2026-11-23"]) == (0, 1, 1)


@pytest.mark.parametrize(("first", "counted"), [("fail", 0), ("fail_accepted", 1)])
def test_a_text_that_was_not_found_and_is_refused_in_the_end_costs_nothing(settings, first, counted):
    make_policy()
    text = make_text()

    with twilio_server(settings, what=first) as server:
        deliver_due(now=NOW)
        server.what = "21211"
        for one in server.texts:
            one |= {"status": "undelivered", "error_code": 30003}
        deliver_due(now=NOW + timedelta(minutes=5))

    text.refresh_from_db()
    assert (text.state, text.segments, len(server.texts)) == ("failed", counted, counted)
    assert set(used().values()) == ({Decimal(1), Decimal("0.1")} if counted else {0})


def test_a_text_that_is_tried_again_is_counted_once(settings, monkeypatch):
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", 0.3)
    make_policy(sms_per_day=1)
    make_text()

    with twilio_server(settings, what="hang") as server:
        deliver_due(now=NOW)
        server.what = "accept"
        deliver_due(now=NOW + timedelta(minutes=3))

    assert (outcomes(), used()["texts:2026-11-23"], len(server.texts)) == ([("sent", "")], 1, 1)


def test_a_text_that_is_sent_again_counts_once_more(settings):
    make_policy(sms_per_day=1)
    text = make_text()
    with twilio_server(settings) as server:
        for minute in range(3):
            deliver_due(now=NOW + timedelta(minutes=minute))
            record_undelivered(message=text, reason=Message.Reason.UNREACHED, code=30003, now=NOW)
            with suppress(Refusal):
                send_again(text, actor=Actor(key="user:7", origin="web"), now=NOW)

    assert (outcomes(), len(server.texts), used()["texts:2026-11-23"]) == ([("suppressed", "limit")], 1, 1)


def test_usage_says_what_is_used_of_what():
    policy = make_policy()
    texts(3)
    deliver_due(now=NOW)

    assert usage_of(policy, now=NOW) == Usage(
        texts_today=3, texts_per_day=500, cost_this_month=Decimal("0.3"), budget=250
    )


def test_old_counts_are_forgotten():
    make_policy()
    for name, since in [("texts:2026-09-01", date(2026, 9, 1)), ("number:x:2026-11-20", date(2026, 11, 20))]:
        Allowance.objects.create(name=name, since=since)
    texts(1)

    deliver_due(now=NOW)

    assert sorted(name.partition(":")[0] for name in Allowance.objects.values_list("name", flat=True)) == [
        "cost",
        "number",
        "texts",
    ]
