"""Who cancels and moves talks while their messages leave, and what may have left of those by then.

Whether a send was stale is decided by order, not by a clock. Withdrawing writes to every row about the talk that did
not leave yet, so from then until the commit those rows are locked, and what is read of them is their last word: a
worker's claim, which raises `attempts` in a transaction of its own, has either committed before and is counted here,
or waits and is judged by what stands there afterwards. So the attempts that are noted are all the sends that started
before the change committed, and one more at the end is a send that started after it. SQLite has one writer at a time,
which gives the same order.

A message that was claimed before may leave afterwards, and must not: the last look right before its first byte is there
for that. Nothing orders that byte and the commit, so here a clock decides, of which all processes share the seconds:
stale is what the other end saw begin (MAIL FROM, or the POST of a text) after the commit had been answered. The promise
has a remainder, a worker that is halted between the answer of its look and that byte, and the other end notes the byte
only when it comes to it: on a machine with more processes than cores both are a turn or two of its scheduler, some
milliseconds each. GRACE_SECONDS is room for that and for no more; connecting to a server that greets late takes three
times as long, so without the look a change meanwhile is seen.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone

from bookings.appointments.cancel import cancel
from bookings.appointments.move import move
from bookings.models import Booking
from bookings.requests import Wish
from core.actors import Actor, key_of
from outbox.models import Message

CANCELLED = 0.7  # of the changes; the others move
SOME_DAYS = timedelta(days=3)  # so far ahead that no reminder of the new moment is due
CANDIDATE = Actor(key="candidate:1", origin="web")
GRACE_SECONDS = 0.1
SEQUENCE = re.compile(r"sequence=(\d+)")


@dataclass
class Change:
    """`started` has, by row, the attempts that were made before the change committed; `committed_at`: right after."""

    about: str
    sequence: int
    started: dict
    committed_at: float = 0.0


def change(key, lot):
    """Noted when it has committed."""
    changed = _changed(key, lot)
    changed.committed_at = monotonic()
    return changed


def _changed(key, lot):
    """In one transaction with what had started by then."""
    with transaction.atomic():
        booking = Booking.objects.select_related("invitation__application__candidate").get(pk=key)
        sequence, about = booking.sequence, key_of(booking)
        if lot.random() < CANCELLED:
            cancel(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=timezone.now())
        else:
            _move(booking)
        rows = Message.objects.filter(about=about).values_list("pk", "dedupe_key", "attempts")
        return Change(about, sequence, {pk: attempts for pk, dedupe, attempts in rows if of(dedupe) <= sequence})


def of(dedupe_key):
    """The state of the talk that a message tells."""
    return int(SEQUENCE.search(dedupe_key)[1])


def _move(booking):
    wish = Wish(
        starts_at=booking.starts_at + SOME_DAYS,
        advisor_id=booking.advisor_id,
        channel=booking.channel,
        language=booking.language,
        phone=str(booking.phone),
    )
    move(booking=booking, wish=wish, actor=CANDIDATE, now=timezone.now())
