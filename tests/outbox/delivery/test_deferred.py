"""When a message may not leave now, or never: what it says, and what leaves instead."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from outbox.channels import Hopeless, NotAllowed, NotNow, Passing
from outbox.delivery import maintenance
from outbox.delivery.maintenance import forget_words, suppress_useless
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.models import Message
from outbox.services import post
from tests.factories import NOW, make_message, make_policy, make_text
from tests.outbox.delivery.test_worker import draft
from tests.races import at_once

pytestmark = pytest.mark.django_db
Reason = Message.Reason
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
MORNING = NOW + 2 * HOUR


class Way:
    def __init__(self, trouble, *, looks=False):
        self.trouble, self.looks = trouble, looks

    def send(self, message, *, now, last_look):
        if self.looks:
            last_look()
        raise self.trouble


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.attempts


def tried(trouble, **fields):
    """A text with a letter that stands by, after one attempt."""
    text = make_text(useless_after=NOW + 20 * HOUR, **{"not_before": NOW - HOUR} | fields)
    make_message(fallback_for=text, is_standby=True, useless_after=NOW + 24 * HOUR)
    deliver(claim(now=NOW, channels=["sms"]), Way(trouble), now=NOW)
    return text


def released(text):
    letter = text.fallbacks.get()
    return not letter.is_standby and (letter.state, letter.not_before) == ("queued", NOW)


@pytest.mark.parametrize(
    ("trouble", "outcome", "is_released"),
    [
        (NotNow(until=MORNING), ("queued", "quiet", 0), False),
        (NotNow(until=NOW + 20 * HOUR), ("suppressed", "quiet", 0), True),
        (NotAllowed(Reason.LIMIT), ("suppressed", "limit", 0), True),
        (NotAllowed(Reason.OPTED_OUT), ("suppressed", "opted_out", 0), True),
        (Hopeless(Reason.LANDLINE), ("failed", "landline", 1), True),
        (Passing(Reason.AWAY), ("queued", "away", 1), False),
        (RuntimeError("ours"), ("queued", "fault", 1), False),
    ],
)
def test_what_becomes_of_a_text_that_did_not_leave(trouble, outcome, is_released):
    text = tried(trouble)

    assert outcome_of(text) == outcome
    assert released(text) is is_released
    assert (text.ended_at == NOW) is (text.state != "queued")
    assert not text.is_uncertain


@pytest.mark.parametrize(
    ("looks", "attempts", "state"), [(False, 0, "queued"), (True, 0, "queued"), (True, 30, "failed")]
)
def test_a_fault_of_ours_leaves_it_uncertain_when_something_may_have_left(looks, attempts, state):
    text = make_text(attempts=attempts, first_due_at=NOW - timedelta(days=5))

    deliver(claim(now=NOW, channels=["sms"]), Way(RuntimeError("ours"), looks=looks), now=NOW)

    assert outcome_of(text) == (state, "fault", attempts + 1)
    assert text.is_uncertain is looks


@pytest.mark.parametrize("state", ["failed", "suppressed"])
def test_what_came_to_nothing_says_why(state):
    with pytest.raises(IntegrityError, match="message_ended_has_reason"):
        make_message(state=state, reason="", ended_at=NOW)


def test_who_waits_for_the_morning_is_not_late_and_leaves_then():
    text = tried(NotNow(until=MORNING), first_due_at=NOW - HOUR)

    assert outcome_of(text) == ("queued", "quiet", 0)
    assert (text.not_before, text.first_due_at) == (MORNING, None)
    assert [deliver_due(now=MORNING - MINUTE), deliver_due(now=MORNING)] == [0, 1]


def test_what_was_tried_in_vain_keeps_the_moment_at_which_it_was_due():
    text = tried(Passing(Reason.BUSY, code=429, after=10 * MINUTE))

    assert outcome_of(text) == ("queued", "busy", 1)
    assert NOW + 10 * MINUTE <= text.not_before <= NOW + 12 * MINUTE
    assert (text.first_due_at, text.sending_at, text.provider_code) == (NOW - HOUR, NOW, "429")


def test_the_last_attempt_comes_shortly_before_it_makes_no_sense_any_more():
    text = tried(Passing(Reason.BUSY), attempts=9)  # the next pause is an hour
    Message.objects.filter(pk=text.pk).update(useless_after=NOW + 40 * MINUTE, state="queued", not_before=NOW)

    deliver(claim(now=NOW, channels=["sms"]), Way(Passing(Reason.BUSY)), now=NOW)
    outcome_of(text)
    last = text.not_before
    deliver(claim(now=last, channels=["sms"]), Way(Passing(Reason.BUSY, is_uncertain=True)), now=last)

    assert last == NOW + 38 * MINUTE
    assert outcome_of(text) == ("suppressed", "too_late", 12)
    assert text.is_uncertain
    assert not text.fallbacks.get().is_standby


def test_what_is_too_late_when_it_is_posted_says_so_and_never_waits(settings):
    settings.DEMO = False
    standby = draft(dedupe_key="standby", useless_after=NOW + HOUR)

    post(draft(useless_after=NOW, fallback=standby), draft(dedupe_key="3", useless_after=NOW + HOUR), now=NOW)

    assert list(Message.objects.values_list("state", "reason", "ended_at", "is_standby", "text")) == [
        ("suppressed", "too_late", NOW, False, ""),
        ("queued", "", None, False, "Tot dinsdag."),
        ("queued", "", None, False, "Tot dinsdag."),
    ]
    assert deliver_due(now=NOW) == 2


def test_what_stands_by_never_leaves_by_itself_and_not_for_ever():
    post(draft(fallback=draft(dedupe_key="standby")), now=NOW)

    assert [deliver_due(now=NOW), deliver_due(now=NOW + timedelta(days=6))] == [1, 0]
    assert deliver_due(now=NOW + timedelta(days=7)) == 0
    standby = Message.objects.get(dedupe_key="standby")
    assert outcome_of(standby) == ("suppressed", "not_needed", 0)


@pytest.mark.parametrize(
    ("state", "reason"),
    [("queued", "too_late"), ("sent", "not_needed"), ("delivered", "not_needed")],
)
def test_what_stood_by_in_vain_says_why(state, reason):
    first = make_text(state=state, sent_at=NOW, delivered_at=NOW, not_before=NOW + HOUR)
    standby = make_message(fallback_for=first, is_standby=True, useless_after=NOW)

    assert suppress_useless(now=NOW) == 1
    assert outcome_of(standby) == ("suppressed", reason, 0)


def test_many_that_came_too_late_cost_no_more_queries_than_one():
    counts = []
    for number in (1, 30):
        for _message in range(number):
            make_message(useless_after=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert suppress_useless(now=NOW) == number
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "too_late")}


def test_what_comes_too_late_is_given_up_a_thousand_at_a_time(monkeypatch):
    monkeypatch.setattr(maintenance, "MANY", 2)
    for _message in range(5):
        make_message(useless_after=NOW)

    assert suppress_useless(now=NOW) == 5
    assert Message.objects.waiting().count() == 0


@pytest.mark.parametrize("days", [13, 15])
def test_the_words_of_what_failed_stay_for_two_weeks(settings, days):
    settings.DEMO = False
    for state, reason, ended_at in [
        ("failed", "refused", NOW),
        ("suppressed", "stopped", NOW),
        ("failed", "refused", NOW + timedelta(days=2)),
    ]:
        make_message(state=state, reason=reason, ended_at=ended_at, unsubscribe_url="https://x.example/t")

    assert forget_words(now=NOW + timedelta(days=days)) == (2 if days > 14 else 0)

    rows = Message.objects.order_by("pk").values_list("text", "unsubscribe_url")
    kept, gone = ("Tot dinsdag.\n", "https://x.example/t"), ("", "")
    assert list(rows) == ([gone, gone, kept] if days > 14 else [kept] * 3)


@pytest.mark.parametrize(("hours", "sent"), [({}, 1), ({"invitations_from": "11:00"}, 0)])
def test_the_hours_for_letters_about_a_rejection_are_those_of_policy(hours, sent):
    make_policy(timetable=hours)
    make_message(kind="invitation", only_at_office_hours=True)

    assert deliver_due(now=NOW) == sent


def texts_and_letters_that_came_too_late(number):
    """The text that comes first has the letter that comes last, so that another worker has it."""
    texts = [make_text(useless_after=NOW + second * SECOND) for second in range(number)]
    for second, text in enumerate(texts):
        make_message(fallback_for=text, is_standby=True, useless_after=NOW + (number - second) * SECOND)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_workers_that_give_up_at_the_same_moment_never_wait_for_each_other(monkeypatch):
    monkeypatch.setattr(maintenance, "MANY", 100)  # each has a part
    texts_and_letters_that_came_too_late(200)

    answers = at_once([lambda: suppress_useless(now=NOW + 24 * HOUR)] * 4, threads=4)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answers) == Message.objects.filter(state="suppressed", reason="too_late").count() == 400
