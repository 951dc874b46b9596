"""What Twilio may do to us."""

import ssl
from datetime import timedelta
from email.utils import format_datetime
from functools import partial

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from core.actors import Actor
from outbox.delivery.worker import claim, deliver, deliver_due
from outbox.delivery_status import record_undelivered
from outbox.sms import twilio
from outbox.sms.opt_outs import is_stopped
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_text
from tests.stand_ins import ACCOUNT, twilio_server

pytestmark = pytest.mark.django_db


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.provider_code, message.is_uncertain


def test_a_text_leaves_once_and_keeps_the_id_of_twilio(settings):
    text = make_text()

    with twilio_server(settings) as server:
        assert [deliver_due(now=NOW), deliver_due(now=NOW)] == [1, 0]

    assert outcome_of(text) == ("sent", "", "", False)
    assert [(sent["to"], sent["from"], sent["body"]) for sent in server.texts] == [
        ("+31600000001", "+31600000900", "Morgen 09.30 belt Youssef je.")
    ]
    assert text.provider_id == server.texts[0]["sid"]


def test_a_messaging_service_sends_when_there_is_one(settings):
    make_text()

    with twilio_server(settings, sender="MG" + "1" * 32) as server:
        deliver_due(now=NOW)

    assert [(text["from"], text["messaging_service_sid"]) for text in server.texts] == [(None, "MG" + "1" * 32)]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21211, ("failed", "address", "21211", False)),
        (400, 21610, ("failed", "opted_out", "21610", False)),
        (400, 21635, ("failed", "landline", "21635", False)),
        (400, 21408, ("failed", "country", "21408", False)),
        (400, 21999, ("failed", "refused", "21999", False)),
        (400, 21606, ("queued", "settings", "21606", False)),
        (401, 20003, ("queued", "settings", "20003", False)),
        (429, 20429, ("queued", "busy", "20429", False)),
        (500, 20500, ("queued", "busy", "20500", True)),
        (503, 20503, ("queued", "busy", "20503", True)),
    ],
)
def test_what_a_refusal_means(settings, status, code, outcome):
    text, letter = make_text(), make_message()

    with twilio_server(settings, refusals={"+31600000001": (status, code)}):
        assert deliver_due(now=NOW) == 1

    assert outcome_of(text) == outcome
    assert outcome_of(letter) == ("sent", "", "", False)


def test_a_twilio_that_says_when_is_asked_again_then(settings):
    text = make_text()

    with twilio_server(settings, what="busy", retry_after="1800"):
        deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "busy", "20429", False)
    assert timedelta(minutes=30) <= text.not_before - NOW <= timedelta(minutes=36)


def test_a_twilio_that_is_away_makes_the_text_wait(settings):
    text = make_text()
    with twilio_server(settings):
        pass

    deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "away", "", False)


@pytest.mark.parametrize(
    ("error", "may_have_left"), [(ssl.SSLCertVerificationError("bad"), False), (ssl.SSLEOFError("dropped"), True)]
)
def test_with_a_certificate_that_is_not_right_nothing_left(monkeypatch, settings, error, may_have_left):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, "secret"
    text = make_text()

    def fail(*_arguments, **_how):
        raise requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(error)))

    monkeypatch.setattr("requests.Session.send", fail)
    deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "away", "", may_have_left)


def test_a_text_that_left_without_our_hearing_it_is_found_and_not_sent_again(settings, monkeypatch):
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", 0.5)
    text = make_text()

    with twilio_server(settings, hangs=True) as server:
        deliver_due(now=NOW)
        outcome = outcome_of(text)
        server.hangs = False
        deliver_due(now=NOW + timedelta(minutes=2))

    assert outcome == ("queued", "away", "", True)
    assert outcome_of(text) == ("sent", "", "", False)
    assert [sent["sid"] for sent in server.texts] == [text.provider_id]


def test_a_text_whose_sender_died_before_it_left_is_sent(settings):
    make_text(text="Iets anders."), make_text(recipient="+31600000002")
    text = make_text(not_before=NOW - timedelta(hours=1))
    claim(now=NOW, channels=["sms"])

    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        deliver_due(now=NOW + timedelta(minutes=4))

    assert outcome_of(text) == ("sent", "", "", True)
    assert [sent["body"] for sent in server.texts] == ["Iets anders.", text.text, text.text]
    assert server.texts[0]["account_sid"] == ACCOUNT


