"""A week of an advisor as the hours page and the preview show it: hours, and the moments that are left in them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.intervals import away_in_hours, day_of, within
from advisors.availability.opening_hours import Hours, days_on, numbers_on, rota_of
from advisors.availability.queries import calendars_of, channels_that_work, closed_days_of
from advisors.availability.slots import Calendar, Question, Span, free_slots
from advisors.availability.validation import hours_of, workable
from advisors.models import Advisor, AgendaEntry, Opening
from organisation.closed_days import why_closed
from organisation.models import Location, Policy

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
    closed: str  # why, when the employer is closed
    is_today: bool
    is_past: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What hours that are not kept yet would give in the first week in which they count."""

    monday: date
    is_next_week: bool
    moments: int
    moments_now: int  # as the hours are
    days: list[tuple[date, int]]  # with moments
    next_days: list[date]  # on which these hours count


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def monday_to_open_with(advisors: Collection[int] | QuerySet[Advisor], today: date, zone: ZoneInfo) -> date:
    """Of this week; from Saturday on of the coming one, unless a talk of theirs stands in this weekend."""
    monday = monday_of(today)
    if today.weekday() < SATURDAY:
        return monday
    since, until = (
        datetime.combine(day, time(), tzinfo=zone) for day in (monday + timedelta(days=SATURDAY), monday + ONE_WEEK)
    )
    talks = AgendaEntry.objects.filter(advisor__in=advisors, kind=AgendaEntry.Kind.BOOKING)
    in_weekend = talks.filter(busy_until__gt=since, busy_from__lt=until).exists()
    return monday if in_weekend else monday + ONE_WEEK


def moments_in(calendar: Calendar, monday: date, policy: Policy, *, now: datetime) -> Counter[date]:
    """Free moments of a week per local day. Notice counts; the horizon does not, since it comes nearer by itself."""
    start, end = day_of(calendar, monday).start, day_of(calendar, monday + ONE_WEEK).start
    question = Question(
        earliest=max(start, now + timedelta(hours=policy.notice_hours)),
        latest=end - timedelta(seconds=1),
        closed_days=closed_days_of(policy, start.year, end.year),
    )
    if question.earliest > question.latest:
        return Counter()
    return Counter(slot.starts_at.astimezone(calendar.zone).date() for slot in free_slots(calendar, question))


def week_of(
    calendar: Calendar, openings: list[Opening], monday: date, *, policy: Policy, now: datetime
) -> list[WeekDay]:
    """Monday to Friday, and the weekend when there are hours in it."""
    rota = rota_of(tuple(hours_of(opening) for opening in openings), monday, monday + ONE_WEEK)
    free = moments_in(calendar, monday, policy, now=now)
    today = now.astimezone(calendar.zone).date()
    days = []
    for day in (monday + timedelta(days=number) for number in range(7)):
        found = sorted((openings[number] for number in numbers_on(rota, day)), key=lambda opening: opening.starts)
        if not found and day.weekday() >= SATURDAY:
            continue
        whole = day_of(calendar, day)
        days.append(
            WeekDay(
                date=day,
                openings=found,
                free=free[day],
                away=away_in_hours(calendar, day),
                is_whole_day_away=within(calendar.absences, whole) == [whole],
                closed=why_closed(policy, day),
                is_today=day == today,
                is_past=day < today,
            )
        )
    return days


def preview_of(opening: Opening, hours: Hours, *, policy: Policy, now: datetime) -> Preview:
    """With these hours for the opening, which may be new. The week is the first one from the next Monday on in which
    they count, and for one day the week of that day. Refuses as `advisors.openings.workable`."""
    advisor = opening.advisor
    hours = workable(opening, hours, now=now)
    today = now.astimezone(ZoneInfo(advisor.time_zone)).date()
    next_monday = monday_of(today) + ONE_WEEK
    days = [hours.day] if hours.day else days_on(hours, today, today + A_YEAR)
    monday = monday_of(next((day for day in days if day >= next_monday), days[-1] if days else next_monday))
    (calendar,) = calendars_of(Advisor.objects.filter(pk=advisor.pk), _around(monday), policy=policy)
    others = Opening.objects.filter(advisor=advisor).exclude(pk=opening.pk).select_related("location")
    kept = tuple(_working(hours_of(other), other.location, advisor) for other in others)
    place = Location.objects.get(pk=hours.location_id) if hours.location_id else None
    changed = replace(calendar, hours=(*kept, _working(hours, place, advisor)))
    found = moments_in(changed, monday, policy, now=now)
    return Preview(
        monday=monday,
        is_next_week=monday == next_monday,
        moments=found.total(),
        moments_now=moments_in(calendar, monday, policy, now=now).total(),
        days=sorted(found.items()),
        next_days=days[:NEXT_DAYS] if hours.rule else [],
    )


def _around(monday: date) -> Question:
    """The week in any zone; `calendars_of` looks a week further itself."""
    start = datetime.combine(monday, time.min, tzinfo=UTC)
    return Question(earliest=start, latest=start + ONE_WEEK)


def _working(hours: Hours, place: Location | None, advisor: Advisor) -> Hours:
    """Only in the channels in which they work."""
    has_place = place is not None and place.is_active
    works = channels_that_work(hours.channels, has_video=bool(advisor.video_url), has_place=has_place)
    return replace(hours, channels=works)
