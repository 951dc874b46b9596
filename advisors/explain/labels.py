"""Why a moment is not free, in words. Pure; times are told as the advisor's own clock shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from advisors.availability.slots import Rule, Span, Why
from core.formatting import day_in_words, time_in_words

ONE_WEEK = timedelta(days=7)


class Elsewhere(NamedTuple):
    """A calendar that is kept elsewhere, and how fresh our copy of it is."""

    name: str
    read_at: datetime | None
    is_failing: bool  # since `read_at` it could not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, and what a sentence needs beside the rule."""

    starts_at: datetime
    now: datetime
    zone: ZoneInfo
    channel: str | None  # in words, such as "By phone"
    language: str | None  # a code
    elsewhere: Mapping[int, Elsewhere]
    closed: str  # why nobody talks on this day; empty when somebody does

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(self.zone).date()


def words_of(why: Why, asked: Asked) -> str:
    """Such as "absent until Tuesday"; without a capital and without a full stop."""
    return WORDS[why.rule](why, asked)


def _outside_hours(why: Why, asked: Asked) -> str:
    return _("outside the hours")


def _off_grid(why: Why, asked: Asked) -> str:
    if why.span is None:
        return _("no talk starts at this time")
    return _("in the hours from %(start)s until %(end)s no talk starts at this time") % _ends(why.span, asked)


def _channel(why: Why, asked: Asked) -> str:
    if asked.channel is None:
        return _("talks cannot be held in these hours: a location or a video room is missing")
    return _("not in this way in these hours: %(how)s") % {"how": asked.channel[:1].lower() + asked.channel[1:]}


def _language(why: Why, asked: Asked) -> str:
    if asked.language is None:
        return _("talks are not offered in a language of these hours")
    return _("not in %(language)s in these hours") % {"language": get_language_info(asked.language)["name_translated"]}


def _closed_day(why: Why, asked: Asked) -> str:
    return _("closed that day: %(reason)s") % {"reason": asked.closed}


def _full_day(why: Why, asked: Asked) -> str:
    return _("%(number)s of %(number)s that day") % {"number": apnumber(why.talks)}


def _full_week(why: Why, asked: Asked) -> str:
    return _("%(number)s of %(number)s that week") % {"number": apnumber(why.talks)}


def _absent(why: Why, asked: Asked) -> str:
    return _("absent until %(moment)s") % {"moment": _moment(_span(why).end, asked)}


def _talk(why: Why, asked: Asked) -> str:
    return _("a talk from %(start)s until %(end)s") % _ends(_span(why), asked)


def _buffer(why: Why, asked: Asked) -> str:
    talk = _span(why)
    times = {"time": _clock(talk.start, asked)}
    if asked.starts_at < talk.start:
        return _("buffer before the talk of %(time)s") % times
    return _("buffer after the talk of %(time)s") % times


def _held(why: Why, asked: Asked) -> str:
    return _("held for a candidate, from %(start)s until %(end)s") % _ends(_span(why), asked)


def _busy_elsewhere(why: Why, asked: Asked) -> str:
    there = asked.elsewhere.get(why.calendar_id or 0)
    if there is None:
        return _("busy in another calendar")
    if there.read_at is None:
        return _("busy in %(calendar)s") % {"calendar": there.name}
    words = {"calendar": there.name, "time": _clock(there.read_at, asked)}
    read_on = there.read_at.astimezone(asked.zone).date()
    if read_on == asked.now.astimezone(asked.zone).date():
        if there.is_failing:
            return _("busy in %(calendar)s, not read since %(time)s") % words
        return _("busy in %(calendar)s, as read at %(time)s") % words
    words["day"] = day_in_words(read_on, _tongue(), asked.zone)
    if there.is_failing:
        return _("busy in %(calendar)s, not read since %(day)s %(time)s") % words
    return _("busy in %(calendar)s, as read on %(day)s at %(time)s") % words


def _too_soon(why: Why, asked: Asked) -> str:
    if asked.starts_at <= asked.now:
        return _("this moment is over")
    return _("too soon: a talk can be booked from %(moment)s on") % {"moment": _moment(_span(why).start, asked)}


def _too_far(why: Why, asked: Asked) -> str:
    return _("too far ahead: a talk can be booked until %(moment)s") % {"moment": _moment(_span(why).end, asked)}


WORDS: dict[Rule, Callable[[Why, Asked], str]] = {
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
        raise ValueError(f"{why.rule} tells no stretch of time")
    return why.span


def _ends(span: Span, asked: Asked) -> dict[str, str]:
    return {"start": _moment(span.start, asked), "end": _clock(span.end, asked)}


def _clock(moment: datetime, asked: Asked) -> str:
    return time_in_words(moment, _tongue(), asked.zone)


def _moment(moment: datetime, asked: Asked) -> str:
    """As short as can be, seen from the day that was asked about: `14:00`, `Tuesday`, `Tuesday 8 December 14:00`."""
    local = moment.astimezone(asked.zone)
    day, asked_day = local.date(), asked.day
    if day == asked_day:
        return _clock(moment, asked)
    if timedelta(0) < day - asked_day < ONE_WEEK:
        words = format_date(day, "EEEE", locale=_tongue())
    else:
        words = day_in_words(day, _tongue(), asked.zone, with_year=day.year != asked_day.year)
    return words if local.time() == time.min else f"{words} {_clock(moment, asked)}"


def _tongue() -> str:
    return (get_language() or "nl").replace("-", "_")
