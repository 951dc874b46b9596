"""When a talk of tomorrow is reminded of: from which moment, and until when that is of use. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

HOME = ZoneInfo(settings.TIME_ZONE)
MAIL_AT = time(9)  # the day before, local
TEXT_AT = time(16)
TEXT_UNTIL = time(20)  # nobody gets a text in the evening or at night


def reminder_moment(starts_at: datetime, at: time, zone: ZoneInfo = HOME) -> datetime:
    """`at` o'clock on the day before the talk where the candidate is, as UTC."""
    return _on_day(starts_at, at, zone, days_before=1)


def text_useless_after(starts_at: datetime, zone: ZoneInfo = HOME) -> datetime:
    return reminder_moment(starts_at, TEXT_UNTIL, zone)


def mail_useless_after(starts_at: datetime, zone: ZoneInfo = HOME) -> datetime:
    """The midnight before the talk (UTC): from then on "tomorrow" is no longer true."""
    return _on_day(starts_at, time(), zone, days_before=0)


def _on_day(starts_at: datetime, at: time, zone: ZoneInfo, *, days_before: int) -> datetime:
    day = starts_at.astimezone(zone).date() - timedelta(days=days_before)
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
