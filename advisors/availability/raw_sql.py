"""The two reads on which every page with free moments waits.

In SQL of our own: to write these statements took Django longer than the database needs to answer them. Values come as
the database has them: moments as whole seconds since 1970 (taken time has nothing smaller), lists as JSON text.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import connection

from advisors.availability.slots import Span, Taken, moment_at
from advisors.models import Absence, Advisor, AgendaEntry, Opening
from core.prepared_statements import Statement
from organisation.models import Location, User

ABSENCE = "absence"
TIMES, DAYS = (13, 14), (18, 20, 21)  # where a row has times and dates
SECOND = {"sqlite": "CAST(strftime('%%s', {}) AS INTEGER)", "postgresql": "EXTRACT(EPOCH FROM {})::bigint"}
TIME = {"sqlite": "CAST({} AS text)", "postgresql": "{}"}  # else every time is read anew, at every visit
ROWS = f"""
SELECT advisor.id, person.name, advisor.video_url, advisor.time_zone, advisor.languages,
    advisor.session_minutes, advisor.buffer_before_minutes, advisor.buffer_minutes, advisor.step_minutes,
    advisor.max_per_day, advisor.max_per_week,
    opening.id, opening.weekday, {{starts}}, {{ends}}, opening.channels, opening.location_id, opening.rule,
    opening.day, opening.replaces, opening.valid_from, opening.valid_until, opening.languages,
    opening.session_minutes, opening.buffer_before_minutes, opening.buffer_minutes, opening.step_minutes,
    place.is_active, place.address
FROM {Advisor._meta.db_table} advisor
JOIN {User._meta.db_table} person ON person.id = advisor.user_id
LEFT JOIN {Opening._meta.db_table} opening ON opening.advisor_id = advisor.id
LEFT JOIN {Location._meta.db_table} place ON place.id = opening.location_id
WHERE advisor.id IN ({{those}})
ORDER BY advisor.id, opening.day, opening.weekday, opening.starts, opening.id
"""  # noqa: S608  # nothing in it comes from outside


def rows_of(those: Statement) -> list[tuple[Any, ...]]:
    """A row per advisor and opening, and one for who has none; in the order of `advisors.queries._Row`.

    `those` gives the keys of the advisors. `with_days` makes times and dates of what SQLite keeps as text.
    """
    with connection.cursor() as cursor:
        cursor.execute(_rows_in_sql(those.sql), those.values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@lru_cache(maxsize=256)
def _rows_in_sql(those: str) -> str:
    as_it_is = TIME[connection.vendor].format
    return ROWS.format(those=those, starts=as_it_is("opening.starts"), ends=as_it_is("opening.ends"))


def busy_time_of(
    advisors: Collection[int], since: datetime, until: datetime, *, without: Statement | None
) -> tuple[dict[int, list[Span]], dict[int, list[Taken]]]:
    """Absences and taken time by advisor; the entries of which `without` gives the keys are left out."""
    absences: dict[int, list[Span]] = defaultdict(list)
    taken: dict[int, list[Taken]] = defaultdict(list)
    if not advisors:
        return absences, taken
    window = [*advisors, *(connection.ops.adapt_datetimefield_value(moment) for moment in (since, until))]
    with connection.cursor() as cursor:
        sql = _busy_time_in_sql(len(advisors), without.sql if without else "")
        cursor.execute(sql, [*window, *(without.values if without else ()), *window])
        rows = cursor.fetchall()
    for advisor_id, kind, busy_from, busy_until, talk_from, talk_until, calendar_id in rows:
        start, end = moment_at(busy_from), moment_at(busy_until)
        if kind == ABSENCE:
            absences[advisor_id].append(Span(start, end))
        else:
            talk = None if talk_from is None else Span(moment_at(talk_from), moment_at(talk_until))
            taken[advisor_id].append(Taken(start, end, kind, talk, calendar_id))
    return absences, taken


@lru_cache(maxsize=256)
def words_in(text: str) -> frozenset[str]:
    """Of a JSON list."""
    return frozenset(json.loads(text))


@lru_cache(maxsize=256)
def _busy_time_in_sql(advisors: int, without: str) -> str:
    second = SECOND[connection.vendor].format
    ids = ",".join(["%s"] * advisors)
    others = f"AND id NOT IN ({without})" if without else ""
    return f"""
        SELECT advisor_id, kind, {second("busy_from")}, {second("busy_until")},
            {second("talk_from")}, {second("talk_until")}, calendar_id
        FROM {AgendaEntry._meta.db_table}
        WHERE advisor_id IN ({ids}) AND busy_until > %s AND busy_from < %s {others}
        UNION ALL
        SELECT advisor_id, '{ABSENCE}', {second("starts_at")}, {second("ends_at")}, NULL, NULL, NULL
        FROM {Absence._meta.db_table}
        WHERE advisor_id IN ({ids}) AND ends_at > %s AND starts_at < %s
    """  # noqa: S608  # nothing in it comes from outside


def with_days(row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = list(row)
    for place in TIMES:
        values[place] = time.fromisoformat(row[place]) if isinstance(row[place], str) else row[place]
    for place in DAYS:
        values[place] = date.fromisoformat(row[place]) if isinstance(row[place], str) else row[place]
    return tuple(values)
