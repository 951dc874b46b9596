"""When a letter about a rejection can leave."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.message_schedule import Times
from core.working_days import next_invitation_moment


def invitation_expected_at(*, notified_on: date, now: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """The first moment (UTC) for the invitation of somebody who was told on this day: never on the day itself."""
    day_after = datetime.combine(notified_on + timedelta(days=1), time(), tzinfo=zone)
    return next_invitation_moment(max(now, day_after), zone, times)
