"""An advisor's day and week: talks, free stretches and absences, in order of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.models import Advisor
from advisors.queries import calendars_of
from advisors.slots import Calendar, Question, Span
from advisors.stretches import ONE_DAY, away_in_hours, day_of, free_on, opened_on, within
from bookings.models import Booking
from organisation.models import Policy, User
from organisation.workdays import public_holidays

SATURDAY = 5
ONE_WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A talk, or a stretch of time that is free or away."""

    starts_at: datetime
    ends_at: datetime
    booking: Booking | None = None
    is_away: bool = False
    is_now: bool = False
    is_over: bool = False  # and not marked yet


@dataclass(frozen=True, kw_only=True)
class Day:
    date: date
    talks: list[Booking]
    away: list[Span]
    is_whole_day_away: bool
    is_holiday: bool
    has_hours: bool
    is_today: bool


@dataclass(frozen=True, kw_only=True)
class ToDo:
    unmarked: list[Booking]
    waiting: list[Booking]  # with their referrals


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def calendar_of(advisor: Advisor, *, policy: Policy, since: date, until: date) -> Calendar:
    """Hours, absences and taken time of these days, the last one included."""
    zone = ZoneInfo(advisor.time_zone)
    earliest, latest = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (since, until + ONE_DAY))
    question = Question(earliest=earliest, latest=latest)
    return calendars_of(Advisor.objects.filter(pk=advisor.pk), question, policy=policy)[0]


def talks_between(user: User, span: Span) -> QuerySet[Booking]:
    return (
        Booking.objects.visible_to(user)
        .filter(starts_at__gte=span.start, starts_at__lt=span.end)
        .select_related("invitation__application__candidate", "invitation__application__vacancy", "location")
        .order_by("starts_at", "pk")
    )


def rows_of_day(calendar: Calendar, day: date, talks: list[Booking], *, now: datetime) -> list[Row]:
    whole = day_of(calendar, day)
    current = current_of(talks, now) if whole.start <= now < whole.end else None
    rows = [
        Row(
            starts_at=talk.starts_at,
            ends_at=talk.ends_at,
            booking=talk,
            is_now=talk is current,
            is_over=talk.status == Booking.Status.BOOKED and talk.ends_at <= now,
        )
        for talk in talks
    ]
    rows += [Row(starts_at=span.start, ends_at=span.end, is_away=True) for span in away_in_hours(calendar, day)]
    if day not in public_holidays(day.year):
        rows += [Row(starts_at=span.start, ends_at=span.end) for span in free_on(calendar, day)]
    return sorted(rows, key=lambda row: (row.starts_at, row.booking is None))


def current_of(talks: Iterable[Booking], now: datetime) -> Booking | None:
    """The talk that is on, otherwise the next one."""
    ahead = (talk for talk in talks if talk.status == Booking.Status.BOOKED and talk.ends_at > now)
    return next(ahead, None)


def days_of_week(calendar: Calendar, monday: date, talks: list[Booking], *, today: date) -> list[Day]:
    """Monday to Friday, and the weekend only when there is something in it."""
    days = [_day(calendar, monday + timedelta(days=number), talks, today) for number in range(7)]
    return [day for day in days if day.date.weekday() < SATURDAY or day.talks or day.has_hours]


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


def _day(calendar: Calendar, day: date, talks: list[Booking], today: date) -> Day:
    whole = day_of(calendar, day)
    return Day(
        date=day,
        talks=[talk for talk in talks if whole.start <= talk.starts_at < whole.end],
        away=away_in_hours(calendar, day),
        is_whole_day_away=within(calendar.absences, whole) == [whole],
        is_holiday=day in public_holidays(day.year),
        has_hours=bool(opened_on(calendar, day)),
        is_today=day == today,
    )
