"""Compare the responses to all operations with the rows in the database. Each returned sentence is a fault."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from advisors.models import AgendaEntry
from bookings.availability.slot_listing import format_start
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import ConflictAction
from bookings.waitlist.offers import end_expired_offers
from organisation.models import AuditEvent
from tests.races import find_overlaps

EXPECTED_RESULTS = {
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
ASSIGNS_A_SLOT = ("booking.book", "booking.move", "booking.hand_over")
CANCELS = ("cancel", "cancel_by_advisor")


def find_faults(notes):
    """Faults in the notes of `operations.RandomUser`. Call it after all operations have ended."""
    return [
        *(f"not refused in words: {note}" for note in notes if note["said"] not in EXPECTED_RESULTS),
        *(f"two of advisor {first[0]} at once: {first[1:]} and {second[1:]}" for first, second in find_own_overlaps()),
        *find_bookings_without_entry(),
        *find_orphaned_entries(),
        *find_wrong_answers([note for note in notes if note["said"] == "done"]),
        *find_bookings_in_absences(notes),
        *find_missing_audit_entries(),
        *find_leftovers(),
    ]


def find_own_overlaps():
    return find_overlaps(AgendaEntry.objects.exclude(kind=AgendaEntry.Kind.EXTERNAL))


def find_bookings_without_entry():
    """Bookings and holds that differ from their agenda entry."""
    booked = [*Booking.objects.booked().select_related("entry")]
    offered = [*Hold.objects.offered().select_related("entry")]
    for thing in [*booked, *offered]:
        entry = thing.entry
        where = (entry.advisor_id, entry.talk_from, entry.talk_until, entry.kind)
        kind = "booking" if isinstance(thing, Booking) else "hold"
        if where != (thing.advisor_id, thing.starts_at, thing.ends_at, kind):
            yield f"{thing} has another place in the agenda: {where}"


def find_orphaned_entries():
    """Agenda entries without a booking or hold."""
    booked = set(Booking.objects.exclude(entry=None).values_list("entry_id", flat=True))
    held = set(Hold.objects.exclude(entry=None).values_list("entry_id", flat=True))
    for kind, explained in (("booking", booked), ("hold", held)):
        for key in AgendaEntry.objects.filter(kind=kind).exclude(pk__in=explained).values_list("pk", flat=True):
            yield f"agenda entry {key} is a {kind} of nothing"


@dataclass
class Answers:
    """Responses about one booking: its place per number of moves, reassignments and cancellation."""

    places: dict = field(default_factory=lambda: defaultdict(set))
    handed_to: set = field(default_factory=set)
    is_cancelled: bool = False


def find_wrong_answers(done):
    """Bookings that differ from the successful responses about them."""
    answers = defaultdict(Answers)
    for note in done:
        if note["what"] in CHANGES:
            answers[note["booking"]].places[note["moved_count"]].add((note["starts_at"], note["advisor"]))
        elif note["what"] in CANCELS:
            answers[note["booking"]].is_cancelled = True
        for key, what, to in note.get("settled", []):
            answers[key].is_cancelled |= what == ConflictAction.OFFER
            answers[key].handed_to |= {to} if what == ConflictAction.REASSIGN else set()
    rows = {booking.pk: booking for booking in Booking.objects.all()}
    yield from (f"booking {key} was promised and is not there" for key in answers.keys() - rows.keys())
    for key, booking in rows.items():
        yield from _wrong_with(booking, answers[key])


def _wrong_with(booking, answers):
    if (booking.status == Booking.Status.CANCELLED) != answers.is_cancelled:
        yield f"{booking} is {booking.status}, cancelled in the responses: {answers.is_cancelled}"
    if sorted(answers.places) != list(range(booking.moved_count + 1)):
        yield f"{booking} was moved {booking.moved_count} times, the responses have {sorted(answers.places)}"
    last = answers.places[booking.moved_count]
    wanted = {(starts_at, advisor) for starts_at, answered_by in last for advisor in {answered_by, *answers.handed_to}}
    if (len(last) != 1 and not answers.handed_to) or (
        format_start(booking.starts_at),
        booking.advisor_id,
    ) not in wanted:
        yield f"{booking} stands at {booking.starts_at} with {booking.advisor_id}, the responses have {wanted}"


def find_leftovers():
    """Holds and orphaned entries that are left after all offers have expired."""
    end_expired_offers(now=timezone.now() + timedelta(days=60))
    yield from (f"{hold} is still held" for hold in Hold.objects.offered())
    yield from find_orphaned_entries()


def find_bookings_in_absences(notes):
    """Bookings in an absence that existed before; the audit trail has the order in which the lock was held."""
    order = {(event.action, event.about): event.pk for event in AuditEvent.objects.filter(result="done").order_by("pk")}
    for note in notes:
        if note["what"] != "be_away" or note["said"] != "done":
            continue
        since = order["absence.add", f"absence:{note['absence']}"]
        until = order.get(("absence.remove", f"absence:{note['absence']}"), float("inf"))
        span = datetime.fromisoformat(note["from"]), datetime.fromisoformat(note["until"])
        there = Booking.objects.booked().filter(advisor_id=note["advisor"])
        for booking in there.filter(starts_at__lt=span[1], ends_at__gt=span[0]):
            given = max(order.get((action, f"booking:{booking.pk}"), 0) for action in ASSIGNS_A_SLOT)
            if since < given < until:
                yield f"{booking} was given within an absence that was known: {note}"


def find_missing_audit_entries():
    for action, count in (
        ("booking.book", Booking.objects.count()),
        ("booking.cancel", Booking.objects.filter(status=Booking.Status.CANCELLED).count()),
    ):
        written = AuditEvent.objects.filter(action=action, result="done").count()
        if written != count:
            yield f"{written} entries of {action} in the trail, and {count} in the tables"
