"""A report that was lost is asked for, while the letter that stands by is of use."""

from datetime import timedelta

import pytest
import time_machine
from django_q.models import OrmQ

from outbox.delivery.worker import deliver_due
from outbox.models import Message
from outbox.sms import status_polling
from outbox.sms.opt_outs import is_stopped
from outbox.sms.status_polling import ask_about_silent, silent
from outbox.sms.tasks import wake_when_texts_are_silent
from tests.factories import NOW, make_message, make_policy, make_text
from tests.races import at_once
from tests.stand_ins import twilio_server

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def after(minutes):
    return NOW + timedelta(minutes=minutes)


def make_pair(**fields):
    """A text that is about to leave, and the letter that stands by for it."""
    text = make_text(**fields)
    return text, make_message(fallback_for=text, is_standby=True, useless_after=TOMORROW)


def make_silent(**fields):
    return make_pair(**{"state": "sent", "sent_at": NOW, "provider_id": "SM1"} | fields)


def outcomes():
    return list(Message.objects.order_by("pk").values_list("channel", "state", "reason", "is_standby"))


@pytest.mark.parametrize(
    ("fate", "text", "letter"),
    [
        (("undelivered", 30003), ("sms", "failed", "unreached", False), ("mail", "queued", "", False)),
        (("failed", 21610), ("sms", "failed", "opted_out", False), ("mail", "queued", "", False)),
        (("delivered", None), ("sms", "delivered", "", False), ("mail", "suppressed", "not_needed", True)),
        (("sent", None), ("sms", "sent", "", False), ("mail", "queued", "", True)),
        (("something_new", None), ("sms", "sent", "", False), ("mail", "queued", "", True)),
    ],
)
def test_an_answer_counts_as_a_report_does(settings, fate, text, letter):
    make_policy()
    make_pair()

    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": fate[0], "error_code": fate[1]}
        asked = ask_about_silent(now=after(10))

    assert (asked, outcomes()) == (1, [text, letter])
    assert is_stopped("+31600000001") is (fate[1] == 21610)


def test_a_silent_text_is_asked_about_after_pauses_that_double():
    make_silent()
    moments = []

    for minute in range(24 * 60):
        found = silent(now=after(minute)).filter(channel="sms")
        if found.update(asked_at=after(minute)):
            moments.append(minute)

    assert moments == [10, 20, 40, 80, 160, 320, 640, 1280]


@pytest.mark.parametrize(
    "fields",
    [
        {"sent_at": NOW + timedelta(seconds=1)},
        {"provider_id": ""},
        {"state": "delivered", "delivered_at": NOW},
        {"state": "failed", "ended_at": NOW, "reason": "unreached"},
        {"channel": "mail"},
    ],
)
def test_nobody_asks_about_what_is_known_or_just_left(fields):
    make_silent(**fields)

    assert list(silent(now=after(10))) == []


@pytest.mark.parametrize("letter", [{"useless_after": after(10)}, {"state": "sent", "sent_at": NOW}])
def test_nobody_asks_when_no_letter_would_leave(letter):
    Message.objects.filter(pk=make_silent()[1].pk).update(**letter)

    assert list(silent(now=after(10))) == []


def test_in_one_run_so_many_are_asked_about_and_the_others_come_next(settings, monkeypatch):
    monkeypatch.setattr(status_polling, "MANY", 2)
    for number in range(3):
        make_silent(provider_id=f"SM{number}")

    with twilio_server(settings):
        asked = [ask_about_silent(now=after(minute)) for minute in (10, 11, 12)]

    assert asked == [2, 1, 0]


@pytest.mark.parametrize(("what", "asked"), [("away", 0), ("unknown", 2)])
def test_a_twilio_that_is_away_is_asked_once_and_one_that_does_not_know_is_asked_of_the_others(settings, what, asked):
    make_silent(provider_id="SM1"), make_silent(provider_id="SM2")

    with twilio_server(settings) as server:
        settings.TWILIO_API_URL = server.url if what == "unknown" else "http://127.0.0.1:9"
        assert ask_about_silent(now=after(10)) == asked

    assert [state for _channel, state, *_rest in outcomes()] == ["sent", "queued"] * 2


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_ask_at_once_do_no_harm(settings):
    make_policy()
    make_pair()
    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": "undelivered", "error_code": 30003}

        at_once([lambda: ask_about_silent(now=after(10))] * 4, threads=4)

    assert outcomes() == [("sms", "failed", "unreached", False), ("mail", "queued", "", False)]


@pytest.mark.parametrize(("account", "sent_at", "wakes"), [("AC1", NOW, 1), ("", NOW, 0), ("AC1", after(5), 0)])
@time_machine.travel(NOW + timedelta(minutes=10), tick=False)
def test_a_worker_is_woken_when_there_is_something_to_ask(settings, account, sent_at, wakes):
    settings.TWILIO_ACCOUNT_SID = account
    make_silent(sent_at=sent_at)

    wake_when_texts_are_silent()

    assert OrmQ.objects.count() == wakes
