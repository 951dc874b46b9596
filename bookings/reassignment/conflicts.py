"""Bookings that no longer fit an advisor's availability, and the colleagues who could take them over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from advisors.availability.intervals import clip, fits_hours
from advisors.availability.queries import AdvisorCalendar, advisor_calendars_for, calendars_for, slot_query_between
from advisors.availability.slots import Calendar, SlotQuery, Span, why_not
from advisors.models import Advisor, TalkChannel
from bookings.models import Booking, Hold
from bookings.models.conflict_of_interest import rejecting_user_id
from core.actors import Actor
from organisation.models import Policy
from organisation.policy.closed_days import closed_days_of
from organisation.queries import staff_member_for

HORIZON = timedelta(days=400)  # opening hours and absences are read this far ahead


class ConflictReason(Enum):
    """Reason why a booked slot would not be offered now."""

    HOURS = auto()  # no opening hours with this channel, language and, on site, location
    ABSENCE = auto()
    CLOSED_DAY = auto()
    ADVISOR = auto()  # the advisor is not active any more
    LANGUAGE = auto()  # the advisor does not speak it
    VIDEO_ROOM = auto()  # a video call, and the advisor has no video room


class Colleague(NamedTuple):
    advisor_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A booking that no longer fits, with the colleagues who are free at its time."""

    booking: Booking
    colleagues: tuple[Colleague, ...]
    has_started: bool
    gave_rejection: bool = False  # the actor gave it as recruiter, so the page hides the candidate's name from them
    is_restricted: bool = False  # the actor may only keep it, see `restricted_bookings`
    lacks_video_room: bool = False


def upcoming_bookings(advisors: Iterable[int], *, now: datetime) -> list[Booking]:
    """Bookings of these advisors that are not over, by start, with the relations that a page shows."""
    bookings = Booking.objects.booked().filter(advisor__in=advisors, ends_at__gt=now)
    relations = "invitation__application__candidate", "invitation__application__rejection", "advisor__user"
    return list(bookings.select_related(*relations).order_by("starts_at", "pk"))


def count_conflicting_holds(advisors: Iterable[int], *, now: datetime) -> int:
    """Number of offered holds that do not fit the availability as it is now; the worker withdraws them."""
    holds = list(Hold.objects.offered().filter(advisor__in=advisors, expires_at__gt=now))
    return sum(bool(reasons) for reasons in conflict_reasons_for(holds, now=now).values())


def conflict_reasons_for(bookings: Sequence[Booking | Hold], *, now: datetime) -> dict[int, frozenset[ConflictReason]]:
    """Conflict reasons by primary key, against hours, absences, closed days and profiles as stored now.

    Reasons about the advisor's profile are separate from those about the hours, so that a new one is also seen for a
    booking that was kept outside the hours before.
    """
    if not bookings:
        return {}
    policy, until = Policy.objects.current(), now + HORIZON
    advisors = Advisor.objects.in_bulk({booking.advisor_id for booking in bookings})
    found = calendars_for(Advisor.objects.filter(pk__in=advisors), SlotQuery(earliest=now, latest=until), policy=policy)
    calendars = {calendar.advisor_id: calendar for calendar in found}
    closed_days = closed_days_of(policy, now.year, until.year)
    return {
        booking.pk: _reasons_in_hours(booking, calendars[booking.advisor_id], closed_days)
        | _reasons_in_profile(booking, advisors[booking.advisor_id], calendars[booking.advisor_id])
        for booking in bookings
    }


def restricted_bookings(bookings: Iterable[Booking], *, actor: Actor) -> frozenset[int]:
    """Keys of the bookings about which the actor may not decide, because they gave the rejection as recruiter.

    An application manager decides about every booking.
    """
    given = frozenset(booking.pk for booking in bookings if _gave_rejection(booking, actor))
    person = staff_member_for(actor) if given else None
    return frozenset() if person and person.is_application_manager else given


def conflicts_for(bookings: list[Booking], *, actor: Actor, now: datetime) -> list[Conflict]:
    """Conflict per booking, in the given order (by start); at most six statements for any number of bookings."""
    if not bookings:
        return []
    policy = Policy.objects.current()
    pool = Advisor.objects.active()
    user_ids = dict(pool.values_list("pk", "user_id"))
    query = SlotQuery(earliest=min(now, bookings[0].starts_at), latest=bookings[-1].starts_at)
    calendars = advisor_calendars_for(pool, query, policy=policy)
    restricted = restricted_bookings(bookings, actor=actor)
    return [
        replace(
            _conflict(booking, calendars, user_ids, policy, now),
            gave_rejection=_gave_rejection(booking, actor),
            is_restricted=booking.pk in restricted,
        )
        for booking in bookings
    ]


def reassign_query(booking: Booking, policy: Policy, *, now: datetime) -> SlotQuery:
    """Slot query for a colleague at the booking's own start.

    Notice and horizon are for candidates and do not count; a start in the past never matches.
    """
    latest = max(now, booking.starts_at)
    return slot_query_between(now, latest, policy=policy, channel=booking.channel, language=booking.language)


def _reasons_in_hours(
    booking: Booking | Hold, calendar: Calendar, closed_days: frozenset[date]
) -> frozenset[ConflictReason]:
    span, is_onsite = Span(booking.starts_at, booking.ends_at), booking.channel == TalkChannel.ONSITE
    location_id = booking.location_id if is_onsite and isinstance(booking, Booking) else None  # a hold has none yet
    without_absences = replace(calendar, absences=())
    found = {
        ConflictReason.HOURS: not fits_hours(
            without_absences, span, channel=booking.channel, language=booking.language, location_id=location_id
        ),
        ConflictReason.ABSENCE: bool(clip(calendar.absences, span)),
        ConflictReason.CLOSED_DAY: booking.starts_at.astimezone(calendar.zone).date() in closed_days,
    }
    return frozenset(reason for reason, applies in found.items() if applies)


def _reasons_in_profile(booking: Booking | Hold, advisor: Advisor, calendar: Calendar) -> frozenset[ConflictReason]:
    found = {
        ConflictReason.ADVISOR: not advisor.is_active,
        ConflictReason.LANGUAGE: booking.language not in calendar.languages,
        ConflictReason.VIDEO_ROOM: booking.channel == TalkChannel.VIDEO and not advisor.video_url,
    }
    return frozenset(reason for reason, applies in found.items() if applies)


def _gave_rejection(booking: Booking, actor: Actor) -> bool:
    return actor.key == f"user:{rejecting_user_id(booking.invitation)}"


def _conflict(
    booking: Booking, calendars: list[AdvisorCalendar], user_ids: dict[int, int], policy: Policy, now: datetime
) -> Conflict:
    """Find the free colleagues; never the recruiter who gave the rejection."""
    recruiter_id = rejecting_user_id(booking.invitation)
    query = reassign_query(booking, policy, now=now)
    colleagues = [
        Colleague(found.calendar.advisor_id, found.name)
        for found in calendars
        if found.calendar.advisor_id != booking.advisor_id
        and user_ids.get(found.calendar.advisor_id) != recruiter_id
        and why_not(found.calendar, query, booking.starts_at) is None
    ]
    return Conflict(
        booking=booking,
        colleagues=tuple(sorted(colleagues, key=lambda colleague: colleague.name)),
        has_started=booking.starts_at <= now,
    )
