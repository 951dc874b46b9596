"""Cancel and move talks while their messages are being sent, and record which sends had started by then.

Whether a send was stale is decided by order and not by a clock. Withdrawing updates every row about the talk that was
not sent yet, so from then until the commit those rows are locked and their values are final: a worker's claim, which
increments `attempts` in its own transaction, has either committed before and is counted here, or waits and then sees
the withdrawal. So the recorded attempts are all the sends that started before the change committed; one more attempt at
the end is a send that started after it. SQLite has one writer at a time, which gives the same order.

A message that was claimed before the change may be sent after it, and must not: the final check right before the first
byte prevents that. Nothing orders that byte and the commit, so here a monotonic clock decides, which all processes
share: a send is stale when the receiver saw it begin (MAIL FROM, or the POST of an SMS) after the commit had returned.
What remains is a worker that is suspended between its final check and that byte, and a receiver that notes the byte
late: on a machine with more processes than cores both take a few time slices of the scheduler. GRACE_SECONDS allows for
that and no more; connecting to a server that greets late takes three times as long, so without the final check such a
send is detected.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.db import transaction
from django.utils import timezone

from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.models import Booking
from bookings.requests import BookingRequest
from core.actors import Actor, object_key
from outbox.models import Message

CANCELLED = 0.7  # share of the changes; the others are moves
SOME_DAYS = timedelta(days=3)  # so far ahead that no reminder of the new slot is due
CANDIDATE = Actor(key="candidate:1", origin="web")
GRACE_SECONDS = 0.1
SEQUENCE = re.compile(r"sequence=(\d+)")


@dataclass
class Change:
    """`started`: attempts per row made before the change committed; `committed_at`: right after the commit."""

    about: str
    sequence: int
    started: dict
    committed_at: float = 0.0


def change(key, rng):
    """Cancel or move a talk and return the recorded change."""
    changed = _changed(key, rng)
    changed.committed_at = monotonic()
    return changed


def _changed(key, rng):
    """Change the talk, and record the started sends in the same transaction."""
    with transaction.atomic():
        booking = Booking.objects.select_related("invitation__application__candidate").get(pk=key)
        sequence, about = booking.sequence, object_key(booking)
        if rng.random() < CANCELLED:
            cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=timezone.now())
        else:
            _move(booking)
        rows = Message.objects.filter(about=about).values_list("pk", "dedupe_key", "attempts")
        return Change(
            about, sequence, {pk: attempts for pk, dedupe, attempts in rows if sequence_of(dedupe) <= sequence}
        )


def sequence_of(dedupe_key):
    """Sequence number of the talk that a message is about."""
    return int(SEQUENCE.search(dedupe_key)[1])


def _move(booking):
    request = BookingRequest(
        starts_at=booking.starts_at + SOME_DAYS,
        advisor_id=booking.advisor_id,
        channel=booking.channel,
        language=booking.language,
        phone=str(booking.phone),
    )
    move_booking(booking=booking, request=request, actor=CANDIDATE, now=timezone.now())
