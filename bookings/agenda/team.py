"""A week of all advisors, for who answers for the service: how much each has to do and how much room there is."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from advisors.availability.day_summary import DayCount, counts_of, days_between
from advisors.availability.queries import closed_days_of, diaries_of
from advisors.availability.slots import Question
from advisors.models import Advisor
from organisation.closed_days import why_closed
from organisation.models import Policy

SATURDAY = 5
A_WHOLE_DAY = timedelta(days=1)  # more than advisors in other zones are ahead or behind


@dataclass(frozen=True, kw_only=True)
class TeamDay:
    date: date
    closed: str
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class TeamRow:
    advisor_id: int
    name: str
    days: list[DayCount]
    is_past: bool = False  # what is free is what is still to come

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
class Team:
    days: list[TeamDay]
    rows: list[TeamRow]
    talks: int
    free: int
    full: list[str]  # who has hours to come and no room in them


def team_of(monday: date, *, policy: Policy, now: datetime) -> Team:
    """Monday to Friday, and the weekend only when there is something in it. Two statements, however many they are."""
    days = days_between(monday, monday + timedelta(days=6))
    closed_days = closed_days_of(policy, days[0].year, days[-1].year)
    midnight = datetime.combine(monday, datetime.min.time(), tzinfo=now.tzinfo)
    question = Question(earliest=midnight - A_WHOLE_DAY, latest=midnight + timedelta(days=7) + A_WHOLE_DAY)
    diaries = diaries_of(Advisor.objects.active(), question, policy=policy)
    notice = timedelta(hours=policy.notice_hours)
    rows = [
        TeamRow(
            advisor_id=diary.calendar.advisor_id,
            name=diary.name,
            days=counts_of(diary.calendar, days, closed_days=closed_days, notice=notice, now=now),
        )
        for diary in sorted(diaries, key=lambda diary: diary.name.casefold())
    ]
    shown = [number for number, day in enumerate(days) if day.weekday() < SATURDAY or _is_used(rows, number)]
    today = timezone.localdate(now)
    return Team(
        days=[
            TeamDay(date=days[number], closed=why_closed(policy, days[number]), is_today=days[number] == today)
            for number in shown
        ],
        rows=[replace(row, days=[row.days[number] for number in shown]) for row in rows],
        talks=sum(row.talks for row in rows),
        free=sum(row.free for row in rows),
        full=[row.name for row in rows if not row.free and any(day.is_full for day in row.days)],
    )


def _is_used(rows: list[TeamRow], number: int) -> bool:
    return any(row.days[number].talks or row.days[number].has_hours for row in rows)
