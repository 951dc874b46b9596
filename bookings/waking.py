"""The hours in which a moment is offered and in which the time to answer runs. Pure.

Nobody is woken by an offer, and nobody loses one asleep: only the hours from 8.00 to 20.00 count, on the candidate's
own clock. Four hours from 18.00 end at 10.00 on the next day. A phone that rings is less welcome than a mail: a text
waits for 9.00.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FROM, UNTIL = time(8), time(20)
TEXTS_FROM = time(9)
ONE_DAY = timedelta(days=1)


def is_awake(moment: datetime, zone: ZoneInfo) -> bool:
    return FROM <= moment.astimezone(zone).time() < UNTIL


def after_waking_hours(moment: datetime, hours: int, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which so many waking hours have passed."""
    left, day = timedelta(hours=hours), moment.astimezone(zone).date()
    while True:
        start, end = max(moment, _at(day, FROM, zone)), _at(day, UNTIL, zone)
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day += ONE_DAY


def hours_for_texts(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when and until when (UTC) a text about an offer of this moment may leave, on the same day."""
    day = moment.astimezone(zone).date()
    return max(moment, _at(day, TEXTS_FROM, zone)), _at(day, UNTIL, zone)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
