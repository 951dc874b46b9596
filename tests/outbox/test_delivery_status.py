"""What a provider says later: twice, late, out of order, and about what we did not know that it had left."""

from datetime import timedelta

import pytest

from outbox.channels import Database
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.delivery_status import record_accepted, record_delivered, record_undelivered
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message, make_text

pytestmark = pytest.mark.django_db
Reason = Message.Reason
LATER = NOW + timedelta(minutes=5)
LATEST = NOW + timedelta(minutes=9)
MOMENTS = {
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


def text_in(state, **fields):
    return make_text(state=state, **MOMENTS[state] | fields)


def letter_in(state):
    return make_message(state=state, **MOMENTS[state])


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.sent_at, message.delivered_at, message.ended_at


ACCEPTED = ("sent", "", LATER, None, None)
ARRIVED = ("delivered", "", NOW, LATER, None)
NEVER_HEARD = ("delivered", "", LATER, LATER, None)


@pytest.mark.parametrize(
    ("state", "report", "outcome"),
    [
        ("queued", accept, ACCEPTED),  # it was taken when we thought that it was not
        ("sending", accept, ACCEPTED),
        ("suppressed", accept, ACCEPTED),  # withdrawn when it had left already
        ("queued", arrive, NEVER_HEARD),
        ("sending", arrive, NEVER_HEARD),
        ("suppressed", arrive, NEVER_HEARD),
        ("sent", arrive, ARRIVED),
        ("failed", arrive, NEVER_HEARD),  # the phone knows best
        ("queued", fail, ("failed", "unreached", None, None, LATER)),
        ("sending", fail, ("failed", "unreached", None, None, LATER)),
        ("sent", fail, ("failed", "unreached", NOW, None, LATER)),
    ],
)
def test_a_report_about_a_text_goes_up(state, report, outcome):
    text = text_in(state)

    assert report(text) is True
    assert outcome_of(text) == outcome
    assert text.lease is text.leased_until is None
    assert [report(text, LATEST), outcome_of(text)] == [False, outcome]  # twice is once


@pytest.mark.parametrize(
    ("state", "report"),
    [
        *[("sent", accept), ("delivered", accept), ("failed", accept)],
        *[("delivered", arrive), ("delivered", fail), ("failed", fail), ("suppressed", fail)],
    ],
)
def test_a_report_that_comes_late_changes_nothing(state, report):
    text = text_in(state)
    before = outcome_of(text)

    assert [report(text), outcome_of(text)] == [False, before]


@pytest.mark.parametrize(
    ("state", "report", "outcome"),
    [
        ("sent", arrive, (True, "delivered")),
        ("delivered", fail, (True, "failed")),  # the next server took it, and then could not deliver it
        ("failed", arrive, (False, "failed")),
    ],
)
def test_of_a_letter_a_bounce_has_the_last_word(state, report, outcome):
    letter = letter_in(state)

    assert (report(letter), outcome_of(letter)[0]) == outcome


@pytest.mark.parametrize("state", ["queued", "suppressed"])
@pytest.mark.parametrize(("attempts", "is_heard"), [(0, False), (1, True)])
def test_of_a_letter_that_nobody_has_tried_to_send_nothing_is_heard(state, attempts, is_heard):
    letters = [make_message(state=state, attempts=attempts, **MOMENTS[state]) for _delivered_or_not in range(2)]
    is_withdrawn = state == "suppressed"

    assert [arrive(letters[0]), fail(letters[1])] == [is_heard, is_heard and not is_withdrawn]


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_an_acceptance_that_comes_late_still_tells_the_name(state):
    text = text_in(state)

    accept(text)

    assert outcome_of(text)[0] == state
    assert text.provider_id == "SM1"


def test_a_report_that_is_quicker_than_the_sender_holds():
    text = make_text()
    claimed = claim(now=NOW, channels=["sms"])
    arrive(text)

    deliver(claimed, Database(), now=LATEST)

    assert outcome_of(text) == NEVER_HEARD


def test_what_did_not_arrive_is_told_by_what_stood_by():
    text = make_text(useless_after=NOW + timedelta(hours=1))
    letter = make_message(fallback_for=text, is_standby=True)

    sent = [deliver_due(now=NOW), fail(text), fail(text), deliver_due(now=LATER)]

    assert sent == [1, True, False, 1]
    assert [outcome_of(text)[0], outcome_of(letter)[0], letter.is_standby] == ["failed", "sent", False]


def test_what_arrived_needs_nothing_that_stands_by(settings):
    settings.DEMO = False
    text = make_text()
    letter = make_message(fallback_for=text, is_standby=True)

    arrive(text)

    assert outcome_of(letter) == ("suppressed", "not_needed", None, None, LATER)
    assert letter.text == ""


@pytest.mark.parametrize("is_released", [False, True])
def test_what_was_withdrawn_with_the_first_does_not_leave_in_its_place(is_released):
    text = text_in("sent", about="booking:1")
    letter = make_message(fallback_for=text, is_standby=True, about="booking:1", kind="other")
    if is_released:
        fail(text)

    assert withdraw(about="booking:1", kinds=[text.kind], now=NOW) == 0
    fail(text)

    assert outcome_of(letter)[:2] == ("suppressed", "withdrawn")
