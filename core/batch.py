"""Work through many rows: a failure is logged without personal data and does not stop the rest."""

import logging
import math
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic

RUN_SECONDS = 45.0  # for all scans of one periodic run; the queue kills the task after 60
SHARE = 0.5  # of the time that is left, so that the first scan with much work leaves some to the last
_STOP_AT: ContextVar[float] = ContextVar("stop_at", default=math.inf)  # monotonic
logger = logging.getLogger(__name__)


def describe_error(error: BaseException) -> str:
    """Type and place of an error, `ValueError in mime.py:120`; never its values, which may be personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


@contextmanager
def shared_deadline(seconds: float = RUN_SECONDS) -> Iterator[None]:
    """Let every `run_each` within share these seconds; within another deadline that one stays."""
    token = _STOP_AT.set(min(_STOP_AT.get(), monotonic() + seconds))
    try:
        yield
    finally:
        _STOP_AT.reset(token)


def run_each(keys: Iterable[int], work: Callable[[int], bool], *, name: str) -> int:
    """Call `work` for every key and return how many calls returned true; an error is logged and the rest continues.

    `name` precedes the key in the log: "rejection". `work` opens its own transaction. Under a shared deadline it stops
    after its share of the time that is left, and the remaining keys are left to the next run.
    """
    done, started_at = 0, monotonic()
    stop_at = started_at + SHARE * max(_STOP_AT.get() - started_at, 0)
    for number, key in enumerate(keys):
        if number and monotonic() >= stop_at:
            break
        try:
            done += work(key)
        except Exception as error:  # one bad row must not stop the others
            logger.error("%s %s: %s", name, key, describe_error(error))
    return done
