"""Work through many rows: a failure is logged without personal data and does not stop the rest."""

import logging
import math
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

SCAN_SECONDS = 20.0  # limit of one periodic scan: several of them share one task
logger = logging.getLogger(__name__)


def describe_error(error: BaseException) -> str:
    """Type and place of an error, `ValueError in mime.py:120`; never its values, which may be personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


def run_each(keys: Iterable[int], work: Callable[[int], bool], *, name: str, seconds: float = math.inf) -> int:
    """Call `work` for every key and return how many calls returned true; an error is logged and the rest continues.

    `name` precedes the key in the log: "rejection". `work` opens its own transaction. After `seconds` the remaining
    keys are left to the next run, before the queue kills the task.
    """
    done, stop_at = 0, monotonic() + seconds
    for number, key in enumerate(keys):
        if number and monotonic() >= stop_at:
            break
        try:
            done += work(key)
        except Exception as error:  # one bad row must not stop the others
            logger.error("%s %s: %s", name, key, describe_error(error))
    return done
