"""A program that keeps its connection open and looks at the clock."""

import json
import statistics
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode


@dataclass
class Asked:
    """One request; `body` goes as JSON, `form` as a browser sends a form."""

    method: str
    path: str
    token: str = ""
    cookie: str = ""
    body: dict | None = None
    form: dict | None = None
    is_ajax: bool = False
    expects: int = 200

    @property
    def headers(self):
        kind = "application/json" if self.body else "application/x-www-form-urlencoded" if self.form else ""
        kept = {"Accept-Language": "nl", "Content-Type": kind, "Cookie": self.cookie}
        kept["Authorization"] = f"Bearer {self.token}" if self.token else ""
        kept["X-Requested-With"] = "XMLHttpRequest" if self.is_ajax else ""
        return {name: value for name, value in kept.items() if value}

    @property
    def content(self):
        if self.form:
            return urlencode(self.form).encode()
        return json.dumps(self.body).encode() if self.body else None


@dataclass
class Answered:
    status: int
    headers: dict
    body: bytes
    took_ms: float

    def json(self):
        return json.loads(self.body)


class Client:
    def __init__(self, port):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self):
        self.connection.close()

    def send(self, asked):
        """The answer and how long it took; an answer that was not expected ends the measuring."""
        answered = self.try_sending(asked)
        if answered.status != asked.expects:
            raise SystemExit(f"{asked.method} {asked.path}: {answered.status} {answered.body[:2000].decode()}")
        return answered

    def try_sending(self, asked):
        started = time.perf_counter()
        self.connection.request(asked.method, asked.path, body=asked.content, headers=asked.headers)
        response = self.connection.getresponse()
        content = response.read()
        took_ms = (time.perf_counter() - started) * 1000
        return Answered(response.status, dict(response.getheaders()), content, took_ms)


@dataclass
class Times:
    floor: list = field(default_factory=list)
    subject: list = field(default_factory=list)

    @property
    def p50_ms(self):
        return statistics.median(self.subject)

    @property
    def p95_ms(self):
        return p95_of(self.subject)

    @property
    def ratio(self):
        return self.p50_ms / statistics.median(self.floor)


def p95_of(times):
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]


def interleaved(floor, subject, *, pairs, warm_up):
    """Floor, subject, floor, subject ...; both are called with the number of the pair and say how long it took."""
    times = Times()
    for number in range(-warm_up, pairs):
        took = floor(number), subject(number)
        if number >= 0:
            times.floor.append(took[0])
            times.subject.append(took[1])
    return times
