"""Twilio's Messages API in its own wire format, with status callbacks.

Fields, status codes and the error body as Twilio documents them:
https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/usage/twilios-response (errors, and lists in pages)
https://www.twilio.com/docs/errors/20429 (429: never processed)
Types and patterns of the fields: `api.v2010.account.message` in spec/json/twilio_api_v2010.json of
https://github.com/twilio/twilio-oai
"""

import base64
import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from threading import Event, Lock, Thread
from time import monotonic, sleep
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.processes import HANG_SECONDS
from tests.stand_ins.callbacks import post_callback
from tests.stand_ins.mail import Receipt

ACCOUNT = "AC" + "0" * 32
TOKEN = "secret"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
MONDAY_TEN = datetime(2026, 11, 23, 9, 0, 5, tzinfo=UTC)  # five seconds after the time of most tests
NEEDED = (("To", 21604), ("Body", 21602))
WORDS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
}


class TwilioServer(ThreadingHTTPServer):
    """Stores the accepted messages. `refusals` are (status, code) per number.

    `what` is what it does with a message: "accept", "late", "hang", "hang_unaccepted", "close", "close_unaccepted",
    "busy" (429), "fail" (500), "fail_accepted" (500, but accepted), or the code of a refusal; `decides`, when given,
    chooses one by number, body and the number of the attempt. `tells` returns the callbacks for a message, each
    (delay in seconds, status, error code or None); they may be late, repeated and out of order.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), TwilioHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.texts, self.receipts, self.seen = [], [], {}
        self.refusals = {}
        self.what, self.decides = "accept", None
        self.hangs = False
        self.late_seconds, self.retry_after = 0.2, "1"
        self.clock = lambda: MONDAY_TEN
        self.tells, self.web, self.token = None, "", TOKEN  # web: overrides the host of callbacks
        self.lock, self.lets_go = Lock(), Event()

    def decision(self, fields):
        if fields["To"] in self.refusals:
            return self.refusals[fields["To"]]
        key = key_of(fields["To"], fields["Body"])
        with self.lock:
            self.seen[key] = self.seen.get(key, 0) + 1
        if self.decides:
            return self.decides(key, self.seen[key])
        return "hang" if self.hangs else self.what

    def accept(self, fields):
        with self.lock:
            text = self.message(fields)
            now = monotonic()
            receipt = Receipt(key_of(fields["To"], fields["Body"]), at=now, began_at=now)
            self.texts.append(text)
            self.receipts.append(receipt)
        if self.tells and fields.get("StatusCallback"):
            Thread(target=self._post_callbacks, args=[fields["StatusCallback"], text], daemon=True).start()
        return text, receipt

    def _post_callbacks(self, url, text):
        for seconds, status, code in self.tells(text):
            sleep(seconds)
            post_callback(url, text, status, code=code, token=self.token, web=self.web)

    def handle_error(self, request, client_address):
        """Ignore connections of senders that were killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def message(self, fields):
        sid, now = f"SM{len(self.texts):032x}", format_datetime(self.clock())
        service = fields.get("MessagingServiceSid")
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": fields["Body"],
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": None if service else fields["From"],
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": "0" if service else "1",  # a messaging service chooses the sender later
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": "accepted" if service else "queued",
            "subresource_uris": {"media": f"{MESSAGES}/{sid}/Media.json"},
            "to": fields["To"],
            "uri": f"{MESSAGES}/{sid}.json",
        }


def key_of(to, body):
    """Identify an SMS by number and body, because it has no Message-ID."""
    return f"{to} {body}"


class TwilioHandler(BaseHTTPRequestHandler):
    server: TwilioServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # a response in one packet

    def do_POST(self):
        self.began_at = monotonic()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        if not self._is_authentic():
            return self._refuse(401, 20003)
        if urlsplit(self.path).path != f"{MESSAGES}.json":
            return self._refuse(404, 20404)
        if missing := next((code for name, code in NEEDED if name not in fields), None):
            return self._refuse(400, missing)
        if not fields.keys() & {"From", "MessagingServiceSid"}:
            return self._refuse(400, 21603)
        return self._handle(fields, self.server.decision(fields))

    def _handle(self, fields, what):
        if isinstance(what, tuple):
            return self._refuse(*what)
        if what.isdigit():
            return self._refuse(400, int(what))
        if what in ("busy", "fail"):
            return self._refuse(*((429, 20429) if what == "busy" else (500, 20500)))
        if what in ("hang_unaccepted", "close_unaccepted"):
            return self._close_unanswered(what)
        return self._accept(fields, what)

    def _accept(self, fields, what):
        text, receipt = self.server.accept(fields)
        receipt.began_at = self.began_at
        if what in ("hang", "close"):
            self._close_unanswered(what)
        elif what == "fail_accepted":
            self._refuse(500, 20500)
        else:
            sleep(self.server.late_seconds if what == "late" else 0)
            self._respond(201, text)
            self.wfile.flush()
            receipt.told_at = monotonic()

    def _close_unanswered(self, what):
        """Close without a response; "hang" first waits until the test ends."""
        if what.startswith("hang"):
            self.server.lets_go.wait(HANG_SECONDS)
        self.close_connection = True
        self.connection.shutdown(SHUT_RDWR)

    def do_GET(self):
        place = urlsplit(self.path)
        if not self._is_authentic():
            return self._refuse(401, 20003)
        if place.path == f"{MESSAGES}.json":
            return self._respond(200, self._page({name: found[0] for name, found in parse_qs(place.query).items()}))
        found = [text for text in self.server.texts if text["uri"] == place.path]
        return self._respond(200, found[0]) if found else self._refuse(404, 20404)

    def _page(self, asked):
        """One page, newest first: https://www.twilio.com/docs/usage/twilios-response#pagination."""
        found = [text for text in reversed(self.server.texts) if text["to"] == asked.get("To", text["to"])]
        size, number = int(asked.get("PageSize", 50)), int(asked.get("Page", 0))
        start, pages = size * number, (len(found) + size - 1) // size

        def address(page):
            return f"{MESSAGES}.json?{urlencode(asked | {'PageSize': size, 'Page': page})}"

        return {
            "end": max(min(start + size, len(found)) - 1, 0),
            "first_page_uri": address(0),
            "messages": found[start : start + size],
            "next_page_uri": address(number + 1) if number + 1 < pages else None,
            "page": number,
            "page_size": size,
            "previous_page_uri": address(number - 1) if number else None,
            "start": start,
            "uri": address(number),
        }

    def _is_authentic(self):
        expected = base64.b64encode(f"{ACCOUNT}:{self.server.token}".encode()).decode()
        return self.headers["Authorization"] == f"Basic {expected}"

    def _refuse(self, status, code):
        more = f"https://www.twilio.com/docs/errors/{code}"
        self._respond(status, {"code": code, "message": WORDS.get(code, "No."), "more_info": more, "status": status})

    def _respond(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", self.server.retry_after)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@contextmanager
def twilio_running(**how):
    """The stand-in on a free port."""
    server = TwilioServer()
    vars(server).update(how)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.lets_go.set()
        server.shutdown()
        server.server_close()


@contextmanager
def twilio_server(settings, *, sender="+31600000900", **how):
    """The stand-in on a free port, to which the settings point."""
    with twilio_running(**how) as server:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = ACCOUNT, TOKEN, sender
        settings.TWILIO_API_URL = server.url
        yield server
