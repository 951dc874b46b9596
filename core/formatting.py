"""Formatting of days and times in the reader's language, and cleaning of text. Pure."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.conf import settings
from django.utils.translation import get_language

from core.text_input import normalise

# Control characters (line breaks among them), line and paragraph separators, characters that change the
# writing direction, and lone surrogates, which no encoding can represent.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNPRINTABLE_BUT_BREAKS = re.compile(r"(?![\n\t])" + _UNPRINTABLE.pattern)
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def active_language() -> str:
    """Active language, or the default of the installation when translations are off."""
    return get_language() or settings.LANGUAGE_CODE


def one_line(text: str) -> str:
    """Put the text on one line, normalised: control characters and runs of white space become one space."""
    return " ".join(_UNPRINTABLE.sub(" ", normalise(text)).split())


def printable(text: str) -> str:
    r"""Remove unprintable characters and end every line with \n."""
    return _UNPRINTABLE_BUT_BREAKS.sub("", _LINE_BREAK.sub("\n", text))


def format_day(day: date | datetime, language: str, zone: ZoneInfo, *, with_year: bool = False) -> str:
    """Format as `dinsdag 24 november` or `Tuesday 24 November`; a date-time by its day in the zone."""
    if isinstance(day, datetime):
        day = _local(day, zone).date()
    return format_date(day, "EEEE d MMMM y" if with_year else "EEEE d MMMM", locale=language.replace("-", "_"))


def format_short_day(day: date | datetime, language: str, zone: ZoneInfo, *, with_weekday: bool = False) -> str:
    """Format as `24 nov` or `24 Nov`; with the weekday, `di 24 nov`."""
    if isinstance(day, datetime):
        day = _local(day, zone).date()
    pattern = "EEE d MMM" if with_weekday else "d MMM"
    return format_date(day, pattern, locale=language.replace("-", "_")).replace(".", "")


def format_time(moment: datetime | time, language: str, zone: ZoneInfo) -> str:
    """Format as `09.30` in Dutch, `09:30` in every other language; a `time` is local already."""
    clock = moment if isinstance(moment, time) else _local(moment, zone)
    return clock.strftime("%H.%M" if language.startswith("nl") else "%H:%M")


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(zone)
