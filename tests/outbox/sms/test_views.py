"""What comes in by Twilio's webhooks. The fields: www.twilio.com/docs/messaging/guides/webhook-request (incoming) and
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
from outbox.phone_hash import digest_of
from outbox.sms.opt_outs import is_stopped
from outbox.staff.actions import send_again
from tests.factories import NOW, make_message, make_text

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


def told(client, path, fields, **headers):
    """Signed as Twilio does; behind a proxy that knows us by another name."""
    signature = RequestValidator("secret").compute_signature(f"https://spreekuur.example{path}", fields)
    signed = {"x-twilio-signature": signature, "host": "10.0.0.7:8000"} | headers
    return client.post(path, urlencode(fields), content_type=FORM, headers=signed)


def status(client, text, word, *, sid=SID, code=None, **headers):
    fields = {"MessageSid": sid, "MessageStatus": word, "AccountSid": "AC1", "To": NUMBER, "SmsStatus": word}
    fields |= {"ErrorCode": str(code)} if code else {}
    return told(client, reverse("outbox:text_status", args=[text.key]), fields, **headers).status_code


def answered(client, body, *, sid=SID, sender=NUMBER, **fields):
    fields = {"MessageSid": sid, "From": sender, "To": "+31600000900", "Body": body, "NumMedia": "0"} | fields
    return told(client, reverse("outbox:text_incoming"), fields)


def make_sent_text(**fields):
    return make_text(**{"state": "sent", "sent_at": NOW, "provider_id": SID} | fields)


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
def test_reports_come_in_any_order_and_more_than_once(client, words, end):
    text = make_sent_text()

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
def test_a_text_that_did_not_arrive_says_why_and_lets_its_letter_go(client, code, reason):
    text = make_sent_text()
    letter = make_message(fallback_for=text, is_standby=True)

    status(client, text, "undelivered", code=code)

    assert states_of(text, letter) == [("failed", reason, str(code)[:20]), ("queued", "", "")]
    assert Message.objects.ready(NOW).get() == letter
    assert is_stopped(NUMBER) is (code == 21610)


def test_a_text_that_arrived_needs_no_letter(client):
    text = make_sent_text()
    letter = make_message(fallback_for=text, is_standby=True)

    status(client, text, "delivered")

    assert states_of(text, letter) == [("delivered", "", ""), ("suppressed", "not_needed", "")]


def test_a_report_tells_that_a_text_left_although_we_did_not_hear_so(client):
    text = make_text(state="queued", is_uncertain=True, reason="away")

    status(client, text, "sent")

    assert (states_of(text), Message.objects.get().provider_id) == ([("sent", "", "")], SID)


def test_the_end_of_a_double_is_not_the_end_of_the_text(client):
    text = make_sent_text()

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
def test_of_a_text_that_is_sent_again_old_reports_are_known_by_their_id(client, word, sid, end):
    text = make_text(state="failed", reason="unreached", ended_at=NOW, provider_id="SM1", segments=1)
    send_again(text, actor=Actor(key="user:7", origin="web"), now=NOW)

    assert status(client, text, word, sid=sid, code=30003) == 204
    assert states_of(text) == [end]


@pytest.mark.parametrize(("word", "state"), [("sent", "sent"), ("delivered", "delivered"), ("failed", "queued")])
def test_of_two_that_left_by_accident_either_may_be_the_text_and_neither_its_failure(client, word, state):
    text = make_text(is_uncertain=True, provider_id=SID)

    assert status(client, text, word, sid="SM" + "b" * 32, code=30003) == 204
    assert states_of(text) == [(state, "", "")]


def test_a_report_about_an_unknown_text_is_said_and_logged(client, caplog):
    unknown = Message(key=KEY)

    assert status(client, unknown, "delivered") == 404
    assert [record.getMessage() for record in caplog.records if record.name.startswith("outbox")] == [
        f"a delivery report about a text that is not here: {KEY}"
    ]


@pytest.mark.parametrize("signature", ["", "wrong", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
def test_who_cannot_sign_changes_nothing(client, caplog, signature):
    text = make_sent_text()

    refused = status(client, text, "undelivered", code=30003, **{"x-twilio-signature": signature})

    assert (refused, states_of(text)) == (403, [("sent", "", "")])
    assert f"text_status: the signature is not Twilio's {text.key}" in caplog.text


def test_a_signature_of_one_text_is_none_of_another(client):
    text, other = make_sent_text(), make_sent_text(provider_id="SM" + "b" * 32)
    fields = {"MessageSid": SID, "MessageStatus": "delivered"}
    path = reverse("outbox:text_status", args=[text.key])
    signature = RequestValidator("secret").compute_signature(f"https://spreekuur.example{path}", fields)

    replayed = told(
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
def test_what_is_no_form_of_twilios_is_refused_in_a_few_words(client, body, content_type, status_code):
    answer = client.generic("POST", reverse("outbox:text_incoming"), body, content_type=content_type)

    assert answer.status_code == status_code


def test_an_answer_is_kept_with_the_last_text_that_we_sent_there(client):
    make_sent_text(about="booking:1", sent_at=NOW.replace(hour=8))
    last = make_sent_text(about="booking:2", person_key="candidate:7")

    answer = answered(client, "Nee, dat lukt niet")

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
def test_a_text_that_never_left_cannot_be_answered(client, fields, kept):
    make_text(**fields)

    answered(client, "nee")

    assert IncomingText.objects.count() == kept


def test_twilio_has_no_token_of_a_form_of_ours():
    text, client = make_sent_text(), Client(enforce_csrf_checks=True)

    assert (status(client, text, "delivered"), answered(client, "nee").status_code) == (204, 200)


@pytest.mark.parametrize(
    ("hosts", "headers", "answer"),
    [
        (["spreekuur.example"], {}, 400),
        (["10.0.0.7"], {}, 301),
        (["10.0.0.7"], {"x-forwarded-proto": "https"}, 204),
    ],
)
def test_a_proxy_calls_us_by_a_name_that_we_know_and_says_that_it_took_https_off(
    client, settings, hosts, headers, answer
):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = hosts, True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert status(client, make_sent_text(), "delivered", **headers) == answer


@pytest.mark.parametrize("body", ["", "\x00\x1b[31m", "é🎉" * 900, "<Response>"])
def test_whatever_was_written_is_kept_as_text(client, body):
    make_sent_text()

    assert answered(client, body).status_code == 200
    assert IncomingText.objects.get().text == body.replace("\x00", "").replace("\x1b", "")[:1600]


@pytest.mark.parametrize(("sid", "kept"), [("SM\x001", "SM1"), ("\x00", None), ("S" * 5000, "S" * 120)])
def test_an_odd_id_that_is_signed_does_no_harm(client, sid, kept):
    text, other = make_sent_text(provider_id=""), make_sent_text(provider_id="")

    assert status(client, text, "undelivered", sid=sid, code="30003\x00") == 204
    assert answered(client, "nee", sid=sid).status_code == 200

    assert [*states_of(text, other)] == [("failed", "unreached", "30003"), ("sent", "", "")]
    assert Message.objects.get(pk=text.pk).provider_id == (kept or "")
    assert list(IncomingText.objects.values_list("provider_id", flat=True)) == ([kept] if kept else [])


def test_the_same_answer_twice_is_one(client):
    make_sent_text()

    answers = [answered(client, "nee").status_code for _time in range(3)]

    assert (answers, IncomingText.objects.count()) == ([200] * 3, 1)


def test_of_one_number_ten_answers_of_a_meaning_are_kept_a_day(client):
    make_sent_text(), make_sent_text(recipient="+31600000002")

    for number in range(12):
        answered(client, "nee", sid=f"SM{number}")
    answered(client, "STOP", sid="SM12"), answered(client, "nee", sid="SM13", sender="+31600000002")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        answered(client, "nee", sid="SM14")

    kept = IncomingText.objects.values_list("answers__recipient", "meaning").annotate(number=Count("pk"))
    assert sorted(kept.order_by()) == [(NUMBER, "no", 11), (NUMBER, "stop", 1), ("+31600000002", "no", 1)]
    assert is_stopped(NUMBER)


@pytest.mark.parametrize("sender", ["+31600000009", "whatsapp:+31600000001", "Oostmeer", "", "+" + "9" * 300])
def test_of_an_unknown_number_nothing_is_kept_and_no_number_is_logged(client, caplog, sender):
    make_sent_text()

    assert answered(client, "nee", sender=sender).status_code == 200
    assert (IncomingText.objects.count(), OptOut.objects.count()) == (0, 0)
    assert "+316" not in caplog.text


def test_stop_ends_texts_at_once_and_their_letters_leave(client):
    make_sent_text()
    waiting, elsewhere = make_text(), make_text(recipient="+31600000002")
    letter = make_message(fallback_for=waiting, is_standby=True)

    answered(client, "STOP")

    assert states_of(waiting, elsewhere, letter) == [
        ("suppressed", "opted_out", ""),
        ("queued", "", ""),
        ("queued", "", ""),
    ]
    assert Message.objects.filter(pk=letter.pk, is_standby=False).exists()
    assert list(OptOut.objects.values_list("number_digest", "stopped_at", "ended_at")) == [
        (digest_of(NUMBER), NOW, None)
    ]


def test_start_undoes_stop_and_an_old_stop_that_is_replayed_does_not_undo_start(client):
    make_sent_text()

    answered(client, "AFMELDEN", sid="SM1")
    stopped = is_stopped(NUMBER)
    answered(client, "START", sid="SM2")
    answered(client, "AFMELDEN", sid="SM1")

    assert (stopped, is_stopped(NUMBER)) == (True, False)
    assert list(IncomingText.objects.values_list("meaning", flat=True)) == ["no", "start"]


def test_a_stop_and_a_start_count_and_are_known_under_the_secret_of_before(client, settings):
    answered(client, "START", sid="SM1"), answered(client, "STOP", sid="SM2")

    settings.LINK_SECRET, settings.LINK_SECRET_FALLBACKS = "new", [settings.LINK_SECRET]
    answered(client, "START", sid="SM1")
    replayed = is_stopped(NUMBER)
    answered(client, "START", sid="SM3")

    assert (replayed, is_stopped(NUMBER)) == (True, False)


@pytest.mark.parametrize("before", [[], [("STOP", "SM1")]])
def test_an_old_start_that_is_replayed_does_not_undo_a_stop_of_a_number_we_never_wrote_to(client, before):
    for body, sid in [*before, ("START", "SM2"), ("STOP", "SM3"), ("START", "SM2")]:
        answered(client, body, sid=sid)

    stopped = is_stopped(NUMBER)
    answered(client, "START", sid="SM4")

    assert (stopped, is_stopped(NUMBER), IncomingText.objects.count()) == (True, False, 0)


@pytest.mark.parametrize(
    ("body", "opt_out", "meaning", "is_stopped_after"),
    [("Ophouden", "STOP", "stop", True), ("Yes", "START", "yes", False), ("HELP", "HELP", "other", True)],
)
def test_what_twilio_made_of_it_counts_too(client, body, opt_out, meaning, is_stopped_after):
    make_sent_text()
    OptOut.objects.create(number_digest=digest_of(NUMBER), stopped_at=NOW)

    answered(client, body, OptOutType=opt_out)

    assert (IncomingText.objects.get().meaning, is_stopped(NUMBER)) == (meaning, is_stopped_after)


def test_a_stop_is_remembered_when_the_person_is_erased(client):
    text = make_sent_text(person_key="candidate:7")
    answered(client, "STOP")

    Message.objects.filter(person_key="candidate:7").delete()

    assert (is_stopped(NUMBER), IncomingText.objects.filter(answers=text.pk).count()) == (True, 0)
