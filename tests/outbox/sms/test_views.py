"""Webhooks of Twilio. The fields: www.twilio.com/docs/messaging/guides/webhook-request (incoming) and
www.twilio.com/docs/messaging/guides/track-outbound-message-status (delivery)."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import pytest
import time_machine
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from twilio.request_validator import RequestValidator

from core.actors import Actor
from outbox.models import IncomingText, Message, OptOut
from outbox.phone_hash import keyed_digest
from outbox.sms.opt_outs import is_opted_out
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_sms

pytestmark = pytest.mark.django_db
NUMBER = "+31600000001"
SID = "SM" + "a" * 32
FORM = "application/x-www-form-urlencoded"
KEY = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def account(settings):
    settings.PUBLIC_URL, settings.TWILIO_AUTH_TOKEN = "https://spreekuur.example", "secret"
    with time_machine.travel(NOW, tick=False):
        yield


def post_signed(client, path, fields, **headers):
    """Post a form signed as Twilio does, through a proxy that uses another host name."""
    signature = RequestValidator("secret").compute_signature(f"https://spreekuur.example{path}", fields)
    signed = {"x-twilio-signature": signature, "host": "10.0.0.7:8000"} | headers
    return client.post(path, urlencode(fields), content_type=FORM, headers=signed)


def status(client, text, word, *, sid=SID, code=None, **headers):
    fields = {"MessageSid": sid, "MessageStatus": word, "AccountSid": "AC1", "To": NUMBER, "SmsStatus": word}
    fields |= {"ErrorCode": str(code)} if code else {}
    return post_signed(client, reverse("outbox:text_status", args=[text.key]), fields, **headers).status_code


def reply(client, body, *, sid=SID, sender=NUMBER, **fields):
    fields = {"MessageSid": sid, "From": sender, "To": "+31600000900", "Body": body, "NumMedia": "0"} | fields
    return post_signed(client, reverse("outbox:text_incoming"), fields)


def make_sent_sms(**fields):
    return make_sms(**{"state": "sent", "sent_at": NOW, "provider_id": SID} | fields)


def states_of(*messages):
    return [Message.objects.values_list("state", "reason", "provider_code").get(pk=one.pk) for one in messages]


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (["sent", "delivered"], ("delivered", "", "")),
        (["delivered", "sent", "delivered", "queued"], ("delivered", "", "")),
        (["undelivered", "sent"], ("failed", "unreached", "30003")),
        (["undelivered", "delivered", "undelivered"], ("delivered", "", "")),
        (["failed", "failed"], ("failed", "unreached", "30003")),
        (["canceled"], ("failed", "unreached", "30003")),
        (["something_new"], ("sent", "", "")),
    ],
)
def test_reports_may_come_in_any_order_and_repeatedly(client, words, end):
    text = make_sent_sms()

    answers = [status(client, text, word, code=30003 if word[0] in "ufc" else None) for word in words]

    assert (answers, states_of(text)) == ([204] * len(words), [end])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (30003, "unreached"),
        (30005, "unreached"),
        (30006, "landline"),
        (30004, "blocked"),
        (30007, "blocked"),
        (21610, "opted_out"),
        (30036, "too_late"),
        (30002, "settings"),
        (39999, "unreached"),
        ("x" * 50, "unreached"),
        ("9" * 5000, "unreached"),
    ],
)
def test_failed_sms_has_a_reason_and_releases_its_fallback(client, code, reason):
    text = make_sent_sms()
    letter = make_message(fallback_for=text, is_dormant=True)

    status(client, text, "undelivered", code=code)

    assert states_of(text, letter) == [("failed", reason, str(code)[:20]), ("queued", "", "")]
    assert Message.objects.ready(NOW).get() == letter
    assert is_opted_out(NUMBER) is (code == 21610)


def test_delivered_sms_suppresses_its_fallback(client):
    text = make_sent_sms()
    letter = make_message(fallback_for=text, is_dormant=True)

    status(client, text, "delivered")

    assert states_of(text, letter) == [("delivered", "", ""), ("suppressed", "not_needed", "")]


def test_report_shows_that_an_uncertain_sms_was_sent(client):
    text = make_sms(state="queued", is_uncertain=True, reason="away")

    status(client, text, "sent")

    assert (states_of(text), Message.objects.get().provider_id) == ([("sent", "", "")], SID)


def test_failure_of_a_duplicate_is_ignored(client):
    text = make_sent_sms()

    assert status(client, text, "undelivered", sid="SM" + "b" * 32, code=30003) == 204
    assert states_of(text) == [("sent", "", "")]


@pytest.mark.parametrize(
    ("word", "sid", "end"),
    [
        ("undelivered", "SM1", ("queued", "", "")),
        ("sent", "SM1", ("queued", "", "")),
        ("delivered", "SM1", ("delivered", "", "")),  # it arrived after all
        ("undelivered", "SM2", ("failed", "unreached", "30003")),
        ("sent", "SM2", ("sent", "", "")),
    ],
)
def test_reports_about_an_earlier_attempt_are_recognised_by_their_id(client, word, sid, end):
    text = make_sms(state="failed", reason="unreached", ended_at=NOW, provider_id="SM1", segments=1)
    send_again(text, actor=Actor(key="user:7", origin="web"), now=NOW)

    assert status(client, text, word, sid=sid, code=30003) == 204
    assert states_of(text) == [end]


@pytest.mark.parametrize(("word", "state"), [("sent", "sent"), ("delivered", "delivered"), ("failed", "queued")])
def test_of_two_accidental_duplicates_only_a_failure_is_ignored(client, word, state):
    text = make_sms(is_uncertain=True, provider_id=SID)

    assert status(client, text, word, sid="SM" + "b" * 32, code=30003) == 204
    assert states_of(text) == [(state, "", "")]


def test_report_about_an_unknown_sms_gets_404_and_is_logged(client, caplog):
    unknown = Message(key=KEY)

    assert status(client, unknown, "delivered") == 404
    assert [record.getMessage() for record in caplog.records if record.name.startswith("outbox")] == [
        f"a delivery report about an unknown SMS: {KEY}"
    ]


@pytest.mark.parametrize("signature", ["", "wrong", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_request_without_a_valid_signature_changes_nothing(client, caplog, signature):
    text = make_sent_sms()

    refused = status(client, text, "undelivered", code=30003, **{"x-twilio-signature": signature})

    assert (refused, states_of(text)) == (403, [("sent", "", "")])
    assert f"sms_status: the signature is not Twilio's {text.key}" in caplog.text


def test_signature_for_one_sms_is_not_valid_for_another(client):
    text, other = make_sent_sms(), make_sent_sms(provider_id="SM" + "b" * 32)
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    path = reverse("outbox:text_status", args=[text.key])
    signature = RequestValidator("secret").compute_signature(f"https://spreekuur.example{path}", fields)

    replayed = post_signed(
        client, reverse("outbox:text_status", args=[other.key]), fields, **{"x-twilio-signature": signature}
    )

    assert (replayed.status_code, states_of(other)) == (403, [("sent", "", "")])


@pytest.mark.parametrize(
    ("body", "content_type", "status_code"),
    [
        (b"{}", "application/json", 415),
        (b"x" * 70_000, FORM, 413),
        (b"x" * 7_000_000, FORM, 400),
        (b"Body=%FF%FE&From=%00", FORM, 403),
        (b"a=1", f"{FORM}; charset=utf-16", 400),
        (b"a=1", f"{FORM}; charset=nonsense", 403),
        (b"&".join(b"a=1" for _number in range(2000)), FORM, 400),
        (b" ", FORM, 403),
    ],
)
def test_malformed_requests_are_refused(client, body, content_type, status_code):
    answer = client.generic("POST", reverse("outbox:text_incoming"), body, content_type=content_type)

    assert answer.status_code == status_code


def test_reply_is_stored_with_the_last_sms_to_that_number(client):
    make_sent_sms(about="booking:1", sent_at=NOW.replace(hour=8))
    last = make_sent_sms(about="booking:2", person_key="candidate:7")

    answer = reply(client, "Nee, dat lukt niet")

    assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (
        200,
        "text/xml; charset=utf-8",
        b'<?xml version="1.0" encoding="UTF-8"?><Response/>',
    )
    assert list(IncomingText.objects.values_list("answers", "about", "person_key", "meaning", "text")) == [
        (last.pk, "booking:2", "candidate:7", "no", "Nee, dat lukt niet")
    ]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [({}, 0), ({"state": "suppressed", "reason": "opted_out", "ended_at": NOW}, 0), ({"is_uncertain": True}, 1)],
)
def test_reply_to_an_sms_that_was_never_sent_is_not_stored(client, fields, kept):
    make_sms(**fields)

    reply(client, "nee")

    assert IncomingText.objects.count() == kept


def test_webhooks_need_no_csrf_token():
    text, client = make_sent_sms(), Client(enforce_csrf_checks=True)

    assert (status(client, text, "delivered"), reply(client, "nee").status_code) == (204, 200)


@pytest.mark.parametrize(
    ("hosts", "headers", "answer"),
    [
        (["spreekuur.example"], {}, 400),
        (["10.0.0.7"], {}, 301),
        (["10.0.0.7"], {"x-forwarded-proto": "https"}, 204),
    ],
)
def test_proxy_must_use_an_allowed_host_and_report_https(client, settings, hosts, headers, answer):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = hosts, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert status(client, make_sent_sms(), "delivered", **headers) == answer


@pytest.mark.parametrize("body", ["", "\x00\x1b[31m", "é🎉" * 900, "<Response>"])
def test_text_of_a_reply_is_stored_as_it_was_written(client, body):
    make_sent_sms()

    assert reply(client, body).status_code == 200
    assert IncomingText.objects.get().text == body.replace("\x00", "").replace("\x1b", "")[:1600]


@pytest.mark.parametrize(("sid", "kept"), [("SM\x001", "SM1"), ("\x00", None), ("S" * 5000, "S" * 120)])
def test_odd_provider_ids_do_no_harm(client, sid, kept):
    text, other = make_sent_sms(provider_id=""), make_sent_sms(provider_id="")

    assert status(client, text, "undelivered", sid=sid, code="30003\x00") == 204
    assert reply(client, "nee", sid=sid).status_code == 200

    assert [*states_of(text, other)] == [("failed", "unreached", "30003"), ("sent", "", "")]
    assert Message.objects.get(pk=text.pk).provider_id == (kept or "")
    assert list(IncomingText.objects.values_list("provider_id", flat=True)) == ([kept] if kept else [])


def test_repeated_reply_is_stored_once(client):
    make_sent_sms()

    answers = [reply(client, "nee").status_code for _time in range(3)]

    assert (answers, IncomingText.objects.count()) == ([200] * 3, 1)


def test_ten_replies_of_one_meaning_are_stored_per_number_and_day(client):
    make_sent_sms(), make_sent_sms(recipient="+31600000002")

    for number in range(12):
        reply(client, "nee", sid=f"SM{number}")
    reply(client, "STOP", sid="SM12"), reply(client, "nee", sid="SM13", sender="+31600000002")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        reply(client, "nee", sid="SM14")

    kept = IncomingText.objects.values_list("answers__recipient", "meaning").annotate(number=Count("pk"))
    assert sorted(kept.order_by()) == [(NUMBER, "no", 11), (NUMBER, "stop", 1), ("+31600000002", "no", 1)]
    assert is_opted_out(NUMBER)


@pytest.mark.parametrize("sender", ["+31600000009", "whatsapp:+31600000001", "Oostmeer", "", "+" + "9" * 300])
def test_reply_from_an_unknown_number_is_neither_stored_nor_logged(client, caplog, sender):
    make_sent_sms()

    assert reply(client, "nee", sender=sender).status_code == 200
    assert (IncomingText.objects.count(), OptOut.objects.count()) == (0, 0)
    assert "+316" not in caplog.text


def test_stop_suppresses_queued_sms_and_releases_their_fallbacks(client):
    make_sent_sms()
    waiting, elsewhere = make_sms(), make_sms(recipient="+31600000002")
    letter = make_message(fallback_for=waiting, is_dormant=True)

    reply(client, "STOP")

    assert states_of(waiting, elsewhere, letter) == [
        ("suppressed", "opted_out", ""),
        ("queued", "", ""),
        ("queued", "", ""),
    ]
    assert Message.objects.filter(pk=letter.pk, is_dormant=False).exists()
    assert list(OptOut.objects.values_list("number_digest", "stopped_at", "ended_at")) == [
        (keyed_digest(NUMBER), NOW, None)
    ]


def test_start_undoes_stop_and_a_replayed_stop_is_ignored(client):
    make_sent_sms()

    reply(client, "AFMELDEN", sid="SM1")
    stopped = is_opted_out(NUMBER)
    reply(client, "START", sid="SM2")
    reply(client, "AFMELDEN", sid="SM1")

    assert (stopped, is_opted_out(NUMBER)) == (True, False)
    assert list(IncomingText.objects.values_list("meaning", flat=True)) == ["no", "start"]


def test_keywords_are_recognised_under_an_earlier_secret(client, settings):
    reply(client, "START", sid="SM1"), reply(client, "STOP", sid="SM2")

    settings.LINK_SECRET, settings.LINK_SECRET_FALLBACKS = "new", [settings.LINK_SECRET]
    reply(client, "START", sid="SM1")
    replayed = is_opted_out(NUMBER)
    reply(client, "START", sid="SM3")

    assert (replayed, is_opted_out(NUMBER)) == (True, False)


@pytest.mark.parametrize("before", [[], [("STOP", "SM1")]])
def test_replayed_start_does_not_undo_the_stop_of_an_unknown_number(client, before):
    for body, sid in [*before, ("START", "SM2"), ("STOP", "SM3"), ("START", "SM2")]:
        reply(client, body, sid=sid)

    stopped = is_opted_out(NUMBER)
    reply(client, "START", sid="SM4")

    assert (stopped, is_opted_out(NUMBER), IncomingText.objects.count()) == (True, False, 0)


@pytest.mark.parametrize(
    ("body", "opt_out", "meaning", "is_stopped_after"),
    [("Ophouden", "STOP", "stop", True), ("Yes", "START", "yes", False), ("HELP", "HELP", "other", True)],
)
def test_twilios_reading_of_a_reply_is_used_as_well(client, body, opt_out, meaning, is_stopped_after):
    make_sent_sms()
    OptOut.objects.create(number_digest=keyed_digest(NUMBER), stopped_at=NOW)

    reply(client, body, OptOutType=opt_out)

    assert (IncomingText.objects.get().meaning, is_opted_out(NUMBER)) == (meaning, is_stopped_after)


def test_opt_out_outlives_the_erasure_of_the_person(client):
    text = make_sent_sms(person_key="candidate:7")
    reply(client, "STOP")

    Message.objects.filter(person_key="candidate:7").delete()

    assert (is_opted_out(NUMBER), IncomingText.objects.filter(answers=text.pk).count()) == (True, 0)
