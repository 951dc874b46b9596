"""Times and delays of every message that is sent, in one place. Pure.

Times are local: in the candidate's zone for messages about a booking, in the employer's zone (TIME_ZONE) for
everything else. Policy stores only the values that differ from the defaults.
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
class MessageSchedule:
    """Times and delays, with their defaults."""

    # Invitations: on working days, in the employer's zone.
    invitations_from: time = time(10)
    invitations_until: time = time(17)
    invitations_until_on_friday: time = time(15)
    invitation_reminder_after_days: int = 7  # 0: none
    # About a booking, in the candidate's zone.
    mail_reminder_at: time = time(9)  # the day before
    text_reminder_at: time = time(16)  # the day before
    texts_from: time = time(9)  # a text disturbs more than mail
    texts_until: time = time(20)
    offers_from: time = time(8)  # waitlist; the time to answer counts these hours only
    offers_until: time = time(20)
    # After the appointment, in the candidate's zone.
    survey_after_working_days: int = 2  # after the booking was marked as completed; 0: none
    survey_at: time = time(10)
    # To staff, in the employer's zone.
    advisor_note_minutes_before: int = 60  # 0: none
    outcome_after_working_days: int = 1  # for a booking that is not marked as completed or no-show; 0: none
    outcome_from: time = time(9)
    recruiter_answer_days: int = 5  # working days
    recruiter_reminder_from: time = time(9)  # on a working day
    # Closed days of the employer, which are no working days; stored in another field of the policy.
    closed_days: frozenset[date] = frozenset()

    @staticmethod
    def parse(given: Mapping[str, Any]) -> "MessageSchedule":
        """Defaults, overridden by stored values: {"text_reminder_at": "15:30", "advisor_note_minutes_before": 0}.

        Unknown, unreadable and forbidden values are ignored; values that contradict each other are ignored together.
        """
        return _parse(json.dumps(given, sort_keys=True)) if given else DEFAULT_SCHEDULE


LIMITS: dict[str, tuple[Any, Any]] = {  # (minimum, maximum), both of the type of the value
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
STRICT_ORDER = (
    ("invitations_from", "invitations_until"),
    ("invitations_from", "invitations_until_on_friday"),
    ("texts_from", "texts_until"),
    ("text_reminder_at", "texts_until"),
    ("offers_from", "offers_until"),
)
LOOSE_ORDER = (("texts_from", "text_reminder_at"),)


@lru_cache(maxsize=64)
def _parse(given: str) -> MessageSchedule:
    kept = json.loads(given)
    if not isinstance(kept, dict):
        return DEFAULT_SCHEDULE
    read: dict[str, Any] = {
        name: value
        for name, (least, most) in LIMITS.items()
        if name in kept and (value := _parse_value(type(least), kept[name])) is not None and least <= value <= most
    }
    times = MessageSchedule(**read)
    return DEFAULT_SCHEDULE if contradictions(times) else times


def _parse_value(kind: type, raw: object) -> Value | None:
    if kind is int:
        return raw if isinstance(raw, int) and not isinstance(raw, bool) else None
    try:
        return time.fromisoformat(str(raw)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def contradictions(times: MessageSchedule) -> list[tuple[str, str]]:
    """Pairs of field names of which the second has too early a time."""
    wrong = [(one, other) for one, other in STRICT_ORDER if not getattr(times, one) < getattr(times, other)]
    return wrong + [(one, other) for one, other in LOOSE_ORDER if not getattr(times, one) <= getattr(times, other)]


def non_default_values(times: MessageSchedule) -> dict[str, str | int]:
    """Values that differ from the defaults, in the form that `MessageSchedule.parse` reads."""
    values = {name: value for name in LIMITS if (value := getattr(times, name)) != getattr(DEFAULT_SCHEDULE, name)}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in values.items()}


def next_sms_time(moment: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Earliest time from `moment` on (UTC) at which a text message may reach a phone in this zone."""
    day = moment.astimezone(zone).date()
    if moment >= at_local_time(day, times.texts_until, zone):
        day += ONE_DAY
    return max(moment.astimezone(UTC), at_local_time(day, times.texts_from, zone))


def at_local_time(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """UTC time of a local time; the first of an hour that occurs twice, an hour later for one that is skipped."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


DEFAULT_SCHEDULE = MessageSchedule()
