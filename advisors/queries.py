"""Feeds the engine: any number of advisors, days and years of history in at most five SQL statements."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, QuerySet, Value

from advisors.models import Absence, Advisor, AgendaEntry, Opening, TalkChannel
from advisors.slots import Calendar, Hours, Question, Slot, Span, free_slots
from organisation.models import Policy
from organisation.workdays import public_holidays

ADVISOR_FIELDS = ("pk", "time_zone", "session_minutes", "buffer_minutes", "max_per_day", "languages")
CHANNEL_FIELDS = ("channels", "location__is_active", "advisor__video_url")
HOURS_FIELDS = ("advisor_id", "weekday", "starts", "ends", "location_id", *CHANNEL_FIELDS)
WHOLE_DAY = timedelta(days=1)
ABSENCE = "absence"


def question_of(policy: Policy, *, now: datetime, channel: str | None = None, language: str | None = None) -> Question:
    """What policy lets a candidate ask at this moment: from notice to horizon, without public holidays."""
    earliest = now + timedelta(hours=policy.notice_hours)
    latest = now + timedelta(days=policy.horizon_days)
    return Question(
        earliest=earliest,
        latest=latest,
        channel=channel,
        language=language,
        closed_days=_closed_days(earliest.year, latest.year),
    )


def free_slots_of(
    advisors: QuerySet[Advisor], question: Question, *, policy: Policy, without_entry: int | None = None
) -> list[Slot]:
    """The free moments of these advisors, by start and then by advisor. `without_entry` is time to be given back."""
    calendars = calendars_of(advisors, question, policy=policy, without_entry=without_entry)
    slots = [slot for calendar in calendars if calendar.languages for slot in free_slots(calendar, question)]
    slots.sort(key=lambda slot: (slot.starts_at, slot.advisor_id))
    return slots


def calendars_of(
    advisors: QuerySet[Advisor], question: Question, *, policy: Policy, without_entry: int | None = None
) -> list[Calendar]:
    """Three statements, whatever the number of advisors: who, weekly hours, absences with taken time."""
    rows = list(advisors.order_by("pk").values(*ADVISOR_FIELDS))
    ids = [row["pk"] for row in rows]
    since, until = question.earliest - WHOLE_DAY, question.latest + WHOLE_DAY
    hours = _hours_of(ids)
    absences, taken, talks = _busy_time_of(ids, since, until, without_entry)
    return [
        _calendar(row, policy, hours[row["pk"]], absences[row["pk"]], taken[row["pk"]], talks[row["pk"]])
        for row in rows
    ]


def _calendar(
    row: dict[str, Any],
    policy: Policy,
    hours: list[Hours],
    absences: list[Span],
    taken: list[Span],
    talks: list[datetime],
) -> Calendar:
    length = policy.session_minutes if row["session_minutes"] is None else row["session_minutes"]
    buffer = policy.buffer_minutes if row["buffer_minutes"] is None else row["buffer_minutes"]
    return Calendar(
        advisor_id=row["pk"],
        zone=ZoneInfo(row["time_zone"]),
        length=timedelta(minutes=length),
        buffer=timedelta(minutes=buffer),
        hours=tuple(hours),
        languages=languages_in(policy, row["languages"]),
        max_per_day=row["max_per_day"],
        absences=tuple(absences),
        taken=tuple(taken),
        talks=tuple(talks),
    )


def _hours_of(ids: Collection[int]) -> dict[int, list[Hours]]:
    found: dict[int, list[Hours]] = defaultdict(list)
    for row in Opening.objects.filter(advisor_id__in=ids).values(*HOURS_FIELDS):
        if channels := channels_that_work(row):
            hours = Hours(row["weekday"], row["starts"], row["ends"], channels, row["location_id"])
            found[row["advisor_id"]].append(hours)
    return found


def channels_that_work(opening: dict[str, Any]) -> frozenset[str]:
    """Of an opening's values with `CHANNEL_FIELDS`: on site needs a location in use, video needs a room."""
    channels = set(opening["channels"])
    if not opening["location__is_active"]:
        channels.discard(TalkChannel.ONSITE)
    if not opening["advisor__video_url"]:
        channels.discard(TalkChannel.VIDEO)
    return frozenset(channels)


def languages_in(policy: Policy, spoken: Collection[str]) -> frozenset[str]:
    """The languages of an advisor in which the employer offers talks."""
    return frozenset(spoken) & frozenset(policy.languages)


def _busy_time_of(
    ids: Collection[int], since: datetime, until: datetime, without_entry: int | None
) -> tuple[dict[int, list[Span]], dict[int, list[Span]], dict[int, list[datetime]]]:
    """Absences, taken time and the starts of talks; one statement over both tables."""
    absences: dict[int, list[Span]] = defaultdict(list)
    taken: dict[int, list[Span]] = defaultdict(list)
    talks: dict[int, list[datetime]] = defaultdict(list)
    away = Absence.objects.filter(advisor_id__in=ids, ends_at__gt=since, starts_at__lt=until).order_by()
    entries = AgendaEntry.objects.filter(advisor_id__in=ids, busy_until__gt=since, busy_from__lt=until).order_by()
    if without_entry is not None:
        entries = entries.exclude(pk=without_entry)
    rows = entries.values_list("advisor_id", "kind", "busy_from", "busy_until")
    absence = Value(ABSENCE, output_field=CharField())
    for advisor_id, kind, start, end in rows.union(
        away.values_list("advisor_id", absence, "starts_at", "ends_at"), all=True
    ):
        (absences if kind == ABSENCE else taken)[advisor_id].append(Span(start, end))
        if kind == AgendaEntry.Kind.BOOKING:
            talks[advisor_id].append(start)
    return absences, taken, talks


def _closed_days(first_year: int, last_year: int) -> frozenset[date]:
    return frozenset().union(*(public_holidays(year) for year in range(first_year, last_year + 1)))
