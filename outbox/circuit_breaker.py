"""Providers that are away, known to all workers: thousands of messages do not each find out for themselves."""

from datetime import datetime, timedelta

from outbox.clock import CLOCKS_DIFFER
from outbox.models import Outage

PAUSE = timedelta(seconds=50)  # so that the worker tries at its next look, a minute later


def note(channel: str, *, now: datetime) -> None:
    Outage.objects.update_or_create(channel=channel, defaults={"until": now + PAUSE})


def away(now: datetime) -> set[str]:
    """The channels that are left alone now; not for long by a clock that was ahead."""
    return set(Outage.objects.filter(until__gt=now, until__lte=now + CLOCKS_DIFFER).values_list("channel", flat=True))
