"""Mail that a provider brings, in the shapes of postmarkapp.com/developer/webhooks/inbound-webhook and
docs.sendgrid.com/for-developers/parsing-email/setting-up-the-inbound-parse-webhook (raw), as django-anymail's own tests
have them: github.com/anymail/django-anymail/tree/main/tests. None seen live."""

import base64
import json
import logging

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outbox.models import IncomingMail
from outbox.reply_addresses import reply_address
from tests.factories import make_policy
from tests.outbox.inbound.samples import INBOX, REPLY, SEVDA, calendar_mail, mail, parts

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:.*SendGrid")]
SECRET = "spreekuur:geheim"


@pytest.fixture(autouse=True)
def _provider(settings):
    settings.MAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {}


def post_mail(client, provider, body, *, secret=SECRET, **kind):
    authorization = "Basic " + base64.b64encode(secret.encode()).decode()
    return client.post(f"/mail/incoming/{provider}/", body, HTTP_AUTHORIZATION=authorization, **kind).status_code


def postmark(**fields):
    known = {
        "FromFull": {"Email": SEVDA, "Name": "Sevda Aydin", "MailboxHash": ""},
        "ToFull": [{"Email": reply_address("booking:1"), "Name": "", "MailboxHash": "booking.1"}],
        "OriginalRecipient": reply_address("booking:1"),
        "Subject": "Re: Je gesprek",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0100",
        "TextBody": "Ik kom wat later.",
        "Headers": [{"Name": "Message-ID", "Value": "<een@kandidaat.example>"}],
    }
    return {"data": json.dumps(known | fields), "content_type": "application/json"}


def stored():
    return list(IncomingMail.objects.values_list("about", "kind", "sender", "text", "calendar"))


def in_parts(client, **fields):
    sent = postmark(**fields)
    return post_mail(client, "postmark", sent["data"], content_type=sent["content_type"])


def test_a_mail_in_fields_is_stored(client):
    assert in_parts(client) == 200
    assert stored() == [("booking:1", "letter", SEVDA, "Ik kom wat later.", "")]


def test_a_calendar_in_an_attachment_is_stored(client):
    content = base64.b64encode(REPLY.encode()).decode()
    attachment = {"Name": "invite.ics", "Content": content, "ContentType": "text/calendar; method=REPLY"}

    assert in_parts(client, Attachments=[attachment]) == 200
    assert stored() == [("booking:1", "calendar", SEVDA, "Ik kom wat later.", REPLY)]


@pytest.mark.parametrize("raw", [mail, calendar_mail])
def test_a_raw_mail_is_stored_once_also_when_it_comes_by_two_ways(client, raw):
    body = {"email": raw().decode(), "envelope": json.dumps({"from": SEVDA, "to": [reply_address("booking:1")]})}

    assert [post_mail(client, "sendgrid", body), post_mail(client, "sendgrid", body)] == [200, 200]
    assert in_parts(client) == 200
    assert [about for about, *_rest in stored()] == ["booking:1"]


def test_automatic_mail_is_not_stored(client):
    assert in_parts(client, Headers=[{"Name": "Auto-Submitted", "Value": "auto-replied"}]) == 200
    assert stored() == []


@pytest.mark.parametrize(
    ("provider", "body", "secret", "status"),
    [
        ("postmark", "{}", "spreekuur:fout", 403),
        ("postmark", "geen json", SECRET, 400),
        ("postmark", '{"Headers": 1}', SECRET, 200),
        ("postmark", r'{"RawEmail": "Subject: \udcff"}', SECRET, 200),
        ("postmark", "{}", SECRET, 200),  # a mail of which nothing is known: it does not get better
        ("mailgun", "{}", SECRET, 503),  # its signing key is not set
        ("onbekend", "{}", SECRET, 404),
    ],
)
def test_an_invalid_request_stores_nothing(client, provider, body, secret, status):
    assert post_mail(client, provider, body, secret=secret, content_type="application/json") == status
    assert stored() == []


def test_without_a_secret_the_webhook_does_not_exist(client, settings):
    settings.MAIL_WEBHOOK_SECRET = ""

    assert in_parts(client) == 404


def test_mail_without_a_recipient_stays_at_the_provider(client, caplog):
    """5xx: kept and tried again for hours or days, then shown as failed (postmarkapp.com/support/article/
    understanding-inbound-webhook-retries-in-postmark; support.sendgrid.com, "Inbound Parse Webhook Retry Logic";
    documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/receive-http)."""
    caplog.set_level(logging.INFO)
    make_policy(sender_email="")

    assert in_parts(client, OriginalRecipient=INBOX, ToFull=[{"Email": INBOX, "Name": ""}]) == 503
    assert stored() == []
    assert "about house: no_recipient" in caplog.text


