"""What the page of weekly hours shows of one advisor."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from advisors.models import Absence, Advisor, AgendaEntry, Opening, Weekday
from advisors.queries import calendars_of, question_of
from advisors.slots import Calendar, Question, Span
from advisors.stretches import ONE_DAY, is_within_hours, room_in
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
class HoursPage:
    days: list[DayHours]
    absences: list[Away]
    room: Room
    outside: list[AgendaEntry]  # talks that stand outside the hours


def room_of(calendar: Calendar, policy: Policy, now: datetime) -> Room:
    question = question_of(policy, now=now)
    question = replace(question, latest=min(question.latest, now + TWO_WEEKS))
    free, total = room_in(calendar, question)
    return Room(free=free, total=total)


def hours_page_of(advisor: Advisor, *, policy: Policy, now: datetime) -> HoursPage:
    openings = list(advisor.openings.select_related("location"))
    everything = Question(earliest=now, latest=now + FAR_AHEAD)
    (calendar,) = calendars_of(Advisor.objects.filter(pk=advisor.pk), everything, policy=policy)
    return HoursPage(
        days=[
            DayHours(day=day, openings=[opening for opening in openings if opening.weekday == day]) for day in Weekday
        ],
        absences=[_away(absence, calendar.zone) for absence in advisor.absences.filter(ends_at__gt=now)],
        room=room_of(calendar, policy, now),
        outside=_talks_outside(calendar, now),
    )


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


def _talks_outside(calendar: Calendar, now: datetime) -> list[AgendaEntry]:
    """What a taken time is for is told by the floor above, through the reverse relation `booking`."""
    talks = AgendaEntry.objects.filter(
        advisor_id=calendar.advisor_id,
        kind=AgendaEntry.Kind.BOOKING,
        busy_from__gt=now,
        busy_from__lt=now + FAR_AHEAD,
        booking__isnull=False,
    ).select_related("booking")
    return [
        entry
        for entry in talks
        if not is_within_hours(calendar, Span(entry.busy_from, entry.booking.ends_at), entry.booking.channel)
    ]
