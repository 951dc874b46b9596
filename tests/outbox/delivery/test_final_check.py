"""Between a claim and the first byte a worker may be halted for long; what happened meanwhile counts."""

from datetime import timedelta

import pytest

from outbox.channels import Passing
from outbox.delivery.maintenance import take_back_abandoned
from outbox.delivery.worker import LEASE, claim, deliver
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)
Reason = Message.Reason


class Way:
    """Out of the house: what happens while it connects, and what it lets out."""

    def __init__(self, *, meanwhile=lambda: None, afterwards=lambda: None):
        self.meanwhile, self.afterwards, self.left = meanwhile, afterwards, 0

    def send(self, message, *, now, last_look):
        self.meanwhile()
        last_look()
        self.left += 1
        self.afterwards()
        return "SM1"


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.attempts, message.is_uncertain


def claimed(**fields):
    make_message(**fields)
    return claim(now=NOW, channels=["mail"])


def refuse():
    raise Passing(Reason.BUSY)


def test_what_was_withdrawn_while_its_worker_was_halted_does_not_leave(settings):
    settings.DEMO = False
    message = claimed(about="booking:1")
    standby = make_message(about="booking:1", fallback_for=message, is_standby=True)
    way = Way(meanwhile=lambda: withdraw(about="booking:1", now=NOW))

    deliver(message, way, now=NOW)

    assert (way.left, outcome_of(message)) == (0, ("suppressed", "withdrawn", 0, False))
    assert (message.ended_at, message.text, message.lease) == (NOW, "", None)
    assert outcome_of(standby)[:2] == ("suppressed", "withdrawn")


def test_a_withdrawal_counts_also_of_what_was_posted_by_a_clock_that_was_ahead():
    message = claimed(about="booking:1", created_at=NOW + timedelta(minutes=1))
    way = Way(meanwhile=lambda: withdraw(about="booking:1", now=NOW))

    deliver(message, way, now=NOW)

    assert (way.left, outcome_of(message)) == (0, ("suppressed", "withdrawn", 0, False))


def test_what_came_too_late_while_its_worker_was_halted_does_not_leave():
    message = claimed(useless_after=NOW + timedelta(seconds=30))
    standby = make_message(fallback_for=message, is_standby=True)
    way = Way()

    deliver(message, way, now=NOW + timedelta(seconds=30))

    assert (way.left, outcome_of(message)) == (0, ("suppressed", "too_late", 0, False))
    assert (standby.is_standby, Message.objects.get(pk=standby.pk).is_standby) == (True, False)


def test_what_another_worker_has_by_now_leaves_once():
    message = claimed()

    def take_over():
        take_back_abandoned(now=AFTER_LEASE)
        deliver(claim(now=AFTER_LEASE, channels=["mail"]), other, now=AFTER_LEASE)

    other, way = Way(), Way(meanwhile=take_over)
    deliver(message, way, now=NOW)

    assert (way.left, other.left, outcome_of(message)) == (0, 1, ("sent", "", 2, True))


def test_whose_lease_is_nearly_over_begins_nothing_and_hands_it_back():
    message = claimed()
    way = Way()

    deliver(message, way, now=NOW + LEASE - timedelta(seconds=30))

    assert (way.left, outcome_of(message), message.first_due_at) == (0, ("queued", "fault", 0, False), NOW)
    assert deliver(claim(now=NOW + LEASE, channels=["mail"]), way, now=NOW + LEASE) is None
    assert (way.left, outcome_of(message)) == (1, ("sent", "", 1, False))


@pytest.mark.parametrize("afterwards", [lambda: None, refuse])
def test_a_withdrawal_while_it_leaves_is_too_late_to_call_it_back_but_it_is_not_tried_again(afterwards):
    message = claimed(about="booking:1")
    way = Way(afterwards=lambda: [withdraw(about="booking:1", now=NOW), afterwards()])

    deliver(message, way, now=NOW)

    left = ("suppressed", "withdrawn", 1, False) if afterwards is refuse else ("sent", "", 1, False)
    assert (way.left, outcome_of(message)) == (1, left)


def test_who_comes_back_after_the_lease_does_not_write_over_what_the_other_wrote():
    message = claimed()

    def take_over_and_fail():
        take_back_abandoned(now=AFTER_LEASE)
        deliver(claim(now=AFTER_LEASE, channels=["mail"]), Way(afterwards=refuse), now=AFTER_LEASE)

    deliver(message, Way(afterwards=take_over_and_fail), now=NOW)

    assert outcome_of(message) == ("queued", "busy", 2, True)
