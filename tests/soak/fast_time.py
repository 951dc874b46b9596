"""The engine's patience, shortened: every lease, run, time-out and pause keeps its place among the others."""

from django.conf import settings

from outbox import backoff, circuit_breaker
from outbox.delivery import worker
from outbox.sms import twilio

PAUSES = 4  # so much shorter still: how long is waited before another attempt proves nothing
AT_LEAST_SECONDS = 0.4  # for an answer, on a machine that is busy


def hurry(pace):
    """`pace` 10: a lease of three minutes ends after eighteen seconds."""
    for name in ("LEASE", "ONE_SEND", "RUN"):
        setattr(worker, name, getattr(worker, name) / pace)
    for reason, minutes in backoff.PAUSES.items():
        backoff.PAUSES[reason] = tuple(pause / pace / PAUSES for pause in minutes)
    circuit_breaker.PAUSE = circuit_breaker.PAUSE / pace / PAUSES
    settings.EMAIL_TIMEOUT = max(settings.EMAIL_TIMEOUT / pace, AT_LEAST_SECONDS)
    twilio.TIMEOUT_SECONDS = max(twilio.TIMEOUT_SECONDS / pace, AT_LEAST_SECONDS)
