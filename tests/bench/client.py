"""HTTP client with a persistent connection that measures response times."""

import json
import statistics
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.processes import HANG_SECONDS


@dataclass
class HttpRequest:
    """Request; `body` is sent as JSON, `form` as form data."""

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
        headers = {"Accept-Language": "nl", "Content-Type": kind, "Cookie": self.cookie}
        headers["Authorization"] = f"Bearer {self.token}" if self.token else ""
        headers["X-Requested-With"] = "XMLHttpRequest" if self.is_ajax else ""
        return {name: value for name, value in headers.items() if value}

    @property
    def content(self):
        if self.form:
            return urlencode(self.form).encode()
        return json.dumps(self.body).encode() if self.body else None


@dataclass
class HttpResponse:
    status: int
    headers: dict
    body: bytes
    took_ms: float

    def json(self):
        return json.loads(self.body)


class HttpClient:
    def __init__(self, port):
        self.connection = HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)

    def close(self):
        self.connection.close()

    def send(self, request):
        """Send a request and return the response. An unexpected status ends the benchmark."""
        response = self.try_sending(request)
        if response.status != request.expects:
            raise SystemExit(f"{request.method} {request.path}: {response.status} {response.body[:2000].decode()}")
        return response

    def try_sending(self, request):
        started = time.perf_counter()
        self.connection.request(request.method, request.path, body=request.content, headers=request.headers)
        response = self.connection.getresponse()
        content = response.read()
        took_ms = (time.perf_counter() - started) * 1000
        return HttpResponse(response.status, dict(response.getheaders()), content, took_ms)


@dataclass
class Times:
    baseline: list = field(default_factory=list)
    subject: list = field(default_factory=list)

    @property
    def p50_ms(self):
        return statistics.median(self.subject)

    @property
    def p95_ms(self):
        return percentile_95(self.subject)

    @property
    def ratio(self):
        return self.p50_ms / statistics.median(self.baseline)


def percentile_95(times):
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]


def interleaved(baseline, subject, *, pairs, warm_up):
    """Call baseline and subject alternately with the number of the pair; both return their time in milliseconds."""
    times = Times()
    for number in range(-warm_up, pairs):
        took = baseline(number), subject(number)
        if number >= 0:
            times.baseline.append(took[0])
            times.subject.append(took[1])
    return times
