"""An advisor's day, week and month: talks, held moments, free stretches and absences, in order of time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.day_summary import DayCount, cap_on, counts_of
from advisors.availability.intervals import (
    ONE_DAY,
    away_in_hours,
    busy_elsewhere_on,
    day_of,
    free_on,
    opened_on,
    without,
)
from advisors.availability.queries import calendars_of, closed_days_of
from advisors.availability.slots import Calendar, Question, Span
from advisors.models import Advisor
from bookings.date_params import weeks_of_month
from bookings.models import Booking, Hold
from bookings.notifications.sms_status import with_text_answer
from organisation.closed_days import why_closed
from organisation.models import Policy, User

SATURDAY = 5


class Kind(StrEnum):
    TALK = "talk"
    HELD = "held"
    AWAY = "away"
    ELSEWHERE = "elsewhere"
    FREE = "free"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A talk, a moment that is held for somebody, or a stretch of time that is free or gone."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    booking: Booking | None = None
    hold: Hold | None = None
    is_now: bool = False
    is_over: bool = False  # and not marked yet


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What stands in an agenda between two moments, in order."""

    talks: list[Booking]
    holds: list[Hold] = field(default_factory=list)

    def on(self, whole: Span) -> "Taken":
        return Taken(
            talks=[talk for talk in self.talks if whole.start <= talk.starts_at < whole.end],
            holds=[hold for hold in self.holds if whole.start <= hold.starts_at < whole.end],
        )


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    talks: list[Booking]
    holds: list[Hold]
    away: list[Span]
    elsewhere: list[Span]
    closed: str  # why nobody talks on this day
    is_whole_day_away: bool
    has_hours: bool
    is_today: bool

    @property
    def in_order(self) -> list[Booking | Hold]:
        return sorted([*self.talks, *self.holds], key=lambda one: one.starts_at)


@dataclass(frozen=True, kw_only=True)
class MonthDay:
    count: DayCount
    closed: str
    is_today: bool
    is_in_month: bool

    @property
    def has_something(self) -> bool:
        """Worth a line in a list."""
        count = self.count
        is_open = count.has_hours and not count.is_past
        return bool(is_open or count.talks or count.held or count.is_away or self.closed)


@dataclass(frozen=True, kw_only=True)
class ToDo:
    unmarked: list[Booking]
    waiting: list[Booking]  # with their referrals


def calendar_of(advisor: Advisor, *, policy: Policy, since: date, until: date) -> Calendar:
    """Hours, absences and taken time of these days, the last one included."""
    span = span_of(advisor, since, until + ONE_DAY)
    question = Question(earliest=span.start, latest=span.end)
    return calendars_of(Advisor.objects.filter(pk=advisor.pk), question, policy=policy)[0]


def span_of(advisor: Advisor, since: date, until: date) -> Span:
    """From the first moment of a day until the first moment of another, where the advisor is."""
    zone = ZoneInfo(advisor.time_zone)
    start, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (since, until))
    return Span(start, end)


def talks_between(user: User, span: Span) -> QuerySet[Booking]:
    talks = with_text_answer(Booking.objects.visible_to(user))
    return (
        talks.filter(starts_at__gte=span.start, starts_at__lt=span.end)
        .select_related("invitation__application__candidate", "invitation__application__vacancy", "location")
        .prefetch_related("answers")
        .order_by("starts_at", "pk")
    )


def taken_between(user: User, advisor: Advisor, span: Span) -> Taken:
    held = Hold.objects.filter(
        advisor=advisor, state=Hold.State.OFFERED, starts_at__gte=span.start, starts_at__lt=span.end
    )
    return Taken(talks=list(talks_between(user, span)), holds=list(held))


def next_talk_after(user: User, moment: datetime) -> Booking | None:
    """The first talk that starts after this moment, for who looks at an empty day."""
    return Booking.objects.visible_to(user).standing().filter(starts_at__gte=moment).order_by("starts_at").first()


