"""What the page of hours shows of one advisor."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from advisors.availability.intervals import ONE_DAY, is_within_hours, room_in
from advisors.availability.opening_hours import days_on
from advisors.availability.queries import calendars_of, closed_days_of, question_of
from advisors.availability.slots import Calendar, Question, Span
from advisors.availability.validation import hours_of
from advisors.hours.repeat_choices import rule_in_words
from advisors.hours.week_preview import A_YEAR, NEXT_DAYS, ONE_WEEK, WeekDay, monday_of, monday_to_open_with, week_of
from advisors.models import Absence, Advisor, AgendaEntry, Opening, TalkChannel, Weekday
from organisation.closed_days import own_closed_days
from organisation.models import Policy

TWO_WEEKS = timedelta(days=14)
FAR_AHEAD = timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Room:
    """Moments that candidates can book in the coming two weeks."""

    free: int
    total: int


@dataclass(frozen=True, kw_only=True)
class DayHours:
    day: Weekday
    openings: list[Opening]


@dataclass(frozen=True, kw_only=True)
class Away:
    """An absence in the words of a calendar: whole days, or from a time until a time."""

    pk: int
    first_day: date
    last_day: date
    starts_at: datetime
    ends_at: datetime
    is_whole_days: bool


@dataclass(frozen=True, kw_only=True)
class Recurring:
    """Hours by a rule, with the days that come."""

    opening: Opening
    words: str
    next_days: list[date]


@dataclass(frozen=True, kw_only=True)
class HoursPage:
    monday: date
    previous: date | None  # the week before, unless this week is shown
    next: date | None
    week: list[WeekDay]
    days: list[DayHours]
    by_rule: list[Recurring]
    on_days: list[Opening]  # that are not over
    absences: list[Away]
    room: Room
    closed_days: list[tuple[date, str]]  # of the employer, that come
    closes_on_public_holidays: bool
    outside: list[AgendaEntry]  # talks that stand outside the hours


def room_of(calendar: Calendar, policy: Policy, now: datetime) -> Room:
    question = question_of(policy, now=now)
    question = replace(question, latest=min(question.latest, now + TWO_WEEKS))
    free, total = room_in(calendar, question)
    return Room(free=free, total=total)


def hours_page_of(advisor: Advisor, *, policy: Policy, now: datetime, monday: date | None = None) -> HoursPage:
    """`monday` of the week to show: from this week on, within a year; left out, the one to open with."""
    known = list(advisor.openings.select_related("location"))
    everything = Question(earliest=now, latest=now + FAR_AHEAD)
    (calendar,) = calendars_of(Advisor.objects.filter(pk=advisor.pk), everything, policy=policy)
    today = now.astimezone(calendar.zone).date()
    this_monday = monday_of(today)
    openings = [opening for opening in known if (opening.valid_until or today) >= this_monday]
    last_monday = this_monday + 52 * ONE_WEEK
    asked = monday or monday_to_open_with([advisor.pk], today, calendar.zone)
    monday = min(max(asked, this_monday), last_monday)
    return HoursPage(
        monday=monday,
        previous=monday - ONE_WEEK if monday > this_monday else None,
        next=monday + ONE_WEEK if monday < last_monday else None,
        week=week_of(calendar, openings, monday, policy=policy, now=now),
        days=[
            DayHours(day=day, openings=[opening for opening in openings if opening.weekday == day]) for day in Weekday
        ],
        by_rule=[_recurring(opening, today) for opening in openings if opening.rule],
        on_days=[opening for opening in openings if opening.day and opening.day >= today],
        absences=[_away(absence, calendar.zone) for absence in advisor.absences.filter(ends_at__gt=now)],
        room=room_of(calendar, policy, now),
        closed_days=own_closed_days(policy, today),
        closes_on_public_holidays=policy.closes_on_public_holidays,
        outside=_talks_outside(calendar, policy, now),
    )


def _recurring(opening: Opening, today: date) -> Recurring:
    days = days_on(hours_of(opening), today, today + A_YEAR)
    return Recurring(opening=opening, words=rule_in_words(opening.rule), next_days=days[:NEXT_DAYS])


def _away(absence: Absence, zone: ZoneInfo) -> Away:
    starts_at, ends_at = absence.starts_at.astimezone(zone), absence.ends_at.astimezone(zone)
    ends_at_midnight = ends_at.time() == datetime.min.time()
    return Away(
        pk=absence.pk,
        first_day=starts_at.date(),
        last_day=ends_at.date() - ONE_DAY if ends_at_midnight else ends_at.date(),
        starts_at=starts_at,
        ends_at=ends_at,
        is_whole_days=ends_at_midnight and starts_at.time() == datetime.min.time(),
    )


def _talks_outside(calendar: Calendar, policy: Policy, now: datetime) -> list[AgendaEntry]:
    """What a taken time is for is told by the floor above, through the reverse relation `booking`."""
    talks = AgendaEntry.objects.filter(
        advisor_id=calendar.advisor_id,
        kind=AgendaEntry.Kind.BOOKING,
        busy_from__gt=now,
        busy_from__lt=now + FAR_AHEAD,
        booking__isnull=False,
    ).select_related("booking")
    closed_days = closed_days_of(policy, now.year, (now + FAR_AHEAD).year)
    return [entry for entry in talks if not _stands_within(calendar, closed_days, entry)]


def _stands_within(calendar: Calendar, closed_days: frozenset[date], entry: AgendaEntry) -> bool:
    talk, span = entry.booking, Span(entry.booking.starts_at, entry.booking.ends_at)
    if span.start.astimezone(calendar.zone).date() in closed_days:
        return False
    place = talk.location_id if talk.channel == TalkChannel.ONSITE else None
    return is_within_hours(calendar, span, channel=talk.channel, language=talk.language, location_id=place)
