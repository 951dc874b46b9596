"""When to try again, by what went wrong. Pure."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# Minutes after the first attempt, the second, ...; the last holds for all that follow.
PAUSES = {
    "away": (1, 2, 5, 10, 30),  # back soon, as a rule
    "busy": (1, 5, 15, 30, 60),  # a server that does not know us yet (greylisting), a box that is full
    "settings": (5, 15),  # somebody must mend them; then it leaves soon
    "fault": (1, 5, 60, 240),  # ours; it takes another version
}
LUCK = 0.2  # of the pause at most, by chance: what failed together does not come back together
LONGEST_ASKED = timedelta(hours=1)
KEEP_TRYING = timedelta(days=4)  # RFC 5321, 4.5.4.1: "generally at least 4-5 days"
ATTEMPTS = 10  # also of a message for which nobody was there for days
LAST_CALL = timedelta(minutes=2)  # the worker looks every minute


def pause_after(reason: str, *, attempts: int, asked: timedelta | None = None, luck: float) -> timedelta:
    """How long to wait after so many attempts; `luck` is from 0 to 1. What the provider asks goes before our own."""
    pauses = PAUSES.get(reason, PAUSES["busy"])
    usual = timedelta(minutes=pauses[min(attempts, len(pauses)) - 1])
    pause = usual if asked is None else min(max(asked, timedelta(0)), LONGEST_ASKED)
    return pause * (1 + LUCK * luck)


def asked_by(header: str, *, now: datetime) -> timedelta | None:
    """What Retry-After asks: seconds, or a date (RFC 9110, 10.2.3); None when it says nothing that we can read."""
    if header.strip().isascii() and header.strip().isdigit():
        return min(timedelta(seconds=int(header.strip()[:9])), LONGEST_ASKED)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return moment - now if moment.tzinfo else None


def next_attempt(*, now: datetime, pause: timedelta, useless_after: datetime | None) -> datetime | None:
    """After the pause, or shortly before it makes no sense any more; None when that moment is over as well."""
    moment = now + pause
    if useless_after is None or moment <= useless_after - LAST_CALL:
        return moment
    return useless_after - LAST_CALL if useless_after - LAST_CALL > now else None


def is_given_up(*, attempts: int, due_since: datetime, now: datetime) -> bool:
    return attempts >= ATTEMPTS and now - due_since >= KEEP_TRYING
