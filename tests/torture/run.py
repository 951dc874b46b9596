"""Run the operations in several processes against one installation, and collect their notes."""

import json
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from tempfile import TemporaryFile

from tests.bench.servers import ROOT, server
from tests.torture.operations import OPERATIONS

WEB_THREADS = 12  # of each of two web processes


def run_operations(installation, data, *, seed, operations, processes=2, threads=4, mix=OPERATIONS, unlocked=False):
    """Notes of all operations, as `operations.RandomUser` makes them; `mix` has the weights of the operations."""
    application = "tests.unlocked_wsgi" if unlocked else "spreekuur.wsgi"
    task = {"data": data.as_json(), "seed": seed, "of": processes, "threads": threads, "operations": operations}
    task |= {"mix": mix, "unlocked": unlocked}
    with ExitStack() as stack:
        # The processes start in parallel with the server.
        outputs = [stack.enter_context(TemporaryFile("w+")) for _ in range(processes)]
        running = [stack.enter_context(_process(installation, output)) for output in outputs]
        port = stack.enter_context(server(installation, threads=WEB_THREADS, application=application))
        for number, process in enumerate(running):
            process.stdin.write(json.dumps(task | {"number": number, "port": port}))
            process.stdin.close()
        assert [process.wait() for process in running] == [0] * processes
        return [json.loads(line) for output in outputs for line in _read(output)]


def summarise(notes):
    """Number of responses per operation and result, as text."""
    counts = Counter((note["what"], note["said"][:40]) for note in notes)
    return ", ".join(f"{what}: {said} {count}" for (what, said), count in sorted(counts.items()))


def _process(installation, output):
    command = [sys.executable, "-m", "tests.torture.process"]
    pipes = {"stdin": subprocess.PIPE, "stdout": output, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=installation.environment, **pipes)


def _read(output):
    output.seek(0)
    return output
