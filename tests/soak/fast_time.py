"""Shorten every lease, run, time-out and pause of the outbox by the same factor."""

from django.conf import settings

from outbox import backoff
from outbox.delivery import coordination, worker
from outbox.sms import twilio

PAUSES = 4  # extra factor for pauses between attempts, whose length does not matter here
AT_LEAST_SECONDS = 0.4  # minimum time-out, on a busy machine


def shorten_timeouts(pace, *, answer_seconds=AT_LEAST_SECONDS):
    """Divide the times by `pace`: with 10, a lease of three minutes ends after eighteen seconds.

    `answer_seconds` is the minimum time-out.
    """
    for name in ("LEASE", "MAX_SEND", "RUN_LENGTH"):
        setattr(worker, name, getattr(worker, name) / pace)
    for reason, minutes in backoff.PAUSE_MINUTES.items():
        backoff.PAUSE_MINUTES[reason] = tuple(pause / pace / PAUSES for pause in minutes)
    coordination.OUTAGE_PAUSE = coordination.OUTAGE_PAUSE / pace / PAUSES
    settings.EMAIL_TIMEOUT = max(settings.EMAIL_TIMEOUT / pace, answer_seconds)
    twilio.TIMEOUT_SECONDS = max(twilio.TIMEOUT_SECONDS / pace, answer_seconds)
