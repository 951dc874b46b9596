"""The same work by django-appointment and by us, turn and turn about: a JSON line per work. See docs/benchmarks.md."""

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

from tests.bench.client import Asked, Client, interleaved
from tests.bench.figures import OF_THE_PROMISE, WARM_UP, Visitor, invitations_needed
from tests.bench.servers import House, database, empty_house, house, place_of_postgresql, run, say, server, static_files

DATABASES = ("postgresql", "sqlite")
PROJECT = Path(__file__).parent / "peer_project"
TOKEN = "a" * 32  # what a browser got with the form, and sends back in cookie and field
FIRST_DAY = timedelta(days=40)  # of the bookings: beyond the days that are listed, and one a day


class Peer:
    """Knocks on the doors of django-appointment as its own JavaScript and its forms do."""

    def __init__(self, port, stage):
        self.client, self.stage = Client(port), stage
        self.sessions, self.day = iter(stage["sessions"]), date.today() + FIRST_DAY

    def slots_of_one(self, _number):
        """What a visitor's browser asks who looks at every working day: the days off once, then each day's slots."""
        staff = self.stage["staff"]
        took_ms = self._ask(f"/ajax/request_staff_info/?staff_member={staff}")
        for day in self.stage["days"]:
            wanted = f"selected_date={day}&staff_member={staff}&service_id={self.stage['service']}"
            took_ms += self._ask(f"/ajax/available_slots/?{wanted}")
        return took_ms

    def book(self, _number):
        """The two forms that a signed-in visitor sends, and the page they lead to: opening it mails the letter."""
        self.day += timedelta(days=3 if self.day.isoweekday() == 5 else 1)
        cookie = f"sessionid={next(self.sessions)}; csrftoken={TOKEN}"
        when = {"date": self.day.isoformat(), "start_time": "09:00", "end_time": "09:20"}
        moment = when | {"service": self.stage["service"], "staff_member": self.stage["staff"]}
        first = self._post("/request-submit/", moment, cookie)
        me = {"name": "Sevda Aydin", "email": "x@peer.example", "phone_0": "NL", "phone_1": "612345678"}
        me |= {"address": "Oostmeer", "additional_info": "", "payment_type": "full"}
        second = self._post(first.headers["Location"], me, cookie)
        last = self.client.send(Asked("GET", second.headers["Location"], cookie=cookie))
        return first.took_ms + second.took_ms + last.took_ms

    def _ask(self, path):
        return self.client.send(Asked("GET", path, is_ajax=True)).took_ms

    def _post(self, path, fields, cookie):
        form = fields | {"csrfmiddlewaretoken": TOKEN}
        return self.client.send(Asked("POST", path, form=form, cookie=cookie, expects=302))


def main():
    options = options_given()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with static_files() as static:
        for kind in options.database or DATABASES:
            if kind == "postgresql" and not place_of_postgresql():
                raise SystemExit("Set DATABASE_URL, or run: .ci/with-postgres --durable python -m tests.bench.peer")
            compare(kind, options, static)


def options_given():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peer", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="of the environment in which django-appointment is")
    parser.add_argument("--database", action="append", choices=DATABASES, help="both, when left out")
    parser.add_argument("--pairs", type=int, default=100)
    return parser.parse_args()


def compare(kind, options, static):
    size = {"advisors": OF_THE_PROMISE, "past": 0, "invitations": invitations_needed(options.pairs)}
    with ExitStack() as stack:
        empty = stack.enter_context(empty_house(kind))
        ours = stack.enter_context(house(empty, **size, static=static))
        theirs = stack.enter_context(house_of_the_peer(kind, options))
        visitor = Visitor(ours, stack.enter_context(server(ours)))
        peer = Peer(stack.enter_context(server(theirs, application="peer_wsgi")), theirs.stage)
        for what, them, us in (
            ("slots.one", peer.slots_of_one, lambda _: visitor.slots_of_one()),
            ("booking", peer.book, lambda _: visitor.book()),
        ):
            say(f"{kind}: {what} ...")
            times = interleaved(them, us, pairs=options.pairs, warm_up=WARM_UP)
            report(what, theirs, times)


def report(what, theirs, times):
    peer_p50_ms = statistics.median(times.floor)
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
def house_of_the_peer(kind, options):
    with database(kind) as url, tempfile.TemporaryDirectory(prefix="spreekuur-peer-") as place:
        shutil.copytree(PROJECT, place, dirs_exist_ok=True)
        own = {"DJANGO_SETTINGS_MODULE": "peer_settings", "DATABASE_URL": url, "SECRET_KEY": secrets.token_hex(32)}
        theirs = House(kind, os.environ | own, OF_THE_PROMISE, python=str(options.python.absolute()), place=place)
        say(f"{kind}: a house of django-appointment ...")
        for extra in ([], ["--run-syncdb"]):  # it brings no migrations; what it builds upon does
            run(theirs, "-m", "django", "migrate", "--verbosity=0", "--pythonpath=.", *extra)
        clients = options.pairs + WARM_UP
        theirs.stage = json.loads(run(theirs, "peer_stage.py", str(OF_THE_PROMISE), str(clients)))
        yield theirs


if __name__ == "__main__":
    main()
