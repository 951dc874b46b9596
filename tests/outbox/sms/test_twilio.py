"""Sending by Twilio: responses, errors, and SMS that were accepted without our hearing so."""

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
from outbox.sms.opt_outs import is_opted_out
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_sms
from tests.processes import SILENCE_SECONDS, wait_for
from tests.stand_ins import ACCOUNT, twilio_server

pytestmark = pytest.mark.django_db


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.provider_code, message.is_uncertain


def test_sms_is_sent_once_and_keeps_twilios_id(settings):
    text = make_sms()

    with twilio_server(settings) as server:
        assert [deliver_due(now=NOW), deliver_due(now=NOW)] == [1, 0]

    assert outcome_of(text) == ("sent", "", "", False)
    assert [(sent["to"], sent["from"], sent["body"]) for sent in server.texts] == [
        ("+31600000001", "+31600000900", "Morgen 09.30 belt Youssef je.")
    ]
    assert text.provider_id == server.texts[0]["sid"]


def test_messaging_service_is_used_when_there_is_one(settings):
    make_sms()

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
def test_refusals_become_states_and_reasons(settings, status, code, outcome):
    text, letter = make_sms(), make_message()

    with twilio_server(settings, refusals={"+31600000001": (status, code)}):
        assert deliver_due(now=NOW) == 1

    assert outcome_of(text) == outcome
    assert outcome_of(letter) == ("sent", "", "", False)


def test_retry_after_is_respected(settings):
    text = make_sms()

    with twilio_server(settings, what="busy", retry_after="1800"):
        deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "busy", "20429", False)
    assert timedelta(minutes=30) <= text.not_before - NOW <= timedelta(minutes=36)


def test_sms_is_requeued_when_twilio_is_unreachable(settings):
    text = make_sms()
    with twilio_server(settings):
        pass

    deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "away", "", False)


@pytest.mark.parametrize(
    ("error", "is_uncertain"), [(ssl.SSLCertVerificationError("bad"), False), (ssl.SSLEOFError("dropped"), True)]
)
def test_certificate_error_leaves_no_uncertainty(monkeypatch, settings, error, is_uncertain):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, "secret"
    text = make_sms()

    def fail(*_arguments, **_how):
        raise requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(error)))

    monkeypatch.setattr("requests.Session.send", fail)
    deliver_due(now=NOW)

    assert outcome_of(text) == ("queued", "away", "", is_uncertain)


def test_sms_accepted_without_a_response_is_found_and_not_sent_again(settings, monkeypatch):
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", SILENCE_SECONDS)
    text = make_sms()

    with twilio_server(settings, hangs=True) as server:
        deliver_due(now=NOW)
        outcome = outcome_of(text)
        wait_for(lambda: server.texts)
        server.hangs = False
        deliver_due(now=NOW + timedelta(minutes=2))

    assert outcome == ("queued", "away", "", True)
    assert outcome_of(text) == ("sent", "", "", False)
    assert [sent["sid"] for sent in server.texts] == [text.provider_id]


def test_sms_whose_worker_died_before_sending_is_sent(settings):
    make_sms(text="Iets anders."), make_sms(recipient="+31600000002")
    text = make_sms(not_before=NOW - timedelta(hours=1))
    claim(now=NOW, transports=["sms"])

    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        deliver_due(now=NOW + timedelta(minutes=4))

    assert outcome_of(text) == ("sent", "", "", True)
    assert [sent["body"] for sent in server.texts] == ["Iets anders.", text.text, text.text]
    assert server.texts[0]["account_sid"] == ACCOUNT


def test_two_sms_with_the_same_text_are_not_confused(settings, monkeypatch):
    """Both were accepted without a response; each finds its own."""
    monkeypatch.setattr(twilio, "TIMEOUT_SECONDS", SILENCE_SECONDS)
    texts = [make_sms(), make_sms()]

    with twilio_server(settings, hangs=True) as server:
        for minutes, left in ((0, 1), (2, 2), (4, 2), (6, 2), (8, 2)):
            deliver_due(now=NOW + timedelta(minutes=minutes))
            wait_for(lambda left=left: len(server.texts) >= left)
            server.hangs = len(server.texts) < 2

    assert [outcome_of(text) for text in texts] == [("sent", "", "", False)] * 2
    assert {text.provider_id for text in texts} == {sent["sid"] for sent in server.texts}
    assert len(server.texts) == 2


def test_id_from_a_callback_is_enough(settings):
    text = make_sms(is_uncertain=True, provider_id="SM1")

    with twilio_server(settings) as server:
        deliver_due(now=NOW)

    assert (outcome_of(text), text.provider_id, server.texts) == (("sent", "", "", False), "SM1", [])


def test_sms_that_is_sent_again_is_not_confused_with_the_failed_attempt(settings):
    text = make_sms()

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
def test_sms_that_is_found_as_failed_fails(settings, status):
    text = make_sms()

    with twilio_server(settings, what="fail_accepted") as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": status, "error_code": 30006}
        deliver_due(now=NOW + timedelta(minutes=30))

    assert outcome_of(text) == ("failed", "landline", "30006", True)


@pytest.mark.parametrize(
    ("expires_at", "seconds"),
    [(None, None), (timedelta(hours=2), "7200"), (timedelta(days=2), "36000"), (timedelta(seconds=70), "70")],
)
def test_request_has_callback_and_validity_period(settings, expires_at, seconds):
    settings.PUBLIC_URL = "https://spreekuur.example"
    text = make_sms(expires_at=expires_at and NOW + expires_at)
    asked = []

    with twilio_server(settings) as server:
        accept = server.accept
        server.accept = lambda fields: (asked.append(fields), accept(fields))[1]
        deliver(claim(now=NOW, transports=["sms"]), twilio.TwilioBackend(), now=NOW)

    assert [(one["StatusCallback"], one.get("ValidityPeriod")) for one in asked] == [
        (f"https://spreekuur.example/texts/{text.key}/#rc=3&rp=all", seconds)
    ]


def test_request_has_no_callback_when_twilio_cannot_reach_us(settings):
    settings.PUBLIC_URL = "http://localhost:8000"
    make_sms()
    asked = []

    with twilio_server(settings) as server:
        accept, there, settings.TWILIO_API_URL = server.accept, server.url, ""
        server.accept = lambda fields: (asked.append(fields), accept(fields))[1]
        find = partial(setattr, settings, "TWILIO_API_URL", there)  # set at the final check
        twilio.TwilioBackend().send(claim(now=NOW, transports=["sms"]), now=NOW, final_check=find)

    assert ["StatusCallback" in fields for fields in asked] == [False]


def test_old_sms_with_the_same_text_is_not_confused_with_this_one(settings):
    """It may be to a person who was erased since."""
    text, old = make_sms(), NOW - timedelta(days=7)

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
def test_callback_is_possible_only_at_an_https_address_or_a_stand_in(settings, public, stand_in, can_call_back):
    settings.PUBLIC_URL, settings.TWILIO_API_URL = public, stand_in

    assert twilio.can_be_called_back() is can_call_back


def test_opt_out_reported_by_twilio_is_recorded(settings):
    make_sms(), make_sms(recipient="+31600000002")

    with twilio_server(settings, refusals={"+31600000001": (400, 21610)}):
        deliver_due(now=NOW)

    assert [is_opted_out("+31600000001"), is_opted_out("+31600000002")] == [True, False]
