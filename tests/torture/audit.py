"""Compares what everybody was told with what stands in the tables. Every sentence that comes out is a fault."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from advisors.models import AgendaEntry
from bookings.availability.slot_listing import value_of
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import What
from bookings.waitlist.offers import end_what_is_over
from organisation.models import AuditEvent
from tests.races import overlaps

POLITE = {
    "done",
    "nothing to do",
    "slot_taken",
    "already_booked",
    "not_standing",
    "not_found",
    "too_late_to_move",
    "talk_changed",
    "colleague_not_free",
    "may_not_hold",
    "takeover_stopped",
    "talks_in_the_way",
}
CHANGES = ("book", "move")
GIVES_A_MOMENT = ("booking.book", "booking.move", "booking.hand_over")
CANCELS = ("cancel", "cancel_by_advisor")


def faults_in(notes):
    """`notes` are those of `operations.Somebody`; nobody may be acting any more."""
    return [
        *(f"not refused in words: {note}" for note in notes if note["said"] not in POLITE),
        *(f"two of advisor {first[0]} at once: {first[1:]} and {second[1:]}" for first, second in own_overlaps()),
        *without_their_time(),
        *time_without_reason(),
        *told_otherwise([note for note in notes if note["said"] == "done"]),
        *booked_while_away(notes),
        *not_in_the_trail(),
        *left_after_the_end(),
    ]


def own_overlaps():
    return overlaps(AgendaEntry.objects.exclude(kind=AgendaEntry.Kind.EXTERNAL))


def without_their_time():
    """Talks and holds whose piece of the agenda is not where they are."""
    standing = [*Booking.objects.standing().select_related("entry")]
    offered = [*Hold.objects.offered().select_related("entry")]
    for thing in [*standing, *offered]:
        entry = thing.entry
        where = (entry.advisor_id, entry.talk_from, entry.talk_until, entry.kind)
        kind = "booking" if isinstance(thing, Booking) else "hold"
        if where != (thing.advisor_id, thing.starts_at, thing.ends_at, kind):
            yield f"{thing} stands elsewhere in the agenda: {where}"


def time_without_reason():
    """Orphans: taken time that no talk and no hold explains."""
    booked = set(Booking.objects.exclude(entry=None).values_list("entry_id", flat=True))
    held = set(Hold.objects.exclude(entry=None).values_list("entry_id", flat=True))
    for kind, explained in (("booking", booked), ("hold", held)):
        for key in AgendaEntry.objects.filter(kind=kind).exclude(pk__in=explained).values_list("pk", flat=True):
            yield f"agenda entry {key} is a {kind} of nothing"


@dataclass
class Told:
    """What was said about one booking: where it is, by how often it had moved; and what else was done with it."""

    places: dict = field(default_factory=lambda: defaultdict(set))
    handed_to: set = field(default_factory=set)
    is_cancelled: bool = False


def told_otherwise(done):
    """Every "done" has its row as it was told, or a later change that somebody was told of; and nothing more."""
    told = defaultdict(Told)
    for note in done:
        if note["what"] in CHANGES:
            told[note["booking"]].places[note["moved_count"]].add((note["starts_at"], note["advisor"]))
        elif note["what"] in CANCELS:
            told[note["booking"]].is_cancelled = True
        for key, what, to in note.get("settled", []):
            told[key].is_cancelled |= what == What.OFFER
            told[key].handed_to |= {to} if what == What.HAND_OVER else set()
    rows = {booking.pk: booking for booking in Booking.objects.all()}
    yield from (f"booking {key} was promised and is not there" for key in told.keys() - rows.keys())
    for key, booking in rows.items():
        yield from _wrong_with(booking, told[key])


def _wrong_with(booking, told):
    if (booking.status == Booking.Status.CANCELLED) != told.is_cancelled:
        yield f"{booking} is {booking.status}, and that it was cancelled was told: {told.is_cancelled}"
    if sorted(told.places) != list(range(booking.moved_count + 1)):
        yield f"{booking} was moved {booking.moved_count} times, and told were {sorted(told.places)}"
    last = told.places[booking.moved_count]
    wanted = {(starts_at, advisor) for starts_at, told_of in last for advisor in {told_of, *told.handed_to}}
    if (len(last) != 1 and not told.handed_to) or (value_of(booking.starts_at), booking.advisor_id) not in wanted:
        yield f"{booking} stands at {booking.starts_at} with {booking.advisor_id}, and told was {wanted}"


def left_after_the_end():
    """When everybody has had time to answer nothing is held, and nobody's time is taken for nothing."""
    end_what_is_over(now=timezone.now() + timedelta(days=60))
    yield from (f"{hold} is still held" for hold in Hold.objects.offered())
    yield from time_without_reason()


def booked_while_away(notes):
    """Nobody got a moment within an absence that was there before; the trail has the order of who held the lock."""
    order = {(event.action, event.about): event.pk for event in AuditEvent.objects.filter(result="done").order_by("pk")}
    for note in notes:
        if note["what"] != "be_away" or note["said"] != "done":
            continue
        since = order["absence.add", f"absence:{note['absence']}"]
        until = order.get(("absence.remove", f"absence:{note['absence']}"), float("inf"))
        span = datetime.fromisoformat(note["from"]), datetime.fromisoformat(note["until"])
        there = Booking.objects.standing().filter(advisor_id=note["advisor"])
        for booking in there.filter(starts_at__lt=span[1], ends_at__gt=span[0]):
            given = max(order.get((action, f"booking:{booking.pk}"), 0) for action in GIVES_A_MOMENT)
            if since < given < until:
                yield f"{booking} was given within an absence that was known: {note}"


def not_in_the_trail():
    for action, count in (
        ("booking.book", Booking.objects.count()),
        ("booking.cancel", Booking.objects.filter(status=Booking.Status.CANCELLED).count()),
    ):
        written = AuditEvent.objects.filter(action=action, result="done").count()
        if written != count:
            yield f"{written} entries of {action} in the trail, and {count} in the tables"
