"""Delivery events in the formats of the providers' documentation and the tests of django-anymail:
postmarkapp.com/developer/webhooks/bounce-webhook and delivery-webhook, documentation.mailgun.com "Webhooks",
developers.brevo.com/docs/transactional-webhooks; github.com/anymail/django-anymail/tree/main/tests. None seen live.
"""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from outbox.message_ids import message_id_of
from tests.factories import NOW, make_message

pytestmark = pytest.mark.django_db
SECRET, SIGNING_KEY = "spreekuur:geheim", "signing-key-1"


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.MAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}


def report(client, provider, body, *, secret=SECRET):
    authorization = "Basic " + base64.b64encode(secret.encode()).decode()
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(
        f"/mail/reports/{provider}/", data, content_type="application/json", HTTP_AUTHORIZATION=authorization
    ).status_code


def make_sent(**fields):
    return make_message(state="sent", sent_at=NOW, **fields)


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.provider_code


def postmark(message, record="Bounce", kind="HardBounce", **more):
    known = {"RecordType": record, "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed", "ServerID": 23}
    if record == "Delivery":
        own = {"Recipient": message.recipient, "DeliveredAt": "2026-11-23T10:00:10.2735393+01:00", "Details": "250 OK"}
    else:
        own = {
            "ID": 901542550,
            "Type": kind,
            "TypeCode": 1,
            "Email": message.recipient,
            "BouncedAt": "2026-11-23T10:00:50.3963933+01:00",
            "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
            "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        }
    return known | own | {"Metadata": {"message": str(message.key)}} | more


def mailgun(message, event, *, key=SIGNING_KEY, **more):
    token, timestamp = "651869375b9df3c98fc15c4889b102119add1235c38fc92824", "1795420837"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": event,
        "timestamp": 1795420837.15,
        "recipient": message.recipient,
        "user-variables": {},
        "message": {"headers": {"message-id": message_id_of(message.key).strip("<>"), "to": message.recipient}},
        "delivery-status": {"code": 550, "message": "5.1.1 The email account does not exist.", "description": ""},
    }
    return {"signature": {"token": token, "timestamp": timestamp, "signature": signature}, "event-data": data | more}


def brevo(message, event):
    custom = json.dumps({"message": str(message.key)})
    known = {"event": event, "email": message.recipient, "ts_epoch": 1795420837000, "X-Mailin-custom": custom}
    return known | {"message-id": "<202611231000.1@smtp-relay.mailin.fr>", "reason": "550 5.5.0 mailbox unavailable"}


CASES = [
    ("postmark", lambda m: postmark(m), ("failed", "bounced", "5.1.1")),
    ("postmark", lambda m: postmark(m, Metadata={}), ("failed", "bounced", "5.1.1")),  # the last letter to that address
    ("postmark", lambda m: postmark(m, kind="Transient"), ("sent", "", "")),
    ("postmark", lambda m: postmark(m, "Delivery"), ("delivered", "", "")),
    ("postmark", lambda m: postmark(m, "Delivery", Metadata={}), ("sent", "", "")),  # good news is not guessed
    ("postmark", lambda m: postmark(m, "SpamComplaint", "SpamComplaint", Details=""), ("failed", "complained", "")),
    ("postmark", lambda m: postmark(m, kind="BadEmailAddress", Details=""), ("failed", "address", "")),
    ("postmark", lambda m: postmark(m, kind="Blocked", Details="550 5.7.1 spam"), ("failed", "refused", "5.7.1")),
    ("mailgun", lambda m: mailgun(m, "failed", severity="permanent", reason="bounce"), ("failed", "bounced", "5.1.1")),
    ("postmark", lambda m: postmark(m, Details="550 5.1.8 Bad sender domain"), ("failed", "settings", "5.1.8")),
    ("postmark", lambda m: postmark(m, Details="550 Administrative prohibition"), ("failed", "refused", "")),
    ("postmark", lambda m: postmark(m, Details=""), ("failed", "bounced", "")),  # it judged for us
    ("mailgun", lambda m: mailgun(m, "failed", severity="temporary", reason="generic"), ("sent", "", "")),
    ("mailgun", lambda m: mailgun(m, "delivered"), ("delivered", "", "")),
    ("mailgun", lambda m: mailgun(m, "complained"), ("failed", "complained", "5.1.1")),
    ("mailgun", lambda m: mailgun(m, "opened"), ("sent", "", "")),
    ("brevo", lambda m: brevo(m, "hard_bounce"), ("failed", "bounced", "5.5.0")),
    ("brevo", lambda m: brevo(m, "delivered"), ("delivered", "", "")),
]


