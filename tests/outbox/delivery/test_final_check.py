"""The check right before the first byte: a worker may have been halted since its claim."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.core.mail import get_connection

from outbox.backends import TemporaryError
from outbox.delivery.maintenance import requeue_expired_leases
from outbox.delivery.worker import LEASE, claim, deliver
from outbox.email import smtp
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message
from tests.stand_ins import mail_server

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)
Reason = Message.Reason


class RecordingBackend:
    """Counts what it sends; `meanwhile` is called before the final check, `afterwards` after sending."""

    def __init__(self, *, meanwhile=lambda: None, afterwards=lambda: None):
        self.meanwhile, self.afterwards, self.left = meanwhile, afterwards, 0

    def send(self, message, *, now, final_check):
        self.meanwhile()
        final_check()
        self.left += 1
        self.afterwards()
        return "SM1"


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.attempts, message.is_uncertain


def claimed(**fields):
    make_message(**fields)
    return claim(now=NOW, transports=["mail"])


def refuse():
    raise TemporaryError(Reason.BUSY)


def test_message_withdrawn_since_the_claim_is_not_sent(settings):
    settings.DEMO = False
    message = claimed(about="booking:1")
    fallback = make_message(about="booking:1", fallback_for=message, is_dormant=True)
    backend = RecordingBackend(meanwhile=lambda: withdraw(about="booking:1", now=NOW))

    deliver(message, backend, now=NOW)

    assert (backend.left, outcome_of(message)) == (0, ("suppressed", "withdrawn", 0, False))
    assert (message.ended_at, message.text, message.lease) == (NOW, "", None)
    assert outcome_of(fallback)[:2] == ("suppressed", "withdrawn")


def test_the_final_check_comes_after_the_connection_to_the_mail_server(settings, monkeypatch):
    message = claimed(about="booking:1")

    def connection_during_which_it_is_withdrawn():
        withdraw(about="booking:1", now=NOW)
        return get_connection()

    monkeypatch.setattr(smtp, "get_connection", connection_during_which_it_is_withdrawn)
    with mail_server(settings) as server, closing(smtp.backend()) as way:
        deliver(message, way, now=NOW)

    assert (server.senders, outcome_of(message)[:2]) == ([], ("suppressed", "withdrawn"))


def test_withdrawal_applies_to_a_message_posted_by_a_clock_that_was_ahead():
    message = claimed(about="booking:1", created_at=NOW + timedelta(minutes=1))
    backend = RecordingBackend(meanwhile=lambda: withdraw(about="booking:1", now=NOW))

    deliver(message, backend, now=NOW)

    assert (backend.left, outcome_of(message)) == (0, ("suppressed", "withdrawn", 0, False))


def test_message_expired_since_the_claim_is_not_sent():
    message = claimed(expires_at=NOW + timedelta(seconds=30))
    fallback = make_message(fallback_for=message, is_dormant=True)
    backend = RecordingBackend()

    deliver(message, backend, now=NOW + timedelta(seconds=30))

    assert (backend.left, outcome_of(message)) == (0, ("suppressed", "too_late", 0, False))
    assert (fallback.is_dormant, Message.objects.get(pk=fallback.pk).is_dormant) == (True, False)


def test_message_taken_over_by_another_worker_is_sent_once():
    message = claimed()

    def take_over():
        requeue_expired_leases(now=AFTER_LEASE)
        deliver(claim(now=AFTER_LEASE, transports=["mail"]), other, now=AFTER_LEASE)

    other, backend = RecordingBackend(), RecordingBackend(meanwhile=take_over)
    deliver(message, backend, now=NOW)

    assert (backend.left, other.left, outcome_of(message)) == (0, 1, ("sent", "", 2, True))


def test_message_is_requeued_when_the_lease_is_too_short_for_a_send():
    message = claimed()
    backend = RecordingBackend()

    deliver(message, backend, now=NOW + LEASE - timedelta(seconds=30))

    assert (backend.left, outcome_of(message), message.first_due_at) == (0, ("queued", "fault", 0, False), NOW)
    assert deliver(claim(now=NOW + LEASE, transports=["mail"]), backend, now=NOW + LEASE) is None
    assert (backend.left, outcome_of(message)) == (1, ("sent", "", 1, False))


@pytest.mark.parametrize("afterwards", [lambda: None, refuse])
def test_withdrawal_while_sending_prevents_only_a_retry(afterwards):
    message = claimed(about="booking:1")
    backend = RecordingBackend(afterwards=lambda: [withdraw(about="booking:1", now=NOW), afterwards()])

    deliver(message, backend, now=NOW)

    left = ("suppressed", "withdrawn", 1, False) if afterwards is refuse else ("sent", "", 1, False)
    assert (backend.left, outcome_of(message)) == (1, left)


def test_worker_with_an_expired_lease_does_not_overwrite_the_result_of_another():
    message = claimed()

    def take_over_and_fail():
        requeue_expired_leases(now=AFTER_LEASE)
        deliver(claim(now=AFTER_LEASE, transports=["mail"]), RecordingBackend(afterwards=refuse), now=AFTER_LEASE)

    deliver(message, RecordingBackend(afterwards=take_over_and_fail), now=NOW)

    assert outcome_of(message) == ("queued", "busy", 2, True)
