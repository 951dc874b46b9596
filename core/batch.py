"""How a fault is named in a log: what and where, never the values, which may be personal."""

import logging
import math
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

SCAN_SECONDS = 20.0  # for a scan of every minute: several of them share a turn of the queue
logger = logging.getLogger(__name__)


def in_short(error: BaseException) -> str:
    """`ValueError in mime.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


def do_each(keys: Iterable[int], work: Callable[[int], bool], *, name: str, seconds: float = math.inf) -> int:
    """Do the work for every key; one that fails is logged and does not stop the others. Returns how many were done.

    `name` stands before the key in the log: "rejection". The work has a transaction of its own. After so many
    `seconds` the rest is left to the next minute, before the queue ends the task.
    """
    done, stop_at = 0, monotonic() + seconds
    for number, key in enumerate(keys):
        if number and monotonic() >= stop_at:
            break
        try:
            done += work(key)
        except Exception as error:  # whatever it is, the rest must go on
            logger.error("%s %s: %s", name, key, in_short(error))
    return done
