"""A clock that a step of the wall clock does not move. Pure."""

import time
from datetime import datetime, timedelta

MAX_CLOCK_SKEW = timedelta(minutes=2)  # between two machines that follow NTP; a time further ahead is a wrong clock's


def seconds() -> float:
    """Seconds since this machine started, including those in which it was suspended."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class MonotonicClock:
    """Starts at a given time and advances by the seconds that pass."""

    def __init__(self, now: datetime) -> None:
        self._now, self._since = now, seconds()

    def now(self) -> datetime:
        return self._now + timedelta(seconds=seconds() - self._since)
