"""Answers every line {"program", "input"} with a line {"answer"} or {"error"}: one process for many tests.

Run by the system's Python (Debian: python3-gi, gir1.2-ical-3.0), which is not ours.
"""

import json
import sys
import traceback

from check_restrictions import faults
from keep_libical import ends_of
from read_libical import understood

PROGRAMS = {"check": faults, "keep": lambda calendar: ends_of(*calendar), "read": understood}


def answered(line):
    try:
        asked = json.loads(line)
        return {"answer": PROGRAMS[asked["program"]](asked["input"])}
    except Exception:
        return {"error": traceback.format_exc()}


for line in sys.stdin:
    print(json.dumps(answered(line)), flush=True)
