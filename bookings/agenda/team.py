"""Week of all advisors: bookings and free slots per advisor and day."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from advisors.availability.day_summary import DaySummary, days_between, summarise_days
from advisors.availability.queries import advisor_calendars_for
from advisors.availability.slots import SlotQuery
from advisors.models import Advisor
from organisation.models import Policy
from organisation.policy.closed_days import closed_days_of, closed_reason

SATURDAY = 5
A_WHOLE_DAY = timedelta(days=1)  # covers advisors in other time zones


@dataclass(frozen=True, kw_only=True)
class TeamDay:
    date: date
    closed: str
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class TeamRow:
    advisor_id: int
    name: str
    days: list[DaySummary]

    @property
    def has_hours(self) -> bool:
        return any(day.has_hours for day in self.days)

    @property
    def talks(self) -> int:
        return sum(day.talks for day in self.days)

    @property
    def free(self) -> int:
        return sum(day.free for day in self.days)


@dataclass(frozen=True, kw_only=True)
class TeamWeek:
    days: list[TeamDay]
    rows: list[TeamRow]
    talks: int
    free: int
    full: list[str]  # names of advisors with future hours and no free slots


def team_week(monday: date, *, advisors: list[int], policy: Policy, now: datetime) -> TeamWeek:
    """Monday to Friday, and weekend days in use, of these advisors, in two statements for any number of them."""
    days = days_between(monday, monday + timedelta(days=6))
    closed_days = closed_days_of(policy, days[0].year, days[-1].year)
    midnight = datetime.combine(monday, datetime.min.time(), tzinfo=now.tzinfo)
    query = SlotQuery(earliest=midnight - A_WHOLE_DAY, latest=midnight + timedelta(days=7) + A_WHOLE_DAY)
    named = advisor_calendars_for(Advisor.objects.filter(pk__in=advisors), query, policy=policy) if advisors else []
    notice = timedelta(hours=policy.notice_hours)
    rows = [
        TeamRow(
            advisor_id=one.calendar.advisor_id,
            name=one.name,
            days=summarise_days(one.calendar, days, closed_days=closed_days, notice=notice, now=now),
        )
        for one in sorted(named, key=lambda one: one.name.casefold())
    ]
    shown = [number for number, day in enumerate(days) if day.weekday() < SATURDAY or _is_used(rows, number)]
    today = timezone.localdate(now)
    return TeamWeek(
        days=[
            TeamDay(date=days[number], closed=closed_reason(policy, days[number]), is_today=days[number] == today)
            for number in shown
        ],
        rows=[replace(row, days=[row.days[number] for number in shown]) for row in rows],
        talks=sum(row.talks for row in rows),
        free=sum(row.free for row in rows),
        full=[row.name for row in rows if not row.free and any(day.is_full for day in row.days)],
    )


def _is_used(rows: list[TeamRow], number: int) -> bool:
    return any(row.days[number].talks or row.days[number].has_hours for row in rows)
