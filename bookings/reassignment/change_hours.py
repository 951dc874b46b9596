"""Change an advisor's availability or profile together with the bookings that no longer fit it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from advisors.availability.slots import Span
from advisors.models import Advisor
from advisors.services import lock_agenda
from bookings.appointments.cancel import cancel_and_offer_alternatives
from bookings.availability.slot_listing import format_start
from bookings.models import Booking, Hold
from bookings.reassignment.conflicts import (
    Conflict,
    ConflictReason,
    conflict_reasons_for,
    conflicts_for,
    count_conflicting_holds,
    upcoming_bookings,
)
from bookings.reassignment.reassign import reassign_booking
from core.actors import Actor
from core.errors import Refusal
from organisation import audit


class ConflictAction(StrEnum):
    """Ways to resolve a conflict; the values are sent by forms."""

    KEEP = "keep"
    REASSIGN = "hand_over"
    OFFER = "offer"


class Resolution(NamedTuple):
    """Chosen action for one booking, with the start that the page showed."""

    action: ConflictAction
    advisor_id: int | None = None  # the colleague who takes it over
    seen_starts_at: datetime | None = None


Resolutions = Mapping[int, Resolution]  # by booking key


@dataclass(frozen=True, kw_only=True)
class ScheduleChange:
    """A change of hours, absences, closed days or profile, not yet made.

    `apply` is the service that makes it; it takes `actor` and `now`. `check` validates without a lock, so that an
    invalid change does not block anybody; it takes `now`. `action` and `about` are those of the audit event.
    """

    apply: Callable[..., object]
    advisors: tuple[int, ...]
    action: str
    about: str
    check: Callable[..., object] | None = None


class UnresolvedConflicts(Exception):
    """The change was rolled back, because its conflicts have no valid resolution yet.

    `cause` is the refusal of a resolution that was tried; `holds` is the number of offered holds that the change would
    end as well.
    """

    def __init__(self, conflicts: list[Conflict], *, holds: int = 0, cause: Refusal | None = None) -> None:
        super().__init__()
        self.conflicts, self.holds, self.cause = conflicts, holds, cause


def apply_schedule_change(
    *, change: ScheduleChange, resolutions: Resolutions, remark: str, actor: Actor, now: datetime
) -> list[Conflict]:
    """Make the change and resolve every booking that no longer fits, all or nothing; return those conflicts.

    `remark` is a text for the candidates whose booking changes. Raises what `change.apply` raises, and
    UnresolvedConflicts when bookings conflict now and the resolutions are not exactly for those.
    """
    with audit.record_refusals(change.action, change.about, actor=actor, now=now):
        if change.check is not None:
            change.check(now=now)
        return _apply(change, resolutions, remark, actor, now)


@transaction.atomic
def _apply(
    change: ScheduleChange, resolutions: Resolutions, remark: str, actor: Actor, now: datetime
) -> list[Conflict]:
    lock_agendas_for(change.advisors, resolutions)
    bookings = upcoming_bookings(change.advisors, now=now)
    before = conflict_reasons_for(bookings, now=now)
    change.apply(actor=actor, now=now)
    after = conflict_reasons_for(bookings, now=now)
    added = {pk: after[pk] - before[pk] for pk in after}
    found = conflicts_for([booking for booking in bookings if added[booking.pk]], actor=actor, now=now)
    conflicts = [
        replace(conflict, lacks_video_room=ConflictReason.VIDEO_ROOM in after[conflict.booking.pk])
        for conflict in found
    ]
    if conflicts and not _are_resolved(conflicts, resolutions):
        raise UnresolvedConflicts(conflicts, holds=count_conflicting_holds(change.advisors, now=now))
    try:
        for booking in (conflict.booking for conflict in conflicts):
            is_closed = ConflictReason.CLOSED_DAY in added[booking.pk]
            resolve_conflict(
                booking, resolutions[booking.pk], Hold.Reason.CHANGED, remark, actor, now, is_closed=is_closed
            )
    except Refusal as refusal:
        holds = count_conflicting_holds(change.advisors, now=now)
        raise UnresolvedConflicts(conflicts, holds=holds, cause=refusal) from refusal
    return conflicts


def lock_agendas_for(advisors: Iterable[int], resolutions: Resolutions) -> None:
    """Lock every agenda that may change, in key order and before any other lock, which prevents deadlocks.

    Offered alternatives may be with any active advisor.
    """
    wanted = {*advisors, *(one.advisor_id for one in resolutions.values() if one.advisor_id is not None)}
    if any(resolution.action == ConflictAction.OFFER for resolution in resolutions.values()):
        wanted |= set(Advisor.objects.active().values_list("pk", flat=True))
    for advisor_id in sorted(Advisor.objects.filter(pk__in=wanted).values_list("pk", flat=True)):
        lock_agenda(advisor_id)


def resolve_conflict(
    booking: Booking,
    resolution: Resolution,
    reason: Hold.Reason,
    remark: str,
    actor: Actor,
    now: datetime,
    *,
    away: Span | None = None,
    is_closed: bool = False,
) -> None:
    """Reassign the booking, cancel it with alternatives, or record that it stays.

    `reason`, `away` and `is_closed` are for the alternatives, see `cancel_and_offer_alternatives`.
    """
    if resolution.action == ConflictAction.REASSIGN and resolution.advisor_id is not None:
        reassign_booking(booking=booking, to_advisor_id=resolution.advisor_id, remark=remark, actor=actor, now=now)
    elif resolution.action == ConflictAction.OFFER:
        cancel_and_offer_alternatives(
            booking=booking, reason=reason, remark=remark, actor=actor, now=now, away=away, is_closed=is_closed
        )
    else:
        audit.record("booking.keep", booking, actor=actor, now=now)


def _are_resolved(conflicts: list[Conflict], resolutions: Resolutions) -> bool:
    return set(resolutions) == {conflict.booking.pk for conflict in conflicts} and all(
        _allows(conflict, resolutions[conflict.booking.pk]) for conflict in conflicts
    )


def _allows(conflict: Conflict, resolution: Resolution) -> bool:
    seen = resolution.seen_starts_at
    if seen is None or format_start(seen) != format_start(conflict.booking.starts_at):
        return False
    if conflict.is_restricted:
        return resolution.action == ConflictAction.KEEP
    if resolution.action == ConflictAction.REASSIGN:
        return resolution.advisor_id in {colleague.advisor_id for colleague in conflict.colleagues}
    return resolution.action == ConflictAction.KEEP or not conflict.has_started