def rows_of_day(calendar: Calendar, day: date, taken: Taken, *, policy: Policy, now: datetime) -> list[Row]:
    """Nothing is free on a day that is closed, or on which no talk may be added."""
    whole = day_of(calendar, day)
    taken = taken.on(whole)
    current = current_of(taken.talks, now) if whole.start <= now < whole.end else None
    rows = [_row_of_talk(talk, now, is_now=talk is current) for talk in taken.talks]
    rows += [Row(kind=Kind.HELD, starts_at=hold.starts_at, ends_at=hold.ends_at, hold=hold) for hold in taken.holds]
    rows += _rows(Kind.AWAY, away_in_hours(calendar, day))
    if not why_closed(policy, day):
        rows += _rows(Kind.ELSEWHERE, without(busy_elsewhere_on(calendar, day), calendar.absences))
        rows += _rows(Kind.FREE, free_on(calendar, day)) if cap_on(calendar, day) is None else []
    return sorted(rows, key=lambda row: (row.starts_at, row.booking is None))


def current_of(talks: Iterable[Booking], now: datetime) -> Booking | None:
    """The talk that is on, otherwise the next one."""
    ahead = (talk for talk in talks if talk.status == Booking.Status.BOOKED and talk.ends_at > now)
    return next(ahead, None)


def days_of_week(calendar: Calendar, monday: date, taken: Taken, *, policy: Policy, today: date) -> list[Day]:
    """Monday to Friday, and the weekend only when there is something in it."""
    days = [_day(calendar, monday + timedelta(days=number), taken, policy, today) for number in range(7)]
    return [day for day in days if day.date.weekday() < SATURDAY or day.talks or day.holds or day.has_hours]


def month_of(calendar: Calendar, first: date, *, policy: Policy, now: datetime) -> list[list[MonthDay]]:
    """Week by week."""
    weeks = weeks_of_month(first)
    closed_days = closed_days_of(policy, weeks[0][0].year, weeks[-1][-1].year)
    days = [day for week in weeks for day in week]
    notice = timedelta(hours=policy.notice_hours)
    found = counts_of(calendar, days, closed_days=closed_days, notice=notice, now=now)
    counts = {count.date: count for count in found}
    today = now.astimezone(calendar.zone).date()
    return [
        [
            MonthDay(
                count=counts[day],
                closed=why_closed(policy, day),
                is_today=day == today,
                is_in_month=day.month == first.month,
            )
            for day in week
        ]
        for week in weeks
    ]


def to_do_of(user: User, *, now: datetime) -> ToDo:
    """What waits: talks that are over and were not marked, and referrals without an answer (the floor above)."""
    own = Booking.objects.visible_to(user).select_related("invitation__application__candidate")
    unmarked = own.standing().filter(ends_at__lte=now).order_by("starts_at")
    waiting = own.filter(
        referrals__isnull=False,
        referrals__answered_at__isnull=True,
        referrals__refused_at__isnull=True,
        referrals__withdrawn_at__isnull=True,
    )
    return ToDo(unmarked=list(unmarked), waiting=list(waiting.distinct().prefetch_related("referrals__vacancy")))


def _row_of_talk(talk: Booking, now: datetime, *, is_now: bool) -> Row:
    is_over = talk.status == Booking.Status.BOOKED and talk.ends_at <= now
    return Row(
        kind=Kind.TALK,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        booking=talk,
        is_now=is_now,
        is_over=is_over,
    )


def _rows(kind: Kind, spans: list[Span]) -> list[Row]:
    return [Row(kind=kind, starts_at=span.start, ends_at=span.end) for span in spans]


def _day(calendar: Calendar, day: date, taken: Taken, policy: Policy, today: date) -> Day:
    whole = day_of(calendar, day)
    of_day, closed = taken.on(whole), why_closed(policy, day)
    return Day(
        date=day,
        talks=of_day.talks,
        holds=of_day.holds,
        away=away_in_hours(calendar, day),
        elsewhere=[] if closed else without(busy_elsewhere_on(calendar, day), calendar.absences),
        closed=closed,
        is_whole_day_away=not without([whole], calendar.absences),
        has_hours=bool(opened_on(calendar, day)),
        is_today=day == today,
    )
