"""Other programs that are asked by a line and answer with one, both JSON; the receiving ends are one of them."""

import json
import subprocess
import sys
from contextlib import contextmanager

from tests.bench.servers import ROOT
from tests.stand_ins import ACCOUNT, TOKEN


class Asking:
    def __init__(self, process):
        self.process = process

    def __call__(self, words):
        self.tell(words)
        return json.loads(self.process.stdout.readline())

    def tell(self, words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


@contextmanager
def program(module, environment=None, log=None):
    command = [sys.executable, "-m", module]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log, "text": True}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, **pipes)
    asking = Asking(process)
    try:
        yield asking
    finally:
        asking.end()
        process.stdout.close()


@contextmanager
def receiving(*, seed=0, wild=0, web=""):
    """Gives who may be asked for what was received, and what tells a house where the ends are.

    A message fails up to `wild` times; Twilio's callbacks come in at `web`.
    """
    with program("tests.soak.receivers") as ends:
        where = ends({"seed": seed, "wild": wild, "late_seconds": 0.1, "web": web})
        yield (
            ends,
            {
                "EMAIL_URL": where["mail"],
                "TWILIO_API_URL": where["twilio"],
                "TWILIO_ACCOUNT_SID": ACCOUNT,
                "TWILIO_AUTH_TOKEN": TOKEN,
                "TWILIO_FROM": "+31600000900",
            },
        )
