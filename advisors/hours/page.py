"""Content of the opening hours page of one advisor."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from advisors.availability.intervals import ONE_DAY, count_slots, fits_hours
from advisors.availability.opening_hours import days_on
from advisors.availability.queries import calendars_for, slot_query_for
from advisors.availability.slots import Calendar, SlotQuery, Span
from advisors.availability.validation import to_hours
from advisors.hours.repeat_choices import format_rule
from advisors.hours.week_preview import A_YEAR, NEXT_DAYS, ONE_WEEK, WeekDay, default_monday, week_for
from advisors.models import Absence, Advisor, AgendaEntry, Opening, TalkChannel, Weekday
from core.working_days import monday_of
from organisation.models import Policy
from organisation.policy.closed_days import closed_days_of, own_closed_days

TWO_WEEKS = timedelta(days=14)
FAR_AHEAD = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class SlotCapacity:
    """Slots of the next two weeks: free ones, and all if nothing were taken."""

    free: int
    total: int


@dataclass(frozen=True, kw_only=True)
class DayHours:
    day: Weekday
    openings: list[Opening]


@dataclass(frozen=True, kw_only=True)
class AbsencePeriod:
    """Absence as whole days, or from a time until a time."""

    pk: int
    first_day: date
    last_day: date
    starts_at: datetime
    ends_at: datetime
    is_whole_days: bool


@dataclass(frozen=True, kw_only=True)
class RecurringHours:
    """Opening hours by a recurrence rule, with the next dates."""

    opening: Opening
    label: str
    next_days: list[date]


@dataclass(frozen=True, kw_only=True)
class HoursPage:
    monday: date
    previous: date | None  # Monday of the week before; None for the current week
    next: date | None
    week: list[WeekDay]
    days: list[DayHours]
    by_rule: list[RecurringHours]
    on_dates: list[Opening]  # today or later
    absences: list[AbsencePeriod]
    capacity: SlotCapacity
    closed_days: list[tuple[date, str]]  # of the employer, from today on
    closes_on_public_holidays: bool
    outside: list[AgendaEntry]  # booked talks outside the opening hours


def capacity_of(calendar: Calendar, policy: Policy, now: datetime) -> SlotCapacity:
    query = slot_query_for(policy, now=now)
    query = replace(query, latest=min(query.latest, now + TWO_WEEKS))
    free, total = count_slots(calendar, query)
    return SlotCapacity(free=free, total=total)


def hours_page_for(advisor: Advisor, *, policy: Policy, now: datetime, monday: date | None = None) -> HoursPage:
    """Hours page for the week of `monday`, which is limited to the coming year; by default `default_monday`."""
    stored = list(advisor.openings.select_related("location"))
    everything = SlotQuery(earliest=now, latest=now + FAR_AHEAD)
    (calendar,) = calendars_for(Advisor.objects.filter(pk=advisor.pk), everything, policy=policy)
    today = now.astimezone(calendar.zone).date()
    this_monday = monday_of(today)
    openings = [opening for opening in stored if (opening.valid_until or today) >= this_monday]
    last_monday = this_monday + 52 * ONE_WEEK
    requested = monday or default_monday([advisor.pk], today, calendar.zone)
    monday = min(max(requested, this_monday), last_monday)
    return HoursPage(
        monday=monday,
        previous=monday - ONE_WEEK if monday > this_monday else None,
        next=monday + ONE_WEEK if monday < last_monday else None,
        week=week_for(calendar, openings, monday, policy=policy, now=now),
        days=[
            DayHours(day=day, openings=[opening for opening in openings if opening.weekday == day]) for day in Weekday
        ],
        by_rule=[_recurring(opening, today) for opening in openings if opening.rule],
        on_dates=[opening for opening in openings if opening.day and opening.day >= today],
        absences=[_absence_period(absence, calendar.zone) for absence in advisor.absences.filter(ends_at__gt=now)],
        capacity=capacity_of(calendar, policy, now),
        closed_days=own_closed_days(policy, today),
        closes_on_public_holidays=policy.closes_on_public_holidays,
        outside=_talks_outside(calendar, policy, now),
    )


def _recurring(opening: Opening, today: date) -> RecurringHours:
    days = days_on(to_hours(opening), today, today + A_YEAR)
    return RecurringHours(opening=opening, label=format_rule(opening.rule), next_days=days[:NEXT_DAYS])


def _absence_period(absence: Absence, zone: ZoneInfo) -> AbsencePeriod:
    starts_at, ends_at = absence.starts_at.astimezone(zone), absence.ends_at.astimezone(zone)
    ends_at_midnight = ends_at.time() == datetime.min.time()
    return AbsencePeriod(
        pk=absence.pk,
        first_day=starts_at.date(),
        last_day=ends_at.date() - ONE_DAY if ends_at_midnight else ends_at.date(),
        starts_at=starts_at,
        ends_at=ends_at,
        is_whole_days=ends_at_midnight and starts_at.time() == datetime.min.time(),
    )


def _talks_outside(calendar: Calendar, policy: Policy, now: datetime) -> list[AgendaEntry]:
    """Booked talks outside the opening hours. The booking comes from `bookings`, by the reverse relation `booking`."""
    talks = AgendaEntry.objects.filter(
        advisor_id=calendar.advisor_id,
        kind=AgendaEntry.Kind.BOOKING,
        busy_from__gt=now,
        busy_from__lt=now + FAR_AHEAD,
        booking__isnull=False,
    ).select_related("booking")
    closed_days = closed_days_of(policy, now.year, (now + FAR_AHEAD).year)
    return [entry for entry in talks if not _fits(calendar, closed_days, entry)]


def _fits(calendar: Calendar, closed_days: frozenset[date], entry: AgendaEntry) -> bool:
    booking, span = entry.booking, Span(entry.booking.starts_at, entry.booking.ends_at)
    if span.start.astimezone(calendar.zone).date() in closed_days:
        return False
    location_id = booking.location_id if booking.channel == TalkChannel.ONSITE else None
    return fits_hours(calendar, span, channel=booking.channel, language=booking.language, location_id=location_id)
