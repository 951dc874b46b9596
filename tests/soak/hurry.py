"""The engine's patience, shortened: every lease, run, time-out and pause keeps its place among the others."""

from django.conf import settings

from outbox import delivery, outages, retrying
from outbox.texting import door

PAUSES = 4  # so much shorter still: how long is waited before another attempt proves nothing
AT_LEAST_SECONDS = 0.4  # for an answer, on a machine that is busy


def hurry(pace):
    """`pace` 10: a lease of three minutes ends after eighteen seconds."""
    for name in ("LEASE", "ONE_SEND", "RUN"):
        setattr(delivery, name, getattr(delivery, name) / pace)
    for reason, minutes in retrying.PAUSES.items():
        retrying.PAUSES[reason] = tuple(pause / pace / PAUSES for pause in minutes)
    outages.PAUSE = outages.PAUSE / pace / PAUSES
    settings.EMAIL_TIMEOUT = max(settings.EMAIL_TIMEOUT / pace, AT_LEAST_SECONDS)
    door.TIMEOUT_SECONDS = max(door.TIMEOUT_SECONDS / pace, AT_LEAST_SECONDS)