@pytest.mark.parametrize(("provider", "body", "outcome"), CASES)
def test_an_event_sets_the_state_of_the_message(client, provider, body, outcome):
    message, other = make_sent(), make_sent()

    statuses = [report(client, provider, body(message)) for _twice in range(2)]

    assert statuses == [200, 200]
    assert outcome_of(message) == outcome
    assert outcome_of(other) == ("sent", "", "")


def test_a_bounce_wins_in_any_order_of_events(client):
    first, second = make_sent(), make_sent()

    for message, order in ((first, ["failed", "delivered"]), (second, ["delivered", "failed"])):
        for event in order:
            report(client, "mailgun", mailgun(message, event, severity="permanent"))

    assert [outcome_of(first), outcome_of(second)] == [("failed", "bounced", "5.1.1")] * 2


@pytest.mark.parametrize(
    ("sent_later", "said", "outcome"),
    [
        (timedelta(hours=1), {}, ("sent", "", "")),
        (timedelta(0), {}, ("failed", "bounced", "5.1.1")),
        (timedelta(0), {"Email": "oud@kandidaat.example"}, ("sent", "", "")),
        (timedelta(hours=1), {"BouncedAt": "2026-11-23T11:00:50.3963933+01:00"}, ("failed", "bounced", "5.1.1")),
        (
            timedelta(hours=1),
            {"RecordType": "SpamComplaint", "Type": "SpamComplaint"},
            ("failed", "complained", "5.1.1"),
        ),
    ],
)
def test_an_event_about_an_earlier_attempt_changes_nothing(client, sent_later, said, outcome):
    message = make_sent(sending_at=NOW + sent_later)

    assert report(client, "postmark", postmark(message, **said)) == 200
    assert outcome_of(message) == outcome


def test_events_need_the_secret(client, settings):
    message = make_sent()
    wrong = [
        report(client, "postmark", postmark(message), secret="spreekuur:raden"),
        report(client, "mailgun", mailgun(message, "failed", key="another-key")),
        client.post("/mail/reports/postmark/", postmark(message), content_type="application/json").status_code,
        report(client, "nobody", postmark(message)),
    ]
    settings.MAIL_WEBHOOK_SECRET = ""

    assert [*wrong, report(client, "postmark", postmark(message), secret="")] == [403, 403, 403, 404, 404]
    assert outcome_of(message) == ("sent", "", "")


def test_unreadable_and_unknown_events_change_nothing(client, settings, caplog):
    message = make_sent(recipient="weg@kandidaat.example")
    stranger = make_message()
    stranger.delete()
    unread = [report(client, "postmark", body) for body in ("", "{", "[]", '"x"', json.dumps({"FromFull": {}}))]
    unknown = [report(client, "postmark", body) for body in ({}, postmark(stranger), {"RecordType": "Open"})]
    settings.ANYMAIL = {}

    assert (unread, unknown) == ([400, 400, 400, 400, 503], [200, 200, 200])
    assert report(client, "mailgun", mailgun(message, "failed")) == 503
    assert outcome_of(message) == ("sent", "", "")
    assert "weg@kandidaat.example" not in caplog.text


def mailjet(email, payload):
    """dev.mailjet.com/email/guides/webhooks, grouped events."""
    known = {"event": "bounce", "time": 1795420837, "MessageID": 1, "hard_bounce": True, "error": "user unknown"}
    return known | {"email": email, "Payload": payload}


@pytest.mark.parametrize(
    ("email", "payload"),
    [
        ("iemand@elders.example", "5"),
        ("iemand@elders.example", '"order-17"'),
        ("iemand@elders.example", "[1]"),
        ("\ud800@elders.example", "{}"),
        (["iemand@elders.example"], "{}"),
    ],
)
def test_an_event_with_foreign_metadata_does_not_lose_the_rest(client, email, payload):
    message = make_sent()
    ours = mailjet(message.recipient, json.dumps({"message": str(message.key)}))

    assert report(client, "mailjet", [mailjet(email, payload), ours]) == 200
    assert outcome_of(message)[:2] == ("failed", "bounced")


def test_a_database_error_makes_the_provider_retry(client):
    message = make_sent()

    def away(execute, sql, *rest):
        raise OperationalError

    with connection.execute_wrapper(away):
        assert report(client, "postmark", postmark(message)) == 503
    assert outcome_of(message) == ("sent", "", "")


def test_head_shows_that_the_webhook_exists(client):
    assert [client.head("/mail/reports/brevo/").status_code, client.get("/mail/reports/brevo/").status_code] == [
        200,
        405,
    ]