def test_a_mail_with_a_large_attachment_is_stored_without_it(client):
    large = {"Name": "cv.pdf", "Content": "QUFB" * 1_800_000, "ContentType": "application/pdf"}

    assert in_parts(client, Attachments=[large]) == 200
    assert list(IncomingMail.objects.values_list("text", "is_cut")) == [("Ik kom wat later.", True)]


def in_form(raw, **fields):
    return {"email": raw.decode(), "envelope": json.dumps({"from": SEVDA, "to": [reply_address("booking:1")]})} | fields


def test_a_raw_mail_with_a_large_photo_is_stored(client):
    """SendGrid drops a mail on a 413: docs.sendgrid.com, "Inbound Parse Webhook"."""
    photo = ("Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64", b"QUJD" * 19 + b"\r\n")
    photo = (photo[0], photo[1] * 130_000)  # 10 MB
    raw = parts(("Content-Type: text/plain", "Zie de foto."), photo)

    assert post_mail(client, "sendgrid", in_form(raw)) == 200
    assert list(IncomingMail.objects.values_list("about", "text", "is_cut")) == [("booking:1", "Zie de foto.", True)]


@pytest.mark.parametrize(
    ("beside", "status"), [({"dkim": "x" * 7_000_000}, 413), ({f"field{n}": "x" for n in range(1001)}, 400)]
)
def test_other_fields_of_a_raw_form_have_the_limits_of_django(client, beside, status):
    assert post_mail(client, "sendgrid", in_form(mail(), **beside)) == status
    assert stored() == []


def test_a_form_with_a_parsed_mail_is_read_by_django(client):
    """docs.sendgrid.com/for-developers/parsing-email/setting-up-the-inbound-parse-webhook, default."""
    head = mail().decode().partition("\r\n\r\n")[0]
    attachment = SimpleUploadedFile("antwoord.ics", REPLY.encode(), "text/calendar; method=REPLY")
    fields = {"headers": head, "text": "Ik kom wat later.", "attachments": "1", "attachment1": attachment}
    info = {"attachment-info": json.dumps({"attachment1": {"filename": "antwoord.ics", "type": "text/calendar"}})}

    assert post_mail(client, "sendgrid", fields | info) == 200
    assert [about for about, *_rest in stored()] == ["booking:1"]


def test_a_request_of_fifty_megabytes_is_refused_unread(client, caplog):
    assert post_mail(client, "postmark", "{}", content_type="application/json", CONTENT_LENGTH="50000000") == 413
    assert "a request of postmark is too large: 50000000 bytes" in caplog.text


@pytest.mark.parametrize("subject", ["\u00e9 \U0001f600", "a\r\nBcc: x@y.example", "=?utf-8?b?/w==?=", "\x00"])
def test_a_strange_subject_does_not_lose_the_mail(client, subject):
    assert in_parts(client, RawEmail=mail(subject="SUBJECT").decode().replace("SUBJECT", subject)) == 200
    assert len(stored()) == 1


HOSTILE = {
    "from": ("From", '"a" <' * 50_000 + f"{SEVDA}>"),
    "senders": ("From", "a@b.example," * 20_000),
    "comments": ("From", "(" * 244_000),
    "subject": ("Subject", "\u00e9 " * 182_000),
    "encoded": ("Subject", "=?utf-8?q?a?= " * 39_000),
    "references": ("References", "<a@b.example> " * 40_000),
    "recipients": ("To", "a@b.example, " * 20_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("way", ["fields", "headers", "raw", "form"])
def test_a_hostile_header_costs_little_and_is_answered(client, kind, way):
    """A provider tries again after a 503. Parsed whole, each of these headers takes a minute or more."""
    name, value = HOSTILE[kind]
    address = {"Email": value, "Name": value, "MailboxHash": ""}
    fields = {"From": {"FromFull": address}, "To": {"ToFull": [address] * 20}}.get(name, {name: value})
    raw = f"{name}: {value}\r\n".encode() + mail()
    sent = {
        "fields": fields,
        "headers": {"Headers": [{"Name": name, "Value": value}] * 2},
        "raw": {"RawEmail": raw.decode()},
    }
    status = post_mail(client, "sendgrid", in_form(raw)) if way == "form" else in_parts(client, **sent[way])

    assert status == 200


def test_a_long_header_of_a_raw_mail_is_cut(client):
    long = f"X-Long: {'x' * 19_000}\r\n {'y' * 19_000}\r\n".encode()

    assert post_mail(client, "sendgrid", in_form(long + mail())) == 200
    assert [(about, text) for about, _kind, _sender, text, _calendar in stored()] == [
        ("booking:1", "Ik kom wat later.")
    ]
