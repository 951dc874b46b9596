"""Measurements. Each function returns the values of its figure; __main__ prints them."""

import statistics
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from tests.bench import growth, load
from tests.bench.client import HttpClient, HttpRequest, interleaved, percentile_95
from tests.bench.servers import server

REFERENCE_ADVISORS = 20  # advisors for which the limits hold
WARM_UP = 40
AT_ONCE = 40  # more than the 32 that the limit asks for; 200 attempts are five rounds
LIMITS = {
    "statements": 5,
    "slots.one": 4,
    "slots.pool": 12,
    "page.booking": 25,
    "booking": 5,
    "history": 1.25,
    "race": 1,
}
INDEPENDENT_OF_POOL = ("statements", "slots.one")


def limit_for(what, advisors):
    if what in load.LIMITS | growth.LIMITS:
        return (load.LIMITS | growth.LIMITS)[what]
    return LIMITS[what] if what in INDEPENDENT_OF_POOL or advisors <= REFERENCE_ADVISORS else None


@dataclass
class BenchClient:
    """Sends the requests of the benchmark to one running installation."""

    installation: object
    port: int

    def __post_init__(self):
        self.client = HttpClient(self.port)
        self.stage = self.installation.stage
        self.bookers = iter(self.stage["bookers"])
        self.starts = sorted({slot["starts_at"] for slot in self.slots(self.stage["lookers"][0])})
        self.cookie = self.sign_in()
        self.numbers = count()

    def slots(self, looker):
        token, key = looker
        return self.client.send(HttpRequest("GET", f"/api/v1/invitations/{key}/slots", token=token)).json()["slots"]

    def sign_in(self):
        answered = self.client.send(HttpRequest("GET", self.stage["link"], expects=302))
        return answered.headers["Set-Cookie"].partition(";")[0]

    # baselines

    def answer(self):
        return self.client.send(HttpRequest("GET", "/baseline/answer")).took_ms

    def insert(self):
        return self.client.send(HttpRequest("POST", "/baseline/insert", body={"a": 1}, expects=201)).took_ms

    # views

    def slots_of_one(self):
        return self._look(f"?advisor={self.stage['advisor']}")

    def slots_of_pool(self):
        return self._look("")

    def page(self):
        return self.client.send(HttpRequest("GET", self.stage["page"], cookie=self.cookie)).took_ms

    def book(self):
        """Book for a new invitation each time; the cancellation afterwards is not measured."""
        token, key = next(self.bookers)
        starts_at = self.starts[next(self.numbers) % len(self.starts)]
        body = {"starts_at": starts_at, "channel": "video", "language": "nl"}
        url = f"/api/v1/invitations/{key}/booking"
        took_ms = self.client.send(HttpRequest("POST", url, token=token, body=body, expects=201)).took_ms
        self.client.send(HttpRequest("DELETE", url, token=token, expects=204))
        return took_ms

    def _look(self, query):
        token, key = self.stage["lookers"][next(self.numbers) % len(self.stage["lookers"])]
        return self.client.send(HttpRequest("GET", f"/api/v1/invitations/{key}/slots{query}", token=token)).took_ms


COMPARISONS = {
    "slots.one": (BenchClient.answer, BenchClient.slots_of_one),
    "slots.pool": (BenchClient.answer, BenchClient.slots_of_pool),
    "page.booking": (BenchClient.answer, BenchClient.page),
    "booking": (BenchClient.insert, BenchClient.book),
}


def invitations_needed(pairs):
    """Number of invitations: bookings are compared once with the baseline and once with the other installation."""
    return 2 * (pairs + WARM_UP)


def compare_with_baseline(what, client, *, pairs):
    baseline, view = COMPARISONS[what]
    times = interleaved(lambda _: baseline(client), lambda _: view(client), pairs=pairs, warm_up=WARM_UP)
    return {"p50_ms": times.p50_ms, "p95_ms": times.p95_ms, "value": times.ratio}


def compare_with_empty_history(what, without, with_history, *, pairs):
    """Compare a view of two installations, with and without history, with alternating requests."""
    _baseline, view = COMPARISONS[what]
    times = interleaved(lambda _: view(without), lambda _: view(with_history), pairs=pairs, warm_up=WARM_UP)
    return {"p50_ms": times.p50_ms, "p95_ms": times.p95_ms, "value": times.ratio, "worst": what}


def statements(installation):
    """Statements and times to list the slots of all advisors."""
    found = installation.run("tests.bench.slots")
    times = found["took_ms"]
    return {"p50_ms": statistics.median(times), "p95_ms": percentile_95(times), "value": found["statements"]}


def race(installation):
    """Book the same slot of the same advisor with all clients at once."""
    racers = installation.stage["racers"]
    with server(installation, threads=AT_ONCE) as port:
        client = BenchClient(installation, port)
        last = [slot for slot in client.slots(racers[0]) if slot["advisor"] == installation.stage["advisor"]][-1]
        body = {"starts_at": last["starts_at"], "channel": "video", "language": "nl", "advisor": last["advisor"]}
        together, clients = threading.Barrier(AT_ONCE), [HttpClient(port) for _ in range(AT_ONCE)]

        def attempts(number):
            for token, key in racers[number::AT_ONCE]:
                request = HttpRequest("POST", f"/api/v1/invitations/{key}/booking", token=token, body=body)
                together.wait(timeout=120)
                yield clients[number].try_sending(request)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = [answer for own in threads.map(lambda n: list(attempts(n)), range(AT_ONCE)) for answer in own]
    times = [answer.took_ms for answer in answers]
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": percentile_95(times),
        "value": sum(answer.status == 201 for answer in answers),
        "attempts": len(answers),
        "refused_politely": sum(is_handled_refusal(answer) for answer in answers),
    }


def is_handled_refusal(answer):
    """True for a 409 with a code, a sentence and alternatives."""
    if answer.status != 409:
        return False
    problem = answer.json()
    return problem["code"] == "slot_taken" and bool(problem["title"]) and bool(problem["alternatives"])
