"""Week of an advisor with opening hours and free slots, for the hours page and the preview of new hours."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.intervals import absent_intervals_on, clip, day_interval
from advisors.availability.opening_hours import Hours, block_ids_on, days_on, schedule_for
from advisors.availability.queries import calendars_for, usable_channels
from advisors.availability.slots import Calendar, SlotQuery, Span, free_slots
from advisors.availability.validation import to_hours, validate_with_others
from advisors.models import Advisor, AgendaEntry, Opening
from core.working_days import monday_of
from organisation.models import Location, Policy
from organisation.policy.closed_days import closed_days_of, closed_reason

ONE_WEEK = timedelta(days=7)
A_YEAR = timedelta(days=366)
SATURDAY = 5
NEXT_DAYS = 4  # of a rule, to show what it means


@dataclass(frozen=True, kw_only=True)
class WeekDay:
    date: date
    openings: list[Opening]
    free: int
    away: list[Span]
    is_whole_day_away: bool
    closed: str  # why the employer is closed; empty when open
    is_today: bool
    is_past: bool


@dataclass(frozen=True, kw_only=True)
class HoursPreview:
    """Effect of hours that are not saved yet, in the first week in which they apply."""

    monday: date
    is_next_week: bool
    slots: int
    slots_now: int  # with the hours as they are stored
    days: list[tuple[date, int]]  # with free slots, and their number
    next_days: list[date]  # dates on which these hours apply


def default_monday(advisors: Collection[int] | QuerySet[Advisor], today: date, zone: ZoneInfo) -> date:
    """Monday of the week to show: this week; in the weekend the next one, unless there are talks in the weekend."""
    monday = monday_of(today)
    if today.weekday() < SATURDAY:
        return monday
    since, until = (
        datetime.combine(day, time(), tzinfo=zone) for day in (monday + timedelta(days=SATURDAY), monday + ONE_WEEK)
    )
    talks = AgendaEntry.objects.filter(advisor__in=advisors, kind=AgendaEntry.Kind.BOOKING)
    in_weekend = talks.filter(busy_until__gt=since, busy_from__lt=until).exists()
    return monday if in_weekend else monday + ONE_WEEK


def free_slots_per_day(calendar: Calendar, monday: date, policy: Policy, *, now: datetime) -> Counter[date]:
    """Number of free slots per local day of a week, with the notice of policy but without its horizon."""
    start, end = day_interval(calendar, monday).start, day_interval(calendar, monday + ONE_WEEK).start
    query = SlotQuery(
        earliest=max(start, now + timedelta(hours=policy.notice_hours)),
        latest=end - timedelta(seconds=1),
        closed_days=closed_days_of(policy, start.year, end.year),
    )
    if query.earliest > query.latest:
        return Counter()
    return Counter(slot.starts_at.astimezone(calendar.zone).date() for slot in free_slots(calendar, query))


def week_for(
    calendar: Calendar, openings: list[Opening], monday: date, *, policy: Policy, now: datetime
) -> list[WeekDay]:
    """Days from Monday to Friday, and the weekend when it has hours."""
    schedule = schedule_for(tuple(to_hours(opening) for opening in openings), monday, monday + ONE_WEEK)
    free = free_slots_per_day(calendar, monday, policy, now=now)
    today = now.astimezone(calendar.zone).date()
    days = []
    for day in (monday + timedelta(days=offset) for offset in range(7)):
        found = sorted(
            (openings[block_id] for block_id in block_ids_on(schedule, day)), key=lambda opening: opening.starts
        )
        if not found and day.weekday() >= SATURDAY:
            continue
        whole_day = day_interval(calendar, day)
        days.append(
            WeekDay(
                date=day,
                openings=found,
                free=free[day],
                away=absent_intervals_on(calendar, day),
                is_whole_day_away=clip(calendar.absences, whole_day) == [whole_day],
                closed=closed_reason(policy, day),
                is_today=day == today,
                is_past=day < today,
            )
        )
    return days


def preview_for(opening: Opening, hours: Hours, *, policy: Policy, now: datetime) -> HoursPreview:
    """Preview of these hours for the opening, which may be new. Raises what `validate_with_others` raises.

    Shows the first week from next Monday on in which they apply; for hours on one date the week of that date.
    """
    advisor = opening.advisor
    hours = validate_with_others(opening, hours, now=now)
    today = now.astimezone(ZoneInfo(advisor.time_zone)).date()
    next_monday = monday_of(today) + ONE_WEEK
    days = [hours.day] if hours.day else days_on(hours, today, today + A_YEAR)
    monday = monday_of(next((day for day in days if day >= next_monday), days[-1] if days else next_monday))
    (calendar,) = calendars_for(Advisor.objects.filter(pk=advisor.pk), _around(monday), policy=policy)
    others = Opening.objects.filter(advisor=advisor).exclude(pk=opening.pk).select_related("location")
    others_usable = tuple(_usable(to_hours(other), other.location, advisor) for other in others)
    location = Location.objects.get(pk=hours.location_id) if hours.location_id else None
    changed = replace(calendar, hours=(*others_usable, _usable(hours, location, advisor)))
    found = free_slots_per_day(changed, monday, policy, now=now)
    return HoursPreview(
        monday=monday,
        is_next_week=monday == next_monday,
        slots=found.total(),
        slots_now=free_slots_per_day(calendar, monday, policy, now=now).total(),
        days=sorted(found.items()),
        next_days=days[:NEXT_DAYS] if hours.rule else [],
    )


def _around(monday: date) -> SlotQuery:
    """Query over this week in any time zone; `calendars_for` adds a margin itself."""
    start = datetime.combine(monday, time.min, tzinfo=UTC)
    return SlotQuery(earliest=start, latest=start + ONE_WEEK)


def _usable(hours: Hours, location: Location | None, advisor: Advisor) -> Hours:
    """Hours with only the channels that can be used now."""
    has_location = location is not None and location.is_active
    usable = usable_channels(hours.channels, has_video=bool(advisor.video_url), has_location=has_location)
    return replace(hours, channels=usable)
