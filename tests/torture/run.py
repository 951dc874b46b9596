"""Lets processes loose on a house, and gathers what they were told."""

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from tempfile import TemporaryFile

from tests.bench.servers import ROOT, server
from tests.torture.operations import OPERATIONS

SERVED_AT_ONCE = 12  # by each of two web processes


def notes_of(house, world, *, seed, operations, processes=2, threads=4, mix=OPERATIONS, unlocked=False):
    """Every operation of every process, as `operations.Somebody` notes them; `mix` says how often each is drawn."""
    application = "tests.unlocked_wsgi" if unlocked else "spreekuur.wsgi"
    task = {"world": world.as_json(), "seed": seed, "of": processes, "threads": threads, "operations": operations}
    task |= {"mix": mix, "unlocked": unlocked}
    with ExitStack() as stack:
        papers = [stack.enter_context(TemporaryFile("w+")) for _ in range(processes)]
        running = [stack.enter_context(_process(house, paper)) for paper in papers]  # they start while the server does
        port = stack.enter_context(server(house, threads=SERVED_AT_ONCE, application=application))
        for number, process in enumerate(running):
            process.stdin.write(json.dumps(task | {"number": number, "port": port}))
            process.stdin.close()
        assert [process.wait() for process in running] == [0] * processes
        return [json.loads(line) for paper in papers for line in _read(paper)]


def counted(notes):
    """How often what was answered how, in words."""
    often = Counter((note["what"], note["said"][:40]) for note in notes)
    return ", ".join(f"{what}: {said} {count}" for (what, said), count in sorted(often.items()))


def _process(house, paper):
    command = [sys.executable, "-m", "tests.torture.process"]
    return subprocess.Popen(command, cwd=ROOT, env=house.environment, stdin=subprocess.PIPE, stdout=paper, text=True)


def _read(paper):
    paper.seek(0)
    return paper
