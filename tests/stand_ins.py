"""Providers at the other end of a real connection: a mail server, and Twilio's API in its own wire format."""

import json
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class MailServer:
    """Keeps what it accepts. `answers` says what it tells an address: "550 no such user"."""

    def __init__(self):
        self.mails = []
        self.answers = {}
        self.after_data = "accept"  # or "hang", "close", "close_unaccepted", or an answer
        self.accepted = Event()
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.after_data not in ("accept", "hang", "close", "close_unaccepted"):
            return self.after_data
        if self.after_data != "close_unaccepted":
            self.mails.append(message_from_bytes(envelope.content))
        self.accepted.set()
        if self.after_data.startswith("close"):
            server.transport.abort()
        if self.after_data == "hang":
            await server.loop.create_future()  # until the other end has enough of it
        return "250 OK"

    @property
    def message_ids(self):
        return [mail["Message-ID"] for mail in self.mails]


@contextmanager
def mail_server(settings=None, *, timeout=5, **how):
    """A mail server on a free port, to which the settings point."""
    server = MailServer()
    vars(server).update(how)
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.factory = lambda: SMTP(server, hostname="mail.example", loop=controller.loop)
    controller.start()
    server.url = f"smtp://127.0.0.1:{server.port}"
    if settings:
        point_to(settings, server.port, timeout=timeout)
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


def free_port():
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def point_to(settings, port, *, timeout=5):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


ACCOUNT = "AC" + "0" * 32


class TwilioServer(ThreadingHTTPServer):
    """`refusals`: per number (status, code). The shapes of answers are those of Twilio's documentation:
    www.twilio.com/docs/sms/api/message-resource and www.twilio.com/docs/usage/twilios-response."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TwilioAnswers)
        self.texts = []
        self.refusals = {}
        self.hangs = False
        self.lets_go = Event()

    def message(self, fields):
        number = len(self.texts)
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": fields["Body"],
            "date_created": "Mon, 23 Nov 2026 09:00:05 +0000",
            "date_sent": None,
            "date_updated": "Mon, 23 Nov 2026 09:00:05 +0000",
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": f"SM{number:032}",
            "status": "queued",
            "subresource_uris": {"media": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM{number:032}/Media.json"},
            "to": fields["To"],
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM{number:032}.json",
        }


class TwilioAnswers(BaseHTTPRequestHandler):
    server: TwilioServer

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        if fields["To"] in self.server.refusals:
            status, code = self.server.refusals[fields["To"]]
            more = f"https://www.twilio.com/docs/errors/{code}"
            self._answer(status, {"code": code, "message": "No.", "more_info": more, "status": status})
            return
        text = self.server.message(fields)
        self.server.texts.append(text)
        if self.server.hangs:
            self.server.lets_go.wait(20)
            return
        self._answer(201, text)

    def do_GET(self):
        to = parse_qs(urlsplit(self.path).query).get("To", [""])[0]
        found = [text for text in self.server.texts if text["to"] == to]
        page = {"first_page_uri": self.path, "next_page_uri": None, "page": 0, "page_size": 20, "messages": found}
        self._answer(200, page)

    def _answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@contextmanager
def twilio_server(settings, *, sender="+31600000900", **how):
    server = TwilioServer()
    vars(server).update(how)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = ACCOUNT, "secret", sender
    settings.TWILIO_API_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        yield server
    finally:
        server.lets_go.set()
        server.shutdown()
        server.server_close()
