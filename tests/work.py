"""Work that is counted instead of timed: the same on every machine, however busy."""

import sys
from collections import Counter


def calls_of(work):
    """Number of Python functions that are called while `work` runs."""
    calls = Counter()
    sys.setprofile(lambda frame, event, argument: calls.update([event]))
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls["call"]
