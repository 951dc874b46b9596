"""What is measured. Every function gives the values of its line; __main__ prints them."""

import statistics
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count

from tests.bench.client import Asked, Client, interleaved, p95_of
from tests.bench.servers import server

OF_THE_PROMISE = 20  # advisors; what depends on their number is promised of so many
WARM_UP = 40
AT_ONCE = 40  # more than the 32 that are promised; 200 attempts are five rounds
AT_MOST = {
    "statements": 5,
    "slots.one": 4,
    "slots.pool": 12,
    "page.booking": 25,
    "booking": 5,
    "history": 1.25,
    "race": 1,
}
WHATEVER_THE_POOL = ("statements", "slots.one")


def at_most(what, advisors):
    return AT_MOST[what] if what in WHATEVER_THE_POOL or advisors <= OF_THE_PROMISE else None


@dataclass
class Visitor:
    """Knocks on the doors of one running house."""

    house: object
    port: int

    def __post_init__(self):
        self.client = Client(self.port)
        self.stage = self.house.stage
        self.bookers = iter(self.stage["bookers"])
        self.moments = sorted({slot["starts_at"] for slot in self.slots(self.stage["lookers"][0])})
        self.cookie = self.come_in()
        self.numbers = count()

    def slots(self, looker):
        token, key = looker
        return self.client.send(Asked("GET", f"/api/v1/invitations/{key}/slots", token=token)).json()["slots"]

    def come_in(self):
        answered = self.client.send(Asked("GET", self.stage["link"], expects=302))
        return answered.headers["Set-Cookie"].partition(";")[0]

    # floors

    def answer(self):
        return self.client.send(Asked("GET", "/floor/answer")).took_ms

    def insert(self):
        return self.client.send(Asked("POST", "/floor/insert", body={"a": 1}, expects=201)).took_ms

    # doors

    def slots_of_one(self):
        return self._look(f"?advisor={self.stage['advisor']}")

    def slots_of_pool(self):
        return self._look("")

    def page(self):
        return self.client.send(Asked("GET", self.stage["page"], cookie=self.cookie)).took_ms

    def book(self):
        """Another invitation every time, with the first one free; cancelled afterwards, untimed."""
        token, key = next(self.bookers)
        starts_at = self.moments[next(self.numbers) % len(self.moments)]
        body = {"starts_at": starts_at, "channel": "video", "language": "nl"}
        door = f"/api/v1/invitations/{key}/booking"
        took_ms = self.client.send(Asked("POST", door, token=token, body=body, expects=201)).took_ms
        self.client.send(Asked("DELETE", door, token=token, expects=204))
        return took_ms

    def _look(self, query):
        token, key = self.stage["lookers"][next(self.numbers) % len(self.stage["lookers"])]
        return self.client.send(Asked("GET", f"/api/v1/invitations/{key}/slots{query}", token=token)).took_ms


DOORS = {
    "slots.one": (Visitor.answer, Visitor.slots_of_one),
    "slots.pool": (Visitor.answer, Visitor.slots_of_pool),
    "page.booking": (Visitor.answer, Visitor.page),
    "booking": (Visitor.insert, Visitor.book),
}


def invitations_needed(pairs):
    """Of one house: `booking` is measured once over its floor and once against the other house."""
    return 2 * (pairs + WARM_UP)


def over_floor(what, visitor, *, pairs):
    floor, door = DOORS[what]
    times = interleaved(lambda _: floor(visitor), lambda _: door(visitor), pairs=pairs, warm_up=WARM_UP)
    return {"p50_ms": times.p50_ms, "p95_ms": times.p95_ms, "value": times.ratio}


def over_none(what, without, with_history, *, pairs):
    """The same door of two houses, with and without history, turn and turn about."""
    _floor, door = DOORS[what]
    times = interleaved(lambda _: door(without), lambda _: door(with_history), pairs=pairs, warm_up=WARM_UP)
    return {"p50_ms": times.p50_ms, "p95_ms": times.p95_ms, "value": times.ratio, "worst": what}


def statements(house):
    """To list the slots of everybody."""
    found = house.run("tests.bench.slots")
    times = found["took_ms"]
    return {"p50_ms": statistics.median(times), "p95_ms": p95_of(times), "value": found["statements"]}


def race(house):
    """Everybody wants the same moment with the same advisor."""
    racers = house.stage["racers"]
    with server(house, threads=AT_ONCE) as port:
        visitor = Visitor(house, port)
        last = [slot for slot in visitor.slots(racers[0]) if slot["advisor"] == house.stage["advisor"]][-1]
        body = {"starts_at": last["starts_at"], "channel": "video", "language": "nl", "advisor": last["advisor"]}
        together, clients = threading.Barrier(AT_ONCE), [Client(port) for _ in range(AT_ONCE)]

        def attempts(number):
            for token, key in racers[number::AT_ONCE]:
                asked = Asked("POST", f"/api/v1/invitations/{key}/booking", token=token, body=body)
                together.wait(timeout=120)
                yield clients[number].try_sending(asked)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            answers = [answer for own in threads.map(lambda n: list(attempts(n)), range(AT_ONCE)) for answer in own]
    times = [answer.took_ms for answer in answers]
    return {
        "p50_ms": statistics.median(times),
        "p95_ms": p95_of(times),
        "value": sum(answer.status == 201 for answer in answers),
        "attempts": len(answers),
        "refused_politely": sum(is_polite(answer) for answer in answers),
    }


def is_polite(answer):
    """Refused in words, with other moments to choose from."""
    if answer.status != 409:
        return False
    problem = answer.json()
    return problem["code"] == "slot_taken" and bool(problem["title"]) and bool(problem["alternatives"])
