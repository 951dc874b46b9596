"""Pauses between the attempts to send a message. Pure."""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# Per reason, in minutes after the first attempt, the second, ...; the last one repeats.
PAUSE_MINUTES = {
    "away": (1, 2, 5, 10, 30),  # usually back soon
    "busy": (1, 5, 15, 30, 60),  # greylisting, a full mailbox, a rate limit
    "settings": (5, 15),  # an operator corrects them; then it should be sent soon
    "fault": (1, 5, 60, 240),  # a bug of ours; it takes another version
}
JITTER = 0.2  # at most this part of the pause is added, so that what failed together is not retried together
MAX_RETRY_AFTER = timedelta(hours=1)
RETRY_PERIOD = timedelta(days=4)  # RFC 5321, 4.5.4.1: "generally at least 4-5 days"
MIN_ATTEMPTS = 10  # also when no worker ran for days
LAST_ATTEMPT_MARGIN = timedelta(minutes=2)  # before the expiry; the worker looks every minute


def pause_after(reason: str, *, attempts: int, retry_after: timedelta | None = None, jitter: float) -> timedelta:
    """Pause after this many attempts; `jitter` is from 0 to 1. The provider's `retry_after` goes before our own."""
    pauses = PAUSE_MINUTES.get(reason, PAUSE_MINUTES["busy"])
    usual = timedelta(minutes=pauses[min(attempts, len(pauses)) - 1])
    pause = usual if retry_after is None else min(max(retry_after, timedelta(0)), MAX_RETRY_AFTER)
    return pause * (1 + JITTER * jitter)


def parse_retry_after(header: str, *, now: datetime) -> timedelta | None:
    """Value of a Retry-After header: seconds, or a date (RFC 9110, 10.2.3); None when it is neither."""
    if header.strip().isascii() and header.strip().isdigit():
        return min(timedelta(seconds=int(header.strip()[:9])), MAX_RETRY_AFTER)
    try:
        retry_at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return retry_at - now if retry_at.tzinfo else None


def next_attempt(*, now: datetime, pause: timedelta, expires_at: datetime | None) -> datetime | None:
    """Time of the next attempt: after the pause, or shortly before the expiry; None when that has passed as well."""
    after_pause = now + pause
    if expires_at is None or after_pause <= expires_at - LAST_ATTEMPT_MARGIN:
        return after_pause
    return expires_at - LAST_ATTEMPT_MARGIN if expires_at - LAST_ATTEMPT_MARGIN > now else None


def is_given_up(*, attempts: int, due_since: datetime, now: datetime) -> bool:
    return attempts >= MIN_ATTEMPTS and now - due_since >= RETRY_PERIOD
