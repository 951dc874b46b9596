"""The stand-in responds as Twilio does: called by Twilio's own client, checked by Twilio's own validator.

The schema of a message is `api.v2010.account.message` in spec/json/twilio_api_v2010.json of
https://github.com/twilio/twilio-oai.
"""

import re
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs

import pytest
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from outbox.sms.twilio import TwilioHttp
from tests.processes import HANG_SECONDS
from tests.stand_ins import ACCOUNT, TOKEN, twilio_server
from tests.stand_ins.callbacks import post_callback

TO, FROM = "+31600000001", "+31600000900"
PATTERNS = {
    "account_sid": r"AC[0-9a-fA-F]{32}",
    "api_version": r"2010-04-01",
    "direction": r"inbound|outbound-(api|call|reply)",
    "messaging_service_sid": r"MG[0-9a-fA-F]{32}",
    "num_media": r"\d+",
    "num_segments": r"\d+",
    "sid": r"(SM|MM)[0-9a-fA-F]{32}",
    "status": r"queued|accepted|sending|sent|failed|delivered|undelivered",
    "uri": r"/2010-04-01/Accounts/AC[0-9a-fA-F]{32}/Messages/SM[0-9a-fA-F]{32}\.json",
}
NULL_AT_FIRST = {"date_sent", "error_code", "error_message", "price", "price_unit"}


@pytest.fixture
def twilio(settings):
    with twilio_server(settings) as server:
        yield server


def client(token=TOKEN):
    return Client(ACCOUNT, token, http_client=TwilioHttp(timeout=HANG_SECONDS))


@pytest.mark.parametrize("origin", [{"from_": FROM}, {"messaging_service_sid": "MG" + "1" * 32}])
def test_fields_of_a_message_are_as_documented(twilio, origin):
    text = client().messages.create(to=TO, body="Morgen 09.30.", **origin)

    fields = {name: value for name, value in vars(text).items() if not name.startswith("_")}
    assert {name for name, value in fields.items() if value is None} - {"from_", "messaging_service_sid"} == (
        NULL_AT_FIRST
    )
    assert [
        name for name, pattern in PATTERNS.items() if fields[name] and not re.fullmatch(pattern, fields[name])
    ] == []
    assert [type(fields[name]) for name in ("date_created", "date_updated", "subresource_uris")] == [
        datetime,
        datetime,
        dict,
    ]
    assert (fields["to"], fields["body"]) == (TO, "Morgen 09.30.")
    assert text.fetch().sid == client().messages.list(to=TO)[0].sid == text.sid


def test_list_is_paged_with_the_newest_first(twilio):
    made = [client().messages.create(to=to, body=str(number), from_=FROM) for number in range(5) for to in (TO, FROM)]

    found = client().messages.list(to=TO, page_size=2)

    assert [text.body for text in found] == ["4", "3", "2", "1", "0"]
    assert len(client().messages.list()) == len(made) == 10
    assert client().messages.list(to="+31600000002") == []


@pytest.mark.parametrize(
    ("does", "fields", "status", "code"),
    [
        ("accept", {"body": "a"}, 400, 21603),
        ("accept", {"from_": FROM}, 400, 21602),
        ("21610", {"from_": FROM, "body": "a"}, 400, 21610),
        ("busy", {"from_": FROM, "body": "a"}, 429, 20429),
        ("fail", {"from_": FROM, "body": "a"}, 500, 20500),
        ("fail_accepted", {"from_": FROM, "body": "a"}, 500, 20500),
    ],
)
def test_error_has_the_documented_body(twilio, does, fields, status, code):
    twilio.what = does

    with pytest.raises((TwilioRestException, TwilioServiceException)) as refused:
        client().messages.create(to=TO, **fields)

    assert (refused.value.status, refused.value.code) == (status, code)
    assert len(twilio.texts) == (does == "fail_accepted")


def test_wrong_token_and_unknown_message_are_refused(twilio):
    found = []
    for token in ("wrong", TOKEN):
        with pytest.raises((TwilioRestException, TwilioServiceException)) as refused:
            client(token).messages("SM" + "f" * 32).fetch()
        found.append((refused.value.status, refused.value.code))

    assert found == [(401, 20003), (404, 20404)]


class Listener(BaseHTTPRequestHandler):
    requests = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.requests.append((parse_qs(body), self.headers["X-Twilio-Signature"], self.headers["Content-Type"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


def test_callback_is_a_form_that_twilios_validator_accepts(twilio):
    text = twilio.message({"To": TO, "From": FROM, "Body": "a"})
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        url = f"http://127.0.0.1:{server.server_port}/texts/status?key=1"
        Thread(target=server.handle_request).start()
        answered = post_callback(url, text, "undelivered", code=30003, token=TOKEN)

    [(fields, signature, kind)] = Listener.requests
    assert (answered, kind.partition(";")[0]) == (204, "application/x-www-form-urlencoded")
    assert (fields["MessageStatus"], fields["ErrorCode"], fields["MessageSid"]) == (
        ["undelivered"],
        ["30003"],
        [text["sid"]],
    )
    assert RequestValidator(TOKEN).validate(url, {name: found[0] for name, found in fields.items()}, signature)


def test_times_of_a_message_are_in_gmt(twilio):
    twilio.clock = lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    assert client().messages.create(to=TO, body="a", from_=FROM).date_created == twilio.clock()
    assert twilio.texts[0]["date_created"] == "Mon, 23 Nov 2026 09:00:00 +0000"
