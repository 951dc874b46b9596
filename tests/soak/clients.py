"""Programs that are controlled by lines of JSON on standard input and output, such as the receivers."""

import json
import subprocess
import sys
from contextlib import contextmanager

from tests.bench.servers import ROOT
from tests.processes import HANG_SECONDS
from tests.stand_ins import ACCOUNT, TOKEN


class LineProtocol:
    """Sends JSON lines to a process and reads its responses."""

    def __init__(self, process):
        self.process = process

    def __call__(self, value):
        self.tell(value)
        return json.loads(self.process.stdout.readline())

    def tell(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        self.process.wait(HANG_SECONDS)


@contextmanager
def start_program(module, environment=None, log=None):
    command = [sys.executable, "-m", module]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
    protocol = LineProtocol(process)
    try:
        yield protocol
    finally:
        protocol.end()
        process.stdout.close()


@contextmanager
def start_receivers(*, seed=0, wild=0, web=""):
    """Yield the receivers and the environment variables that point to them.

    A message fails up to `wild` times; Twilio's callbacks are sent to `web`.
    """
    with start_program("tests.soak.receivers") as receivers:
        urls = receivers({"seed": seed, "wild": wild, "late_seconds": 0.1, "web": web})
        yield (
            receivers,
            {
                "EMAIL_URL": urls["mail"],
                "TWILIO_API_URL": urls["twilio"],
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_FROM": "+31600000900",
            },
        )
