"""How time goes on: by the seconds that pass, not by a clock on the wall that may jump. Pure."""

import time
from datetime import datetime, timedelta

JUMP_SECONDS = 10  # a clock that is set right little by little does not move so much between two looks
CLOCKS_DIFFER = timedelta(minutes=2)  # of two machines, at most; a moment further ahead was written by a wrong clock
CALM_SECONDS = 180  # then who was sending at the jump has finished


def seconds() -> float:
    """Since this machine started, also those in which it slept."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """A moment that was given, and how it goes on from there."""

    def __init__(self, now: datetime) -> None:
        self._now, self._since = now, seconds()

    def now(self) -> datetime:
        return self._now + timedelta(seconds=seconds() - self._since)


class Watch:
    """Whether the clock on the wall can be trusted: it has not jumped since this machine last looked, or long ago.

    When it says that a lease is over, or that a message comes too late, that may be the jump and not the truth; and
    a clock that is set back within three minutes has done no harm. `offset`: seconds between the wall and the machine
    at the last look; `calm_at`: by the seconds of the machine.
    """

    def __init__(self, offset: float | None = None, calm_at: float = 0.0) -> None:
        self.offset, self.calm_at = offset, calm_at

    def jumped(self, now: datetime) -> int:
        """How many seconds the clock jumped since the last look, forward or (negative) back; 0 when it did not."""
        offset = now.timestamp() - seconds()
        jump = 0.0 if self.offset is None else offset - self.offset
        self.offset = offset
        if abs(jump) < JUMP_SECONDS:
            return 0
        self.calm_at = seconds() + CALM_SECONDS
        return round(jump)

    def is_calm(self) -> bool:
        """A moment that lies further ahead is of a machine that has started anew."""
        return not 0 < self.calm_at - seconds() <= CALM_SECONDS
