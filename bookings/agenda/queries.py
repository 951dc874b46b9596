"""Agenda of an advisor by day, week and month: bookings, holds, free time and absences."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.day_summary import DaySummary, cap_on, summarise_days
from advisors.availability.intervals import (
    ONE_DAY,
    absent_intervals_on,
    day_interval,
    external_intervals_on,
    free_intervals_on,
    open_intervals_on,
    subtract,
)
from advisors.availability.queries import calendars_for
from advisors.availability.slots import Calendar, SlotQuery, Span
from advisors.models import Advisor
from bookings.models import Booking, Hold
from bookings.notifications.sms_status import with_sms_reply
from core.date_params import weeks_of_month
from organisation.models import Policy, User
from organisation.policy.closed_days import closed_days_of, closed_reason

SATURDAY = 5


class RowKind(StrEnum):
    TALK = "talk"
    HOLD = "held"
    AWAY = "away"
    ELSEWHERE = "elsewhere"
    FREE = "free"


@dataclass(frozen=True, kw_only=True)
class AgendaRow:
    """Row of a day: a booking, a hold, free time or an absence."""

    kind: RowKind
    starts_at: datetime
    ends_at: datetime
    booking: Booking | None = None
    hold: Hold | None = None
    is_now: bool = False
    is_over: bool = False  # without a recorded outcome


@dataclass(frozen=True, kw_only=True)
class AgendaItems:
    """Bookings and holds within a span, in order."""

    talks: list[Booking]
    holds: list[Hold] = field(default_factory=list)

    def on(self, whole: Span) -> "AgendaItems":
        return AgendaItems(
            talks=[talk for talk in self.talks if whole.start <= talk.starts_at < whole.end],
            holds=[hold for hold in self.holds if whole.start <= hold.starts_at < whole.end],
        )


@dataclass(frozen=True, kw_only=True)
class AgendaDay:
    date: date
    talks: list[Booking]
    holds: list[Hold]
    away: list[Span]
    elsewhere: list[Span]
    closed: str  # reason why the employer is closed, or ""
    is_whole_day_away: bool
    has_hours: bool
    is_today: bool

    @property
    def in_order(self) -> list[Booking | Hold]:
        return sorted([*self.talks, *self.holds], key=lambda one: one.starts_at)


@dataclass(frozen=True, kw_only=True)
class MonthDay:
    count: DaySummary
    closed: str
    is_today: bool
    is_in_month: bool

    @property
    def has_something(self) -> bool:
        """True when the day deserves a line in a list."""
        count = self.count
        is_open = count.has_hours and not count.is_past
        return bool(is_open or count.talks or count.on_hold or count.is_away or self.closed)


@dataclass(frozen=True, kw_only=True)
class ToDo:
    unmarked: list[Booking]
    waiting: list[Booking]  # with their referrals


def calendar_of(advisor: Advisor, *, policy: Policy, since: date, until: date) -> Calendar:
    """Opening hours, absences and busy time of these days, the last one included."""
    span = span_of(advisor, since, until + ONE_DAY)
    query = SlotQuery(earliest=span.start, latest=span.end)
    return calendars_for(Advisor.objects.filter(pk=advisor.pk), query, policy=policy)[0]


def span_of(advisor: Advisor, since: date, until: date) -> Span:
    """Span between the midnights of two days, in the advisor's time zone."""
    zone = ZoneInfo(advisor.time_zone)
    start, end = (datetime.combine(day, datetime.min.time(), tzinfo=zone) for day in (since, until))
    return Span(start, end)


def bookings_between(user: User, span: Span) -> QuerySet[Booking]:
    talks = with_sms_reply(Booking.objects.visible_to(user))
    return (
        talks.filter(starts_at__gte=span.start, starts_at__lt=span.end)
        .select_related("invitation__application__candidate", "invitation__application__vacancy", "location")
        .prefetch_related("calendar_replies")
        .order_by("starts_at", "pk")
    )


def items_between(user: User, advisor: Advisor, span: Span) -> AgendaItems:
    holds = Hold.objects.filter(
        advisor=advisor, state=Hold.State.OFFERED, starts_at__gte=span.start, starts_at__lt=span.end
    )
    return AgendaItems(talks=list(bookings_between(user, span)), holds=list(holds))


def next_booking_after(user: User, at: datetime) -> Booking | None:
    """First booking that starts at or after this time."""
    return Booking.objects.visible_to(user).booked().filter(starts_at__gte=at).order_by("starts_at").first()


