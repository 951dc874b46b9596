"""Messages that may not be sent now, or at all: their state and their fallback."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from outbox.backends import Deferred, PermanentError, Suppressed, TemporaryError
from outbox.delivery import maintenance
from outbox.delivery.maintenance import erase_old_bodies, suppress_expired
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.models import Message
from outbox.services import post
from tests.factories import NOW, make_message, make_policy, make_sms
from tests.outbox.delivery.test_worker import draft
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Reason = Message.Reason
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
MORNING = NOW + 2 * HOUR


class FailingBackend:
    def __init__(self, error, *, is_checked=False):
        self.error, self.is_checked = error, is_checked

    def send(self, message, *, now, final_check):
        if self.is_checked:
            final_check()
        raise self.error


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.attempts


def attempted(error, **fields):
    """An SMS with a fallback, after one attempt."""
    text = make_sms(expires_at=NOW + 20 * HOUR, **{"not_before": NOW - HOUR} | fields)
    make_message(fallback_for=text, is_dormant=True, expires_at=NOW + 24 * HOUR)
    deliver(claim(now=NOW, transports=["sms"]), FailingBackend(error), now=NOW)
    return text


def released(text):
    letter = text.fallbacks.get()
    return not letter.is_dormant and (letter.state, letter.not_before) == ("queued", NOW)


@pytest.mark.parametrize(
    ("error", "outcome", "is_released"),
    [
        (Deferred(until=MORNING), ("queued", "quiet", 0), False),
        (Deferred(until=NOW + 20 * HOUR), ("suppressed", "quiet", 0), True),
        (Suppressed(Reason.LIMIT), ("suppressed", "limit", 0), True),
        (Suppressed(Reason.OPTED_OUT), ("suppressed", "opted_out", 0), True),
        (PermanentError(Reason.LANDLINE), ("failed", "landline", 1), True),
        (TemporaryError(Reason.AWAY), ("queued", "away", 1), False),
        (RuntimeError("ours"), ("queued", "fault", 1), False),
    ],
)
def test_error_decides_the_state_and_whether_the_fallback_is_released(error, outcome, is_released):
    text = attempted(error)

    assert outcome_of(text) == outcome
    assert released(text) is is_released
    assert (text.ended_at == NOW) is (text.state != "queued")
    assert not text.is_uncertain


@pytest.mark.parametrize(
    ("is_checked", "attempts", "state"), [(False, 0, "queued"), (True, 0, "queued"), (True, 30, "failed")]
)
def test_unexpected_error_marks_the_message_uncertain_only_after_the_final_check(is_checked, attempts, state):
    text = make_sms(attempts=attempts, first_due_at=NOW - timedelta(days=5))

    deliver(claim(now=NOW, transports=["sms"]), FailingBackend(RuntimeError("ours"), is_checked=is_checked), now=NOW)

    assert outcome_of(text) == (state, "fault", attempts + 1)
    assert text.is_uncertain is is_checked


@pytest.mark.parametrize("state", ["failed", "suppressed"])
def test_ended_message_must_have_a_reason(state):
    with pytest.raises(IntegrityError, match="message_ended_has_reason"):
        make_message(state=state, reason="", ended_at=NOW)


def test_sms_in_quiet_hours_waits_and_is_not_late():
    text = attempted(Deferred(until=MORNING), first_due_at=NOW - HOUR)

    assert outcome_of(text) == ("queued", "quiet", 0)
    assert (text.not_before, text.first_due_at) == (MORNING, None)
    assert [deliver_due(now=MORNING - MINUTE), deliver_due(now=MORNING)] == [0, 1]


def test_failed_attempt_keeps_the_first_due_time():
    text = attempted(TemporaryError(Reason.BUSY, code=429, retry_after=10 * MINUTE))

    assert outcome_of(text) == ("queued", "busy", 1)
    assert NOW + 10 * MINUTE <= text.not_before <= NOW + 12 * MINUTE
    assert (text.first_due_at, text.sending_at, text.provider_code) == (NOW - HOUR, NOW, "429")


def test_last_attempt_is_shortly_before_the_expiry():
    text = attempted(TemporaryError(Reason.BUSY), attempts=9)  # the next pause is an hour
    Message.objects.filter(pk=text.pk).update(expires_at=NOW + 40 * MINUTE, state="queued", not_before=NOW)

    deliver(claim(now=NOW, transports=["sms"]), FailingBackend(TemporaryError(Reason.BUSY)), now=NOW)
    outcome_of(text)
    last = text.not_before
    deliver(
        claim(now=last, transports=["sms"]), FailingBackend(TemporaryError(Reason.BUSY, is_uncertain=True)), now=last
    )

    assert last == NOW + 38 * MINUTE
    assert outcome_of(text) == ("suppressed", "too_late", 12)
    assert text.is_uncertain
    assert not text.fallbacks.get().is_dormant


def test_message_that_is_posted_after_its_expiry_is_suppressed(settings):
    settings.DEMO = False
    standby = draft(dedupe_key="standby", expires_at=NOW + HOUR)

    post(draft(expires_at=NOW, fallback=standby), draft(dedupe_key="3", expires_at=NOW + HOUR), now=NOW)

    assert list(Message.objects.values_list("state", "reason", "ended_at", "is_dormant", "text")) == [
        ("suppressed", "too_late", NOW, False, ""),
        ("queued", "", None, False, "Tot dinsdag."),
        ("queued", "", None, False, "Tot dinsdag."),
    ]
    assert deliver_due(now=NOW) == 2


def test_dormant_fallback_is_never_sent_and_expires_after_a_week():
    post(draft(fallback=draft(dedupe_key="standby")), now=NOW)

    assert [deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=6))] == [1, 0]
    assert deliver_due(now=NOW + timedelta(days=7)) == 0
    standby = Message.objects.get(dedupe_key="standby")
    assert outcome_of(standby) == ("suppressed", "not_needed", 0)


@pytest.mark.parametrize(
    ("state", "reason"),
    [("queued", "too_late"), ("sent", "not_needed"), ("delivered", "not_needed")],
)
def test_expired_fallback_has_a_reason(state, reason):
    first = make_sms(state=state, sent_at=NOW, delivered_at=NOW, not_before=NOW + HOUR)
    standby = make_message(fallback_for=first, is_dormant=True, expires_at=NOW)

    assert suppress_expired(now=NOW) == 1
    assert outcome_of(standby) == ("suppressed", reason, 0)


def test_suppress_expired_has_the_same_number_of_queries_for_one_and_many():
    counts = []
    for number in (1, 30):
        for _message in range(number):
            make_message(expires_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert suppress_expired(now=NOW) == number
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "too_late")}


def test_suppress_expired_works_in_batches(monkeypatch):
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 2)
    for _message in range(5):
        make_message(expires_at=NOW)

    assert suppress_expired(now=NOW) == 5
    assert Message.objects.queued().count() == 0


@pytest.mark.parametrize("days", [13, 15])
def test_body_of_a_failed_message_is_erased_after_two_weeks(settings, days):
    settings.DEMO = False
    for state, reason, ended_at in [
        ("failed", "refused", NOW),
        ("suppressed", "stopped", NOW),
        ("failed", "refused", NOW + timedelta(days=2)),
    ]:
        make_message(state=state, reason=reason, ended_at=ended_at, unsubscribe_url="https://x.example/t")

    assert erase_old_bodies(now=NOW + timedelta(days=days)) == (2 if days > 14 else 0)

    rows = Message.objects.order_by("pk").values_list("text", "unsubscribe_url")
    kept, gone = ("Tot dinsdag.\n", "https://x.example/t"), ("", "")
    assert list(rows) == ([gone, gone, kept] if days > 14 else [kept] * 3)


@pytest.mark.parametrize(("hours", "sent"), [({}, 1), ({"invitations_from": "11:00"}, 0)])
def test_office_hours_are_those_of_policy(hours, sent):
    make_policy(timetable=hours)
    make_message(kind="invitation", only_at_office_hours=True)

    assert deliver_due(now=NOW) == sent


def make_expired_pairs(number):
    """The SMS that expires first has the fallback that expires last, so that another worker has it."""
    texts = [make_sms(expires_at=NOW + second * SECOND) for second in range(number)]
    for second, text in enumerate(texts):
        make_message(fallback_for=text, is_dormant=True, expires_at=NOW + (number - second) * SECOND)


@pytest.mark.race
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_workers_that_suppress_at_the_same_time_do_not_deadlock(monkeypatch):
    monkeypatch.setattr(maintenance, "BATCH_SIZE", 100)  # each has a part
    make_expired_pairs(200)

    answers = run_concurrently([lambda: suppress_expired(now=NOW + 24 * HOUR)] * 4, threads=4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answers) == Message.objects.filter(state="suppressed", reason="too_late").count() == 400
