"""When the survey of a talk leaves, and until when it is of use. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.message_schedule import Times, at_clock
from core.working_days import add_working_days

SURVEY_USEFUL = timedelta(days=14)  # after that nobody remembers well how it was


def survey_moment(closed_at: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """That hour where the candidate is, so many working days after the talk was marked as held (UTC)."""
    day = add_working_days(closed_at.astimezone(zone).date(), times.survey_after_working_days, times.closed_days)
    return at_clock(day, times.survey_at, zone)