def rows_of_day(calendar: Calendar, day: date, items: AgendaItems, *, policy: Policy, now: datetime) -> list[AgendaRow]:
    """Rows of a day; none is free on a closed day or when the daily limit is reached."""
    whole = day_interval(calendar, day)
    items = items.on(whole)
    current = current_booking(items.talks, now) if whole.start <= now < whole.end else None
    rows = [_row_of_talk(talk, now, is_now=talk is current) for talk in items.talks]
    rows += [
        AgendaRow(kind=RowKind.HOLD, starts_at=hold.starts_at, ends_at=hold.ends_at, hold=hold) for hold in items.holds
    ]
    rows += _rows(RowKind.AWAY, absent_intervals_on(calendar, day))
    if not closed_reason(policy, day):
        rows += _rows(RowKind.ELSEWHERE, subtract(external_intervals_on(calendar, day), calendar.absences))
        rows += _rows(RowKind.FREE, free_intervals_on(calendar, day)) if cap_on(calendar, day) is None else []
    return sorted(rows, key=lambda row: (row.starts_at, row.booking is None))


def current_booking(talks: Iterable[Booking], now: datetime) -> Booking | None:
    """Booking that is in progress, else the next one."""
    ahead = (talk for talk in talks if talk.status == Booking.Status.BOOKED and talk.ends_at > now)
    return next(ahead, None)


def days_of_week(
    calendar: Calendar, monday: date, items: AgendaItems, *, policy: Policy, today: date
) -> list[AgendaDay]:
    """Monday to Friday, and weekend days that have bookings, holds or opening hours."""
    days = [_day(calendar, monday + timedelta(days=number), items, policy, today) for number in range(7)]
    return [day for day in days if day.date.weekday() < SATURDAY or day.talks or day.holds or day.has_hours]


def month_of(calendar: Calendar, first: date, *, policy: Policy, now: datetime) -> list[list[MonthDay]]:
    """Days of a month, week by week."""
    weeks = weeks_of_month(first)
    closed_days = closed_days_of(policy, weeks[0][0].year, weeks[-1][-1].year)
    days = [day for week in weeks for day in week]
    notice = timedelta(hours=policy.notice_hours)
    found = summarise_days(calendar, days, closed_days=closed_days, notice=notice, now=now)
    counts = {count.date: count for count in found}
    today = now.astimezone(calendar.zone).date()
    return [
        [
            MonthDay(
                count=counts[day],
                closed=closed_reason(policy, day),
                is_today=day == today,
                is_in_month=day.month == first.month,
            )
            for day in week
        ]
        for week in weeks
    ]


def to_do_of(user: User, *, now: datetime) -> ToDo:
    """Open actions: past bookings without an outcome, and referrals without an answer."""
    own = Booking.objects.visible_to(user).select_related("invitation__application__candidate")
    unmarked = own.booked().filter(ends_at__lte=now).order_by("starts_at")
    waiting = own.filter(
        referrals__isnull=False,
        referrals__answered_at__isnull=True,
        referrals__refused_at__isnull=True,
        referrals__withdrawn_at__isnull=True,
    )
    return ToDo(unmarked=list(unmarked), waiting=list(waiting.distinct().prefetch_related("referrals__vacancy")))


def _row_of_talk(talk: Booking, now: datetime, *, is_now: bool) -> AgendaRow:
    is_over = talk.status == Booking.Status.BOOKED and talk.ends_at <= now
    return AgendaRow(
        kind=RowKind.TALK,
        starts_at=talk.starts_at,
        ends_at=talk.ends_at,
        booking=talk,
        is_now=is_now,
        is_over=is_over,
    )


def _rows(kind: RowKind, spans: list[Span]) -> list[AgendaRow]:
    return [AgendaRow(kind=kind, starts_at=span.start, ends_at=span.end) for span in spans]


def _day(calendar: Calendar, day: date, items: AgendaItems, policy: Policy, today: date) -> AgendaDay:
    whole = day_interval(calendar, day)
    day_items, closed = items.on(whole), closed_reason(policy, day)
    return AgendaDay(
        date=day,
        talks=day_items.talks,
        holds=day_items.holds,
        away=absent_intervals_on(calendar, day),
        elsewhere=[] if closed else subtract(external_intervals_on(calendar, day), calendar.absences),
        closed=closed,
        is_whole_day_away=not subtract([whole], calendar.absences),
        has_hours=bool(open_intervals_on(calendar, day)),
        is_today=day == today,
    )