def test_two_texts_with_the_same_words_are_not_taken_for_each_other(settings, monkeypatch):
    """Both left without our hearing it; each finds its own."""
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", 0.3)
    texts = [make_text(), make_text()]

    with twilio_server(settings, hangs=True) as server:
        for minutes in range(0, 10, 2):
            deliver_due(now=NOW + timedelta(minutes=minutes))
            server.hangs = len(server.texts) < 2

    assert [outcome_of(text) for text in texts] == [("sent", "", "", False)] * 2
    assert {text.provider_id for text in texts} == {sent["sid"] for sent in server.texts}
    assert len(server.texts) == 2


def test_an_id_that_a_callback_told_is_enough(settings):
    text = make_text(is_uncertain=True, provider_id="SM1")

    with twilio_server(settings) as server:
        deliver_due(now=NOW)

    assert (outcome_of(text), text.provider_id, server.texts) == (("sent", "", "", False), "SM1", [])


def test_a_text_that_is_sent_again_is_not_taken_for_the_first_that_came_to_nothing(settings):
    text = make_text()

    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": "undelivered", "error_code": 30003}
        record_undelivered(message=text, reason="unreached", code=30003, now=NOW)
        send_again(text, actor=Actor(key="user:7", origin="web"), now=NOW)
        server.what = "fail"
        deliver_due(now=NOW)
        server.what = "accept"
        deliver_due(now=NOW + timedelta(minutes=5))

    assert (outcome_of(text), len(server.texts)) == (("sent", "", "", True), 2)


@pytest.mark.parametrize("status", ["failed", "undelivered"])
def test_a_text_that_is_found_and_came_to_nothing_failed(settings, status):
    text = make_text()

    with twilio_server(settings, what="fail_accepted") as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": status, "error_code": 30006}
        deliver_due(now=NOW + timedelta(minutes=30))

    assert outcome_of(text) == ("failed", "landline", "30006", True)


@pytest.mark.parametrize(
    ("useless_after", "seconds"),
    [(None, None), (timedelta(hours=2), "7200"), (timedelta(days=2), "36000"), (timedelta(seconds=70), "70")],
)
def test_twilio_is_told_where_to_report_and_how_long_the_text_is_of_use(settings, useless_after, seconds):
    settings.PUBLIC_URL = "https://spreekuur.example"
    text = make_text(useless_after=useless_after and NOW + useless_after)
    asked = []

    with twilio_server(settings) as server:
        accept = server.accept
        server.accept = lambda fields: (asked.append(fields), accept(fields))[1]
        deliver(claim(now=NOW, channels=["sms"]), twilio.Twilio(), now=NOW)

    assert [(one["StatusCallback"], one.get("ValidityPeriod")) for one in asked] == [
        (f"https://spreekuur.example/texts/{text.key}/#rc=3&rp=all", seconds)
    ]


def test_twilio_gets_no_address_for_reports_when_it_cannot_reach_us(settings):
    settings.PUBLIC_URL = "http://localhost:8000"
    make_text()
    asked = []

    with twilio_server(settings) as server:
        accept, there, settings.TWILIO_API_URL = server.accept, server.url, ""
        server.accept = lambda fields: (asked.append(fields), accept(fields))[1]
        find = partial(setattr, settings, "TWILIO_API_URL", there)  # only when it is about to leave
        twilio.Twilio().send(claim(now=NOW, channels=["sms"]), now=NOW, last_look=find)

    assert ["StatusCallback" in fields for fields in asked] == [False]


def test_the_same_words_of_long_ago_are_not_taken_for_this_text(settings):
    """Such as those to somebody who was erased since."""
    text, old = make_text(), NOW - timedelta(days=7)

    with twilio_server(settings, what="fail") as server:
        sent = server.message({"To": text.recipient, "From": "+31600000900", "Body": text.text})
        server.texts.append(sent | {"date_created": format_datetime(old)})
        deliver_due(now=NOW)
        server.what = "accept"
        deliver_due(now=NOW + timedelta(minutes=5))

    assert (outcome_of(text), len(server.texts)) == (("sent", "", "", True), 2)


@pytest.mark.parametrize(
    ("public", "stand_in", "can_call_back"),
    [
        ("https://a.example", "", True),
        ("http://localhost:8000", "", False),
        ("http://localhost:8000", "http://x", True),
    ],
)
def test_twilio_gets_no_address_that_it_would_refuse(settings, public, stand_in, can_call_back):
    settings.PUBLIC_URL, settings.TWILIO_API_URL = public, stand_in

    assert twilio.is_reachable() is can_call_back


def test_a_number_that_twilio_says_has_opted_out_is_remembered(settings):
    make_text(), make_text(recipient="+31600000002")

    with twilio_server(settings, refusals={"+31600000001": (400, 21610)}):
        deliver_due(now=NOW)

    assert [is_stopped("+31600000001"), is_stopped("+31600000002")] == [True, False]
