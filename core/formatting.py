"""How days, times and personal data are put into words, in the reader's language."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

# Control characters (line breaks among them), line and paragraph separators, characters that turn
# the writing direction, and lone surrogates, which no encoding can carry.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNPRINTABLE_BUT_BREAKS = re.compile(r"(?![\n\t])" + _UNPRINTABLE.pattern)
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def one_line(text: str) -> str:
    """The text on one line: what cannot be printed and every run of white space becomes one space."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def printable(text: str) -> str:
    r"""The text with its lines, all broken by \n, and without what cannot be printed."""
    return _UNPRINTABLE_BUT_BREAKS.sub("", _LINE_BREAK.sub("\n", text))


def day_in_words(day: date | datetime, language: str, zone: ZoneInfo, *, with_year: bool = False) -> str:
    """`dinsdag 24 november`, `Tuesday 24 November`; of a moment, the day that it is in the zone."""
    if isinstance(day, datetime):
        day = _local(day, zone).date()
    return format_date(day, "EEEE d MMMM y" if with_year else "EEEE d MMMM", locale=language.replace("-", "_"))


def day_in_short(day: date | datetime, language: str, zone: ZoneInfo, *, with_weekday: bool = False) -> str:
    """`24 nov`, `24 Nov`; with the day of the week, `di 24 nov`."""
    if isinstance(day, datetime):
        day = _local(day, zone).date()
    pattern = "EEE d MMM" if with_weekday else "d MMM"
    return format_date(day, pattern, locale=language.replace("-", "_")).replace(".", "")


def time_in_words(moment: datetime | time, language: str, zone: ZoneInfo) -> str:
    """`09.30` in Dutch, `09:30` in every other language; a time of the wall clock stays as it is."""
    clock = moment if isinstance(moment, time) else _local(moment, zone)
    return clock.strftime("%H.%M" if language.startswith("nl") else "%H:%M")


def mask_phone(number: str) -> str:
    """`06 ·· ·· 78` for +31612345678, with no-break spaces: its owner recognises it, another cannot call it."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < 8:
        return "··\u00a0··"
    start = f"0{digits[2]}" if digits.startswith("31") else f"+{digits[:2]}"
    return f"{start}\u00a0··\u00a0··\u00a0{digits[-2:]}"


def mask_email(address: str) -> str:
    """`s···@mail.example` for sara@mail.example."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}···@{host}"


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(zone)
