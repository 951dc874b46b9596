"""The two SQL statements behind every page with free slots.

Hand-written SQL, because Django needed more time to build these statements than the database to answer them. Values
come as the database returns them: times as whole seconds since 1970 (stored busy times have no fractions), lists as
JSON text.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import connection

from advisors.availability.slots import BusyPeriod, Span, to_datetime
from advisors.models import Absence, Advisor, AgendaEntry, Opening
from core.prepared_statements import Statement
from organisation.models import Location, User

ABSENCE = "absence"
TIME_COLUMNS, DATE_COLUMNS = (13, 14), (18, 20, 21)  # of a row
AS_SECONDS = {"sqlite": "CAST(strftime('%%s', {}) AS INTEGER)", "postgresql": "EXTRACT(EPOCH FROM {})::bigint"}
# On SQLite as text: the driver's converter would parse every value of every request.
AS_TIME = {"sqlite": "CAST({} AS text)", "postgresql": "{}"}
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
WHERE advisor.id IN ({{advisors}})
ORDER BY advisor.id, opening.day, opening.weekday, opening.starts, opening.id
"""  # noqa: S608  # contains no user input


def fetch_advisor_rows(advisors: Statement) -> list[tuple[Any, ...]]:
    """One row per advisor and opening, and one for an advisor without openings; columns as in `queries._Row`.

    `advisors` selects the keys of the advisors. On SQLite times and dates are text: see `parse_times_and_dates`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_advisor_sql(advisors.sql), advisors.values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@lru_cache(maxsize=256)
def _advisor_sql(advisors: str) -> str:
    as_time = AS_TIME[connection.vendor].format
    return ROWS.format(advisors=advisors, starts=as_time("opening.starts"), ends=as_time("opening.ends"))


def fetch_busy_time(
    advisors: Collection[int], since: datetime, until: datetime, *, without: Statement | None
) -> tuple[dict[int, list[Span]], dict[int, list[BusyPeriod]]]:
    """Absences and busy periods per advisor; leaves out the agenda entries whose keys `without` selects."""
    absences: dict[int, list[Span]] = defaultdict(list)
    busy: dict[int, list[BusyPeriod]] = defaultdict(list)
    if not advisors:
        return absences, busy
    window = [*advisors, *(connection.ops.adapt_datetimefield_value(value) for value in (since, until))]
    with connection.cursor() as cursor:
        sql = _busy_time_sql(len(advisors), without.sql if without else "")
        cursor.execute(sql, [*window, *(without.values if without else ()), *window])
        rows = cursor.fetchall()
    for advisor_id, kind, busy_from, busy_until, talk_from, talk_until, calendar_id in rows:
        start, end = to_datetime(busy_from), to_datetime(busy_until)
        if kind == ABSENCE:
            absences[advisor_id].append(Span(start, end))
        else:
            talk = None if talk_from is None else Span(to_datetime(talk_from), to_datetime(talk_until))
            busy[advisor_id].append(BusyPeriod(start, end, kind, talk, calendar_id))
    return absences, busy


@lru_cache(maxsize=256)
def parse_string_set(text: str) -> frozenset[str]:
    """Set of the strings in a JSON list."""
    return frozenset(json.loads(text))


@lru_cache(maxsize=256)
def _busy_time_sql(advisors: int, without: str) -> str:
    seconds = AS_SECONDS[connection.vendor].format
    ids = ",".join(["%s"] * advisors)
    others = f"AND id NOT IN ({without})" if without else ""
    return f"""
        SELECT advisor_id, kind, {seconds("busy_from")}, {seconds("busy_until")},
            {seconds("talk_from")}, {seconds("talk_until")}, calendar_id
        FROM {AgendaEntry._meta.db_table}
        WHERE advisor_id IN ({ids}) AND busy_until > %s AND busy_from < %s {others}
        UNION ALL
        SELECT advisor_id, '{ABSENCE}', {seconds("starts_at")}, {seconds("ends_at")}, NULL, NULL, NULL
        FROM {Absence._meta.db_table}
        WHERE advisor_id IN ({ids}) AND ends_at > %s AND starts_at < %s
    """  # noqa: S608  # contains no user input


def parse_times_and_dates(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Row of `fetch_advisor_rows` with times and dates parsed where the database returned text."""
    values = list(row)
    for column in TIME_COLUMNS:
        values[column] = time.fromisoformat(row[column]) if isinstance(row[column], str) else row[column]
    for column in DATE_COLUMNS:
        values[column] = date.fromisoformat(row[column]) if isinstance(row[column], str) else row[column]
    return tuple(values)
