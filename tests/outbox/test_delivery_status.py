"""Reports of a provider: repeated, late, out of order, and about messages that we did not record as sent."""

from datetime import timedelta

import pytest

from outbox.backends import DatabaseBackend
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.delivery_status import record_accepted, record_delivered, record_undelivered
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message, make_sms

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Reason = Message.Reason
LATER = NOW + timedelta(minutes=5)
LATEST = NOW + timedelta(minutes=9)
TIMES = {
    "queued": {},
    "sending": {"leased_until": LATER},
    "sent": {"sent_at": NOW},
    "delivered": {"sent_at": NOW, "delivered_at": NOW},
    "failed": {"ended_at": NOW, "reason": "unreached"},
    "suppressed": {"ended_at": NOW, "reason": "withdrawn"},
}


def accept(message, now=LATER):
    return record_accepted(message=message, provider_id="SM1", now=now)


def arrive(message, now=LATER):
    return record_delivered(message=message, now=now)


def fail(message, now=LATER):
    return record_undelivered(message=message, reason=Reason.UNREACHED, code=30003, now=now)


def sms_in(state, **fields):
    return make_sms(state=state, **TIMES[state] | fields)


def email_in(state):
    return make_message(state=state, **TIMES[state])


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.sent_at, message.delivered_at, message.ended_at


ACCEPTED = ("sent", "", LATER, None, None)
ARRIVED = ("delivered", "", NOW, LATER, None)
NOT_ACCEPTED_BEFORE = ("delivered", "", LATER, LATER, None)


@pytest.mark.parametrize(
    ("state", "report", "outcome"),
    [
        ("queued", accept, ACCEPTED),  # accepted although we did not hear so
        ("sending", accept, ACCEPTED),
        ("suppressed", accept, ACCEPTED),  # withdrawn after it was sent
        ("queued", arrive, NOT_ACCEPTED_BEFORE),
        ("sending", arrive, NOT_ACCEPTED_BEFORE),
        ("suppressed", arrive, NOT_ACCEPTED_BEFORE),
        ("sent", arrive, ARRIVED),
        ("failed", arrive, NOT_ACCEPTED_BEFORE),  # of an SMS, delivered is final
        ("queued", fail, ("failed", "unreached", None, None, LATER)),
        ("sending", fail, ("failed", "unreached", None, None, LATER)),
        ("sent", fail, ("failed", "unreached", NOW, None, LATER)),
    ],
)
def test_report_about_an_sms_moves_its_state_forward(state, report, outcome):
    text = sms_in(state)

    assert report(text) is True
    assert outcome_of(text) == outcome
    assert text.lease is text.leased_until is None
    assert [report(text, LATEST), outcome_of(text)] == [False, outcome]  # a repeated report changes nothing


@pytest.mark.parametrize(
    ("state", "report"),
    [
        *[("sent", accept), ("delivered", accept), ("failed", accept)],
        *[("delivered", arrive), ("delivered", fail), ("failed", fail), ("suppressed", fail)],
    ],
)
def test_late_report_changes_nothing(state, report):
    text = sms_in(state)
    before = outcome_of(text)

    assert [report(text), outcome_of(text)] == [False, before]


@pytest.mark.parametrize(
    ("state", "report", "outcome"),
    [
        ("sent", arrive, (True, "delivered")),
        ("delivered", fail, (True, "failed")),  # the next server accepted it and then failed to deliver it
        ("failed", arrive, (False, "failed")),
    ],
)
def test_bounce_of_an_email_is_final(state, report, outcome):
    letter = email_in(state)

    assert (report(letter), outcome_of(letter)[0]) == outcome


@pytest.mark.parametrize("state", ["queued", "suppressed"])
@pytest.mark.parametrize(("attempts", "is_recorded"), [(0, False), (1, True)])
def test_report_about_an_email_without_an_attempt_is_ignored(state, attempts, is_recorded):
    letters = [make_message(state=state, attempts=attempts, **TIMES[state]) for _delivered_or_not in range(2)]
    is_withdrawn = state == "suppressed"

    assert [arrive(letters[0]), fail(letters[1])] == [is_recorded, is_recorded and not is_withdrawn]


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_late_acceptance_still_stores_the_provider_id(state):
    text = sms_in(state)

    accept(text)

    assert outcome_of(text)[0] == state
    assert text.provider_id == "SM1"


def test_report_that_arrives_before_our_record_is_kept():
    text = make_sms()
    claimed = claim(now=NOW, transports=["sms"])
    arrive(text)

    deliver(claimed, DatabaseBackend(), now=LATEST)

    assert outcome_of(text) == NOT_ACCEPTED_BEFORE


def test_fallback_is_sent_when_the_sms_did_not_arrive():
    text = make_sms(expires_at=NOW + timedelta(hours=1))
    letter = make_message(fallback_for=text, is_dormant=True)

    sent = [deliver_due(now=NOW), fail(text), fail(text), deliver_due(now=LATER)]

    assert sent == [1, True, False, 1]
    assert [outcome_of(text)[0], outcome_of(letter)[0], letter.is_dormant] == ["failed", "sent", False]


def test_fallback_is_suppressed_when_the_sms_arrived(settings):
    settings.DEMO = False
    text = make_sms()
    letter = make_message(fallback_for=text, is_dormant=True)

    arrive(text)

    assert outcome_of(letter) == ("suppressed", "not_needed", None, None, LATER)
    assert letter.text == ""


@pytest.mark.parametrize("is_released", [False, True])
def test_fallback_of_a_withdrawn_sms_is_not_sent(is_released):
    text = sms_in("sent", about="booking:1")
    letter = make_message(fallback_for=text, is_dormant=True, about="booking:1", kind="other")
    if is_released:
        fail(text)

    assert withdraw(about="booking:1", kinds=[text.kind], now=NOW) == 0
    fail(text)

    assert outcome_of(letter)[:2] == ("suppressed", "withdrawn")
