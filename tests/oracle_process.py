"""Programs that we did not write and that judge ours: one process of each per run of the tests, asked line by line."""

import json
import subprocess
from functools import cache
from pathlib import Path

from tests.markers import needs

ORACLES = Path(__file__).parent / "oracles"
COMMANDS = {"node": ["node", ORACLES / "serve.mjs"], "libical": ["/usr/bin/python3", ORACLES / "serve.py"]}


def ask(oracle, program, content, **options):
    """What the oracle answers; fails with what it says when it cannot."""
    needs("oracle")
    process = _started(oracle)
    process.stdin.write(json.dumps({"program": program, "input": content, "options": options}) + "\n")
    process.stdin.flush()
    said = json.loads(process.stdout.readline())
    assert "error" not in said, said["error"]
    return said["answer"]


@cache
def _started(oracle):
    """Ends when this process closes its end of the line."""
    return subprocess.Popen(COMMANDS[oracle], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
