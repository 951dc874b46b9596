"""Send time and expiry of the survey of a talk. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.message_schedule import MessageSchedule, at_local_time
from core.working_days import add_working_days

SURVEY_EXPIRES_AFTER = timedelta(days=14)  # later, candidates no longer remember the talk well


def survey_due_at(closed_at: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Send time in UTC: policy's number of working days after completion, at policy's hour in the candidate's zone."""
    day = add_working_days(closed_at.astimezone(zone).date(), times.survey_after_working_days, times.closed_days)
    return at_local_time(day, times.survey_at, zone)
