"""When a talk is reminded of, or asked about: from which moment, and until when that is of use. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.message_schedule import Times, at_clock
from core.timezones import HOME
from core.working_days import add_working_days


def text_moment(starts_at: datetime, zone: ZoneInfo, times: Times) -> datetime:
    return _the_day_before(starts_at, times.text_reminder_at, zone)


def mail_moment(starts_at: datetime, zone: ZoneInfo, times: Times) -> datetime:
    return _the_day_before(starts_at, times.mail_reminder_at, zone)


def note_moment(starts_at: datetime, _zone: ZoneInfo, times: Times) -> datetime:
    return starts_at - timedelta(minutes=times.advisor_note_minutes_before)


def outcome_moment(starts_at: datetime, _zone: ZoneInfo, times: Times) -> datetime:
    """That hour on the employer's clock, so many working days after the day of the talk (UTC)."""
    day = add_working_days(starts_at.astimezone(HOME).date(), times.outcome_after_working_days, times.closed_days)
    return at_clock(day, times.outcome_from, HOME)


def text_useless_after(starts_at: datetime, zone: ZoneInfo, times: Times) -> datetime:
    """Nobody gets a text in the evening or at night, and it says "tomorrow"."""
    return _the_day_before(starts_at, times.texts_until, zone)


def mail_useless_after(starts_at: datetime, zone: ZoneInfo, *, is_today: bool = False) -> datetime:
    """The midnight before the talk (UTC), when "tomorrow" is no longer true; "today" is true until it begins."""
    return starts_at if is_today else at_clock(starts_at.astimezone(zone).date(), time(), zone)


def is_today(starts_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    return now.astimezone(zone).date() == starts_at.astimezone(zone).date()


def _the_day_before(starts_at: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """That hour on the day before the talk, where the candidate is, as UTC."""
    return at_clock(starts_at.astimezone(zone).date() - timedelta(days=1), clock, zone)


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


def text_is_ahead(starts_at: datetime, zone: ZoneInfo, times: Times, *, now: datetime) -> bool:
    return now < text_moment(starts_at, zone, times)
