"""Read the workload of advisors; the rule of the fair share is in assignment/fairness.py."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import connection

from advisors.availability.open_minutes import open_minutes
from advisors.availability.queries import Advisors, Entries, advisor_calendars_for
from advisors.availability.raw_sql import AS_SECONDS
from advisors.availability.slots import Calendar, SlotQuery, Span, to_datetime, why_not
from advisors.models import Absence, Advisor
from bookings.assignment.fairness import Assignment, Workload, rank_advisors, window_around
from bookings.models import Booking
from core.timezones import EMPLOYER_ZONE
from organisation.models import Policy
from organisation.policy.closed_days import closed_days_of

ONE_DAY = timedelta(days=1)
CANCELLED = Booking.Status.CANCELLED.value
# Raw SQL because a booking waits for it. A no-show took time, a cancelled booking did not.
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


def ranked_advisors(pool: Advisors, query: SlotQuery, *, policy: Policy, without: Entries = ()) -> list[Assignment]:
    """Rank the advisors who are free at the queried start time; three statements at most."""
    advisors_found = advisor_calendars_for(pool, query, policy=policy, without=without)
    free = [advisor.calendar for advisor in advisors_found if why_not(advisor.calendar, query, query.earliest) is None]
    days = policy.share_window_days
    if len(free) < 2:  # nothing to compare, so no query
        return rank_advisors((Workload(calendar.advisor_id, 1, 1, 0) for calendar in free), days=days)
    around = window_around(query.earliest.astimezone(EMPLOYER_ZONE).date(), days=days)
    return rank_advisors(workloads_of(free, *around, policy=policy), days=days)


def workloads_of(calendars: Iterable[Calendar], first: date, last: date, *, policy: Policy) -> list[Workload]:
    """Workloads of these advisors from the first through the last day; one statement."""
    calendars = list(calendars)
    since, until = (datetime.combine(day, datetime.min.time(), tzinfo=EMPLOYER_ZONE) for day in (first, last + ONE_DAY))
    weights, talks, absences = _read([calendar.advisor_id for calendar in calendars], since, until)
    closed = closed_days_of(policy, first.year, last.year)
    return [
        Workload(
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
    """Weights, numbers of bookings, and absences, by advisor."""
    weights: dict[int, int] = {}
    talks: dict[int, int] = {}
    absences: dict[int, tuple[Span, ...]] = defaultdict(tuple)
    if not advisors:
        return weights, talks, absences
    seconds, ids = AS_SECONDS[connection.vendor].format, ",".join(["%s"] * len(advisors))
    window = [connection.ops.adapt_datetimefield_value(at) for at in (since, until)]
    with connection.cursor() as cursor:
        cursor.execute(
            LOADS.format(ids=ids, start=seconds("starts_at"), end=seconds("ends_at")),
            [*window, *advisors, *window, *advisors],
        )
        rows = cursor.fetchall()
    for advisor_id, weight, number, start, end in rows:
        if weight is None:
            absences[advisor_id] += (Span(to_datetime(start), to_datetime(end)),)
        else:
            weights[advisor_id], talks[advisor_id] = weight, number
    return weights, talks, absences
