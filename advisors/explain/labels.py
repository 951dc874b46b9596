"""Sentences that say why a slot is not free. Pure; times are in the advisor's time zone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from advisors.availability.slots import Rule, Span, Why
from core.formatting import active_language, format_day, format_time

ONE_WEEK = timedelta(days=7)


class CalendarFreshness(NamedTuple):
    """Name of an external calendar, and the age of our copy of it."""

    name: str
    read_at: datetime | None
    is_failing: bool  # it could not be read since `read_at`


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainContext:
    """Data that a sentence needs besides the rule."""

    starts_at: datetime
    now: datetime
    zone: ZoneInfo
    channel: str | None  # label, such as "By phone"
    language: str | None  # a code
    external_calendars: Mapping[int, CalendarFreshness]
    closed: str  # why this day is closed; empty when it is not

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(self.zone).date()


def describe_reason(why: Why, context: ExplainContext) -> str:
    """Reason such as "absent until Tuesday", without a capital and a full stop."""
    return DESCRIPTIONS[why.rule](why, context)


def _outside_hours(why: Why, context: ExplainContext) -> str:
    return _("outside the hours")


def _off_grid(why: Why, context: ExplainContext) -> str:
    if why.span is None:
        return _("no talk starts at this time")
    return _("in the hours from %(start)s until %(end)s no talk starts at this time") % _ends(why.span, context)


def _channel(why: Why, context: ExplainContext) -> str:
    if context.channel is None:
        return _("talks cannot be held in these hours: a location or a video room is missing")
    return _("not in this way in these hours: %(how)s") % {"how": context.channel[:1].lower() + context.channel[1:]}


def _language(why: Why, context: ExplainContext) -> str:
    if context.language is None:
        return _("talks are not offered in a language of these hours")
    return _("not in %(language)s in these hours") % {
        "language": get_language_info(context.language)["name_translated"]
    }


def _closed_day(why: Why, context: ExplainContext) -> str:
    return _("closed that day: %(reason)s") % {"reason": context.closed}


def _full_day(why: Why, context: ExplainContext) -> str:
    return _("%(number)s of %(number)s that day") % {"number": apnumber(why.talks)}


def _full_week(why: Why, context: ExplainContext) -> str:
    return _("%(number)s of %(number)s that week") % {"number": apnumber(why.talks)}


def _absent(why: Why, context: ExplainContext) -> str:
    return _("absent until %(moment)s") % {"moment": _short_time(_span(why).end, context)}


def _talk(why: Why, context: ExplainContext) -> str:
    return _("a talk from %(start)s until %(end)s") % _ends(_span(why), context)


def _buffer(why: Why, context: ExplainContext) -> str:
    talk = _span(why)
    times = {"time": _clock(talk.start, context)}
    if context.starts_at < talk.start:
        return _("buffer before the talk of %(time)s") % times
    return _("buffer after the talk of %(time)s") % times


def _held(why: Why, context: ExplainContext) -> str:
    return _("held for a candidate, from %(start)s until %(end)s") % _ends(_span(why), context)


def _busy_elsewhere(why: Why, context: ExplainContext) -> str:
    calendar = context.external_calendars.get(why.calendar_id or 0)
    if calendar is None:
        return _("busy in another calendar")
    if calendar.read_at is None:
        return _("busy in %(calendar)s") % {"calendar": calendar.name}
    values = {"calendar": calendar.name, "time": _clock(calendar.read_at, context)}
    read_on = calendar.read_at.astimezone(context.zone).date()
    if read_on == context.now.astimezone(context.zone).date():
        if calendar.is_failing:
            return _("busy in %(calendar)s, not read since %(time)s") % values
        return _("busy in %(calendar)s, as read at %(time)s") % values
    values["day"] = format_day(read_on, _locale(), context.zone)
    if calendar.is_failing:
        return _("busy in %(calendar)s, not read since %(day)s %(time)s") % values
    return _("busy in %(calendar)s, as read on %(day)s at %(time)s") % values


def _too_soon(why: Why, context: ExplainContext) -> str:
    if context.starts_at <= context.now:
        return _("this moment is over")
    return _("too soon: a talk can be booked from %(moment)s on") % {"moment": _short_time(_span(why).start, context)}


def _too_far(why: Why, context: ExplainContext) -> str:
    return _("too far ahead: a talk can be booked until %(moment)s") % {"moment": _short_time(_span(why).end, context)}


DESCRIPTIONS: dict[Rule, Callable[[Why, ExplainContext], str]] = {
    Rule.OUTSIDE_HOURS: _outside_hours,
    Rule.OFF_GRID: _off_grid,
    Rule.CHANNEL: _channel,
    Rule.LANGUAGE: _language,
    Rule.CLOSED_DAY: _closed_day,
    Rule.FULL_DAY: _full_day,
    Rule.FULL_WEEK: _full_week,
    Rule.ABSENT: _absent,
    Rule.TALK: _talk,
    Rule.BUFFER: _buffer,
    Rule.HELD: _held,
    Rule.BUSY_ELSEWHERE: _busy_elsewhere,
    Rule.TOO_SOON: _too_soon,
    Rule.TOO_FAR: _too_far,
}


def _span(why: Why) -> Span:
    if why.span is None:
        raise ValueError(f"{why.rule} has no span")
    return why.span


def _ends(span: Span, context: ExplainContext) -> dict[str, str]:
    return {"start": _short_time(span.start, context), "end": _clock(span.end, context)}


def _clock(time_at: datetime, context: ExplainContext) -> str:
    return format_time(time_at, _locale(), context.zone)


def _short_time(time_at: datetime, context: ExplainContext) -> str:
    """Shortest clear time, seen from the day in question: `14:00`, `Tuesday`, `Tuesday 8 December 14:00`."""
    local = time_at.astimezone(context.zone)
    day, asked_day = local.date(), context.day
    if day == asked_day:
        return _clock(time_at, context)
    if timedelta(0) < day - asked_day < ONE_WEEK:
        text = format_date(day, "EEEE", locale=_locale())
    else:
        text = format_day(day, _locale(), context.zone, with_year=day.year != asked_day.year)
    return text if local.time() == time.min else f"{text} {_clock(time_at, context)}"


def _locale() -> str:
    return active_language().replace("-", "_")
