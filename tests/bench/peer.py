"""Compare django-appointment with this project: a JSON line per task. See docs/benchmarks.md."""

import argparse
import json
import os
import secrets
import shutil
import signal
import statistics
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.bench.client import HttpClient, HttpRequest, interleaved
from tests.bench.figures import REFERENCE_ADVISORS, WARM_UP, BenchClient, invitations_needed
from tests.bench.servers import (
    Installation,
    database,
    empty_installation,
    log_progress,
    postgresql_url,
    run,
    server,
    staged_installation,
    static_files,
)

DATABASES = ("postgresql", "sqlite")
PROJECT = Path(__file__).parent / "peer_project"
TOKEN = "a" * 32  # CSRF token in cookie and form field
FIRST_DAY = timedelta(days=40)  # of the bookings: after the days that are listed, one booking a day


class Peer:
    """Sends requests to django-appointment as its own JavaScript and forms do."""

    def __init__(self, port, stage):
        self.client, self.stage = HttpClient(port), stage
        self.sessions, self.day = iter(stage["sessions"]), date.today() + FIRST_DAY

    def slots_of_one(self, _number):
        """Requests of a browser that views every working day: the days off once, then the slots of each day."""
        staff = self.stage["staff"]
        took_ms = self._ask(f"/ajax/request_staff_info/?staff_member={staff}")
        for day in self.stage["days"]:
            query = f"selected_date={day}&staff_member={staff}&service_id={self.stage['service']}"
            took_ms += self._ask(f"/ajax/available_slots/?{query}")
        return took_ms

    def book(self, _number):
        """Submit the two forms of a signed-in client and open the last page, which sends the mail."""
        self.day += timedelta(days=3 if self.day.isoweekday() == 5 else 1)
        cookie = f"sessionid={next(self.sessions)}; csrftoken={TOKEN}"
        when = {"date": self.day.isoformat(), "start_time": "09:00", "end_time": "09:20"}
        slot = when | {"service": self.stage["service"], "staff_member": self.stage["staff"]}
        first = self._post("/request-submit/", slot, cookie)
        me = {"name": "Sevda Aydin", "email": "x@peer.example", "phone_0": "NL", "phone_1": "612345678"}
        me |= {"address": "Oostmeer", "additional_info": "", "payment_type": "full"}
        second = self._post(first.headers["Location"], me, cookie)
        last = self.client.send(HttpRequest("GET", second.headers["Location"], cookie=cookie))
        return first.took_ms + second.took_ms + last.took_ms

    def _ask(self, path):
        return self.client.send(HttpRequest("GET", path, is_ajax=True)).took_ms

    def _post(self, path, fields, cookie):
        form = fields | {"csrfmiddlewaretoken": TOKEN}
        return self.client.send(HttpRequest("POST", path, form=form, cookie=cookie, expects=302))


def main():
    options = parse_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with static_files() as static:
        for kind in options.database or DATABASES:
            if kind == "postgresql" and not postgresql_url():
                raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.bench.peer")
            compare(kind, options, static)


def parse_options():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peer", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="of an environment with django-appointment")
    parser.add_argument("--database", action="append", choices=DATABASES, help="default: both")
    parser.add_argument("--pairs", type=int, default=100)
    return parser.parse_args()


def compare(kind, options, static):
    size = {"advisors": REFERENCE_ADVISORS, "past": 0, "invitations": invitations_needed(options.pairs)}
    with ExitStack() as stack:
        empty = stack.enter_context(empty_installation(kind))
        ours = stack.enter_context(staged_installation(empty, **size, static=static))
        theirs = stack.enter_context(peer_installation(kind, options))
        client = BenchClient(ours, stack.enter_context(server(ours)))
        peer = Peer(stack.enter_context(server(theirs, application="peer_wsgi")), theirs.stage)
        for what, them, us in (
            ("slots.one", peer.slots_of_one, lambda _: client.slots_of_one()),
            ("booking", peer.book, lambda _: client.book()),
        ):
            log_progress(f"{kind}: {what} ...")
            times = interleaved(them, us, pairs=options.pairs, warm_up=WARM_UP)
            report(what, theirs, times)


def report(what, theirs, times):
    peer_p50_ms = statistics.median(times.baseline)
    line = {
        "what": what,
        "peer_p50_ms": round(peer_p50_ms, 2),
        "ours_p50_ms": round(times.p50_ms, 2),
        "ratio": round(peer_p50_ms / times.p50_ms, 1),
        "database": theirs.database,
        "peer": f"django-appointment {theirs.stage['version']}",
    }
    print(json.dumps(line), flush=True)


@contextmanager
def peer_installation(kind, options):
    with database(kind) as url, tempfile.TemporaryDirectory(prefix="spreekuur-peer-") as place:
        shutil.copytree(PROJECT, place, dirs_exist_ok=True)
        own = {"DJANGO_SETTINGS_MODULE": "peer_settings", "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32)}
        theirs = Installation(
            kind, os.environ | own, REFERENCE_ADVISORS, python=str(options.python.absolute()), place=place
        )
        log_progress(f"{kind}: django-appointment ...")
        for extra in ([], ["--run-syncdb"]):  # it has no migrations; its dependencies have
            run(theirs, "-m", "django", "migrate", "--verbosity=0", "--pythonpath=.", *extra)
        clients = options.pairs + WARM_UP
        theirs.stage = json.loads(run(theirs, "peer_stage.py", str(REFERENCE_ADVISORS), str(clients)))
        yield theirs


if __name__ == "__main__":
    main()
