"""Reads what a fair share is counted from; the rule itself stands in bookings/fairness.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, QuerySet

from advisors.models import Absence, Advisor
from advisors.open_time import open_minutes
from advisors.queries import closed_days_of, diaries_of
from advisors.slots import Calendar, Question, Span, free_slots
from bookings.fairness import Load, Turn, in_turn, window_around
from bookings.models import Booking
from organisation.models import Policy

ZONE = ZoneInfo(settings.TIME_ZONE)
ONE_DAY = timedelta(days=1)


def advisors_in_turn(
    pool: QuerySet[Advisor], moment: Question, *, policy: Policy, without: Collection[int] = ()
) -> list[Turn]:
    """Who of the pool is free at the question's moment, whose turn it is first; five statements at most."""
    diaries = diaries_of(pool, moment, policy=policy, without=without)
    free = [diary.calendar for diary in diaries if free_slots(diary.calendar, moment)]
    days = policy.share_window_days
    if len(free) < 2:  # nothing to weigh, so nothing to read
        return in_turn((Load(calendar.advisor_id, 1, 1, 0) for calendar in free), days=days)
    around = window_around(moment.earliest.astimezone(ZONE).date(), days=days)
    return in_turn(loads_of(free, *around, policy=policy), days=days)


def loads_of(calendars: Iterable[Calendar], first: date, last: date, *, policy: Policy) -> list[Load]:
    """Of these advisors, from the first day up to and including the last; three statements."""
    calendars = list(calendars)
    advisors = [calendar.advisor_id for calendar in calendars]
    since, until = (datetime.combine(day, datetime.min.time(), tzinfo=ZONE) for day in (first, last + ONE_DAY))
    weights = dict(Advisor.objects.filter(pk__in=advisors).order_by().values_list("pk", "share_weight"))
    talks, absences = _talks_of(advisors, since, until), _absences_of(advisors, since, until)
    closed = closed_days_of(policy, first.year, last.year)
    return [
        Load(
            advisor_id=calendar.advisor_id,
            weight=weights[calendar.advisor_id],
            open_minutes=open_minutes(replace(calendar, absences=absences[calendar.advisor_id]), first, last, closed),
            talks=talks.get(calendar.advisor_id, 0),
        )
        for calendar in calendars
    ]


def _talks_of(advisors: Collection[int], since: datetime, until: datetime) -> dict[int, int]:
    """A missed talk took time as well; a cancelled one gave it back."""
    held = Booking.objects.filter(advisor_id__in=advisors, starts_at__gte=since, starts_at__lt=until)
    counted = held.exclude(status=Booking.Status.CANCELLED).order_by().values_list("advisor_id")
    return dict(counted.annotate(talks=Count("pk")))


def _absences_of(advisors: Collection[int], since: datetime, until: datetime) -> dict[int, tuple[Span, ...]]:
    away = Absence.objects.filter(advisor_id__in=advisors, ends_at__gt=since, starts_at__lt=until).order_by()
    found: dict[int, tuple[Span, ...]] = defaultdict(tuple)
    for advisor_id, starts_at, ends_at in away.values_list("advisor_id", "starts_at", "ends_at"):
        found[advisor_id] += (Span(starts_at, ends_at),)
    return found
