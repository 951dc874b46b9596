"""Twice the rate that the web server can carry, for a minute; and how soon it answers afterwards."""

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException

from tests.bench.client import HttpClient, HttpRequest
from tests.bench.servers import server

LIMITS = {"load": 1}  # seconds until the first answer after the load
PATIENCE = 10  # seconds after which a visitor leaves
WORKERS, THREADS = 2, 4
OWN_WORK = {"REQUEST_QUEUE_SECONDS": "5"}


def overload(installation, *, seconds):
    """Sustainable rate per second, what happened to the requests of the load, and seconds of the first answer after."""
    installation.environment |= OWN_WORK
    with server(installation, workers=WORKERS, threads=THREADS, config="python:spreekuur.gunicorn_conf") as port:
        cookie = _sign_in(installation, port)
        ask = lambda patience=PATIENCE: _ask(port, installation.stage["page"], cookie, patience)  # noqa: E731
        rate = _sustainable_rate(ask)
        ends = Counter()
        times = []
        waiting = _at_rate(ask, rate * 2, seconds)
        afterwards, first = ask(patience=120)  # while the last ones of the load still wait
        for end, took in (one.result() for one in waiting):
            ends[end] += 1
            times += [took] if end == 200 else []
        return {
            "per_second": rate,
            "asked": ends.total(),
            "answered": ends[200],
            "refused": ends[503],
            "left": ends["left"],
            "answered_p95_s": statistics.quantiles(times, n=20)[-1],
            "afterwards": afterwards,
            "value": first,
        }


def _sign_in(installation, port):
    answered = HttpClient(port).send(HttpRequest("GET", installation.stage["link"], expects=302))
    return answered.headers["Set-Cookie"].partition(";")[0]


def _ask(port, path, cookie, patience):
    """Status of one request on a connection of its own, or "left"; and the seconds it took."""
    began = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "nl", "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        end = response.status
    except (OSError, HTTPException):
        end = "left"
    finally:
        connection.close()
    return end, time.perf_counter() - began


def _sustainable_rate(ask, *, seconds=10):
    """Answers per second to as many visitors as there are threads, each asking again after its answer."""
    until = time.monotonic() + seconds

    def visit(_number):
        answered = 0
        while time.monotonic() < until:
            answered += ask()[0] == 200
        return answered

    with ThreadPoolExecutor(WORKERS * THREADS) as pool:
        return sum(pool.map(visit, range(WORKERS * THREADS))) / seconds


def _at_rate(ask, rate, seconds):
    """Ask at fixed times, whether or not there were answers."""
    began, number = time.monotonic(), round(rate * seconds)
    pool = ThreadPoolExecutor(round(rate * PATIENCE) + 50)
    waiting = []
    for turn in range(number):
        time.sleep(max(0.0, began + turn / rate - time.monotonic()))
        waiting.append(pool.submit(ask))
    return waiting
