"""The hours in which a moment is offered and in which the time to answer runs. Pure.

Nobody is woken by an offer, and nobody loses one asleep: only the hours of the timetable count, usually from 8.00 to
20.00, on the candidate's own clock. Four hours from 18.00 end at 10.00 on the next day. A phone that rings is less
welcome than a mail: a text waits for 9.00.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from organisation.timetable import Times, at_clock

ONE_DAY = timedelta(days=1)


def is_awake(moment: datetime, zone: ZoneInfo, times: Times) -> bool:
    return times.offers_from <= moment.astimezone(zone).time() < times.offers_until


def after_waking_hours(moment: datetime, hours: int, zone: ZoneInfo, times: Times) -> datetime:
    """The moment (UTC) at which so many waking hours have passed."""
    left, day = timedelta(hours=hours), moment.astimezone(zone).date()
    while True:
        start, end = max(moment, at_clock(day, times.offers_from, zone)), at_clock(day, times.offers_until, zone)
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day += ONE_DAY


def hours_for_texts(moment: datetime, zone: ZoneInfo, times: Times) -> tuple[datetime, datetime]:
    """From when and until when (UTC) a text about an offer of this moment may leave, on the same day."""
    day = moment.astimezone(zone).date()
    return max(moment, at_clock(day, times.texts_from, zone)), at_clock(day, times.texts_until, zone)
