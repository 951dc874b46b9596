"""Reads what a fair share is counted from; the rule itself stands in bookings/fairness.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from advisors.availability.open_minutes import open_minutes
from advisors.availability.queries import Advisors, Entries, closed_days_of, diaries_of
from advisors.availability.raw_sql import SECOND
from advisors.availability.slots import Calendar, Question, Span, moment_at, why_not
from advisors.models import Absence, Advisor
from bookings.assignment.fairness import Load, Turn, in_turn, window_around
from bookings.models import Booking
from organisation.models import Policy

ZONE = ZoneInfo(settings.TIME_ZONE)
ONE_DAY = timedelta(days=1)
CANCELLED = Booking.Status.CANCELLED.value
# In SQL of our own, as in advisors/reading.py: a booking waits for it. A missed talk took time, a cancelled one gave it
# back.
LOADS = f"""
SELECT advisor.id, advisor.share_weight, (
        SELECT COUNT(*) FROM {Booking._meta.db_table} talk
        WHERE talk.advisor_id = advisor.id AND talk.starts_at >= %s AND talk.starts_at < %s
        AND talk.status <> '{CANCELLED}'
    ), NULL, NULL
FROM {Advisor._meta.db_table} advisor WHERE advisor.id IN ({{ids}})
UNION ALL
SELECT advisor_id, NULL, NULL, {{start}}, {{end}}
FROM {Absence._meta.db_table} WHERE ends_at > %s AND starts_at < %s AND advisor_id IN ({{ids}})
"""  # noqa: S608  # nothing in it comes from outside


def advisors_in_turn(pool: Advisors, moment: Question, *, policy: Policy, without: Entries = ()) -> list[Turn]:
    """Who of the pool is free at the question's moment, whose turn it is first; three statements at most."""
    diaries = diaries_of(pool, moment, policy=policy, without=without)
    free = [diary.calendar for diary in diaries if why_not(diary.calendar, moment, moment.earliest) is None]
    days = policy.share_window_days
    if len(free) < 2:  # nothing to weigh, so nothing to read
        return in_turn((Load(calendar.advisor_id, 1, 1, 0) for calendar in free), days=days)
    around = window_around(moment.earliest.astimezone(ZONE).date(), days=days)
    return in_turn(loads_of(free, *around, policy=policy), days=days)


def loads_of(calendars: Iterable[Calendar], first: date, last: date, *, policy: Policy) -> list[Load]:
    """Of these advisors, from the first day up to and including the last; one statement."""
    calendars = list(calendars)
    since, until = (datetime.combine(day, datetime.min.time(), tzinfo=ZONE) for day in (first, last + ONE_DAY))
    weights, talks, absences = _read([calendar.advisor_id for calendar in calendars], since, until)
    closed = closed_days_of(policy, first.year, last.year)
    return [
        Load(
            advisor_id=calendar.advisor_id,
            weight=weights[calendar.advisor_id],
            open_minutes=open_minutes(replace(calendar, absences=absences[calendar.advisor_id]), first, last, closed),
            talks=talks[calendar.advisor_id],
        )
        for calendar in calendars
    ]


def _read(
    advisors: Collection[int], since: datetime, until: datetime
) -> tuple[dict[int, int], dict[int, int], dict[int, tuple[Span, ...]]]:
    """Weights, numbers of talks, and absences, by advisor."""
    weights: dict[int, int] = {}
    talks: dict[int, int] = {}
    absences: dict[int, tuple[Span, ...]] = defaultdict(tuple)
    if not advisors:
        return weights, talks, absences
    second, ids = SECOND[connection.vendor].format, ",".join(["%s"] * len(advisors))
    window = [connection.ops.adapt_datetimefield_value(moment) for moment in (since, until)]
    with connection.cursor() as cursor:
        cursor.execute(
            LOADS.format(ids=ids, start=second("starts_at"), end=second("ends_at")),
            [*window, *advisors, *window, *advisors],
        )
        rows = cursor.fetchall()
    for advisor_id, weight, number, start, end in rows:
        if weight is None:
            absences[advisor_id] += (Span(moment_at(start), moment_at(end)),)
        else:
            weights[advisor_id], talks[advisor_id] = weight, number
    return weights, talks, absences
