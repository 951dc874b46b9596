"""The timetable: every hour and every pause at which something leaves the house, in one place. Pure.

Hours are local: of the candidate where a letter or text is about their talk, of the employer (the zone of the
settings) for everything else. Policy keeps what differs from what is usual.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

Value = time | int
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Times:
    """When what leaves, and what is usual."""

    # About a rejection: on working days, on the employer's clock.
    invitations_from: time = time(10)
    invitations_until: time = time(17)
    invitations_until_on_friday: time = time(15)
    invitation_reminder_after_days: int = 7  # 0: none
    # About a talk, on the candidate's clock.
    mail_reminder_at: time = time(9)  # the day before
    text_reminder_at: time = time(16)  # the day before
    texts_from: time = time(9)  # a phone that rings is less welcome than a mail
    texts_until: time = time(20)
    offers_from: time = time(8)  # of the waiting list; only these hours count for the answer
    offers_until: time = time(20)
    # After a talk, on the candidate's clock.
    survey_after_working_days: int = 2  # after the talk was marked as held; 0: none
    survey_at: time = time(10)
    # To who works here, on the employer's clock.
    advisor_note_minutes_before: int = 60  # 0: none
    outcome_after_working_days: int = 1  # of a talk that nobody marked as held or missed; 0: none
    outcome_from: time = time(9)
    recruiter_answer_days: int = 5  # working days
    recruiter_reminder_from: time = time(9)  # on a working day
    # Not of the timetable, but no working days either: the employer's own closed days.
    closed_days: frozenset[date] = frozenset()

    @staticmethod
    def of(given: Mapping[str, Any]) -> "Times":
        """What is usual, but for what is given: {"text_reminder_at": "15:30", "advisor_note_minutes_before": 0}.

        What we do not know, cannot read or do not allow counts as not given; what contradicts itself counts as nothing
        given.
        """
        return _read(json.dumps(given, sort_keys=True)) if given else USUAL


LIMITS: dict[str, tuple[Any, Any]] = {  # the least and the most, both of the type of the value
    "invitations_from": (time(8), time(17)),
    "invitations_until": (time(9), time(18)),
    "invitations_until_on_friday": (time(9), time(18)),
    "invitation_reminder_after_days": (0, 60),
    "mail_reminder_at": (time(6), time(22)),
    "text_reminder_at": (time(8), time(21)),
    "texts_from": (time(8), time(20)),
    "texts_until": (time(9), time(21)),
    "offers_from": (time(7), time(20)),
    "offers_until": (time(8), time(22)),
    "survey_after_working_days": (0, 20),
    "survey_at": (time(8), time(20)),
    "advisor_note_minutes_before": (0, 240),
    "outcome_after_working_days": (0, 10),
    "outcome_from": (time(6), time(20)),
    "recruiter_answer_days": (2, 20),
    "recruiter_reminder_from": (time(6), time(20)),
}
SOONER_LATER = (
    ("invitations_from", "invitations_until"),
    ("invitations_from", "invitations_until_on_friday"),
    ("texts_from", "texts_until"),
    ("text_reminder_at", "texts_until"),
    ("offers_from", "offers_until"),
)
NOT_BEFORE = (("texts_from", "text_reminder_at"),)


@lru_cache(maxsize=64)
def _read(given: str) -> Times:
    kept = json.loads(given)
    if not isinstance(kept, dict):
        return USUAL
    read: dict[str, Any] = {
        name: value
        for name, (least, most) in LIMITS.items()
        if name in kept and (value := _value(type(least), kept[name])) is not None and least <= value <= most
    }
    times = Times(**read)
    return USUAL if contradictions(times) else times


def _value(kind: type, raw: object) -> Value | None:
    if kind is int:
        return raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    try:
        return time.fromisoformat(str(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def contradictions(times: Times) -> list[tuple[str, str]]:
    """Pairs of names of which the second comes too early."""
    wrong = [(one, other) for one, other in SOONER_LATER if not getattr(times, one) < getattr(times, other)]
    return wrong + [(one, other) for one, other in NOT_BEFORE if not getattr(times, one) <= getattr(times, other)]


def differing(times: Times) -> dict[str, str | int]:
    """What is not as usual, as `Times.of` reads it."""
    values = {name: value for name in LIMITS if (value := getattr(times, name)) != getattr(USUAL, name)}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in values.items()}


def next_moment_for_text(moment: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """The moment itself (UTC) when a phone in this zone may ring then, else the first one after it."""
    day = moment.astimezone(zone).date()
    if moment >= at_clock(day, times.texts_until, zone):
        day += ONE_DAY
    return max(moment.astimezone(UTC), at_clock(day, times.texts_from, zone))


def at_clock(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That hour of that day there, as UTC; of an hour that comes twice the first, of one that is skipped the next."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


USUAL = Times()
