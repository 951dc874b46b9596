"""Send and expiry times of reminders, and the hours in which candidates may be contacted. Pure.

All results are in UTC; `zone` is the candidate's time zone.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.message_schedule import MessageSchedule, at_local_time
from core.timezones import EMPLOYER_ZONE
from core.working_days import add_working_days


def sms_reminder_at(starts_at: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    return _on_the_day_before(starts_at, times.text_reminder_at, zone)


def mail_reminder_at(starts_at: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    return _on_the_day_before(starts_at, times.mail_reminder_at, zone)


def advisor_note_at(starts_at: datetime, _zone: ZoneInfo, times: MessageSchedule) -> datetime:
    return starts_at - timedelta(minutes=times.advisor_note_minutes_before)


def outcome_request_at(starts_at: datetime, _zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Send time of the question to the advisor how the appointment went, on the employer's clock."""
    day = add_working_days(
        starts_at.astimezone(EMPLOYER_ZONE).date(), times.outcome_after_working_days, times.closed_days
    )
    return at_local_time(day, times.outcome_from, EMPLOYER_ZONE)


def sms_reminder_expires_at(starts_at: datetime, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Last time for the SMS: not in the evening, and on the day before because it says "tomorrow"."""
    return _on_the_day_before(starts_at, times.texts_until, zone)


def mail_reminder_expires_at(starts_at: datetime, zone: ZoneInfo, *, is_today: bool = False) -> datetime:
    """Midnight before the appointment, because the mail says "tomorrow"; its start when the mail says "today"."""
    return starts_at if is_today else at_local_time(starts_at.astimezone(zone).date(), time(), zone)


def is_today(starts_at: datetime, zone: ZoneInfo, now: datetime) -> bool:
    return now.astimezone(zone).date() == starts_at.astimezone(zone).date()


def _on_the_day_before(starts_at: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """Time `clock` on the candidate's previous day."""
    return at_local_time(starts_at.astimezone(zone).date() - timedelta(days=1), clock, zone)


ONE_DAY = timedelta(days=1)


def is_contact_hour(at: datetime, zone: ZoneInfo, times: MessageSchedule) -> bool:
    return times.offers_from <= at.astimezone(zone).time() < times.offers_until


def add_contact_hours(since: datetime, hours: int, zone: ZoneInfo, times: MessageSchedule) -> datetime:
    """Time after that many contact hours."""
    left, day = timedelta(hours=hours), since.astimezone(zone).date()
    while True:
        start, end = (
            max(since, at_local_time(day, times.offers_from, zone)),
            at_local_time(day, times.offers_until, zone),
        )
        if start + left <= end:
            return start + left
        left -= max(end - start, timedelta())
        day += ONE_DAY


def sms_hours(offered_at: datetime, zone: ZoneInfo, times: MessageSchedule) -> tuple[datetime, datetime]:
    """Earliest and latest send time, on the same day, of an SMS about an offer made at this time."""
    day = offered_at.astimezone(zone).date()
    return max(offered_at, at_local_time(day, times.texts_from, zone)), at_local_time(day, times.texts_until, zone)


def is_before_sms_reminder(starts_at: datetime, zone: ZoneInfo, times: MessageSchedule, *, now: datetime) -> bool:
    return now < sms_reminder_at(starts_at, zone, times)
