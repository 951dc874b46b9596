"""A mail server (aiosmtpd) that accepts, refuses, hangs, closes or responds late."""

import asyncio
import re
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from socket import socket
from threading import Event
from time import monotonic

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.processes import HANG_SECONDS

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
NOT_ACCEPTED = ("close_unaccepted", "hang_unaccepted")
SILENT = ("hang", "hang_unaccepted")


@dataclass
class Receipt:
    """An accepted message. Times are seconds of the monotonic clock that all processes share.

    `began_at`: when the sender sent MAIL FROM, or posted the SMS. `told_at`: when the acceptance was sent.
    """

    key: str
    at: float
    began_at: float
    told_at: float | None = None


class MailServer:
    """Stores the accepted mails. `answers` are replies per address: "550 no such user".

    `after_data` is what it does with a complete mail: "accept", "late", "hang", "hang_unaccepted", "close",
    "close_unaccepted", or a reply; `decides`, when given, chooses one by Message-ID and the number of its attempt.
    """

    def __init__(self):
        self.mails = []
        self.senders = []  # of the envelopes
        self.receipts = []
        self.answers = {}
        self.after_data = "accept"
        self.decides = None
        self.is_keeping = True  # False: store only receipts, no mails
        self.late_seconds = 0.2
        self.greets_late, self.greeting_seconds = lambda number: False, 0.0  # takes the number of the connection
        self.seen = {}
        self.accepted = Event()
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        if self.greets_late(self.connections):
            await asyncio.sleep(self.greeting_seconds)
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.mail_from, envelope.began_at = address, monotonic()
        self.senders.append(address)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        key = _message_id(envelope.content)
        what = self._decision(key)
        if what[:3].isdigit():
            return what
        receipt = Receipt(key, monotonic(), envelope.began_at)
        if what not in NOT_ACCEPTED:
            self._accept(envelope.content, receipt)
        if what.startswith("close"):
            server.transport.abort()
        if what in SILENT:
            await server.loop.create_future()  # until the client closes the connection
        if what == "late":
            await asyncio.sleep(self.late_seconds)
        if not what.startswith("close"):
            receipt.told_at = monotonic()
        return "250 OK"

    def _decision(self, key):
        self.seen[key] = self.seen.get(key, 0) + 1
        return self.decides(key, self.seen[key]) if self.decides else self.after_data

    def _accept(self, content, receipt):
        if self.is_keeping:
            self.mails.append(message_from_bytes(content))
        self.receipts.append(receipt)
        self.accepted.set()

    @property
    def message_ids(self):
        return [mail["Message-ID"] for mail in self.mails]


def _message_id(content):
    found = MESSAGE_ID.search(content)
    return found[1].decode() if found else ""


@contextmanager
def mail_server_running(**how):
    """A mail server on a free port."""
    server = MailServer()
    vars(server).update(how)
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.factory = lambda: SMTP(server, hostname="mail.example", loop=controller.loop)
    controller.start()
    server.url = f"smtp://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        controller.stop(no_assert=True)


@contextmanager
def mail_server(settings=None, *, timeout=HANG_SECONDS, **how):
    """A mail server on a free port, to which the settings point."""
    with mail_server_running(**how) as server:
        if settings:
            point_to(settings, server.port, timeout=timeout)
        yield server


def free_port():
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def point_to(settings, port, *, timeout=HANG_SECONDS):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, timeout
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
