"""Cells of a CSV line as values, checked against the rules for a rejection. No database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from candidates.csv_import.parser import CsvLine
from candidates.names import clean_name
from candidates.rejections.validation import NAMES, FieldError, date_order_errors, field_errors
from core.formatting import active_language, one_line, printable
from core.mail_addresses import parse_address
from core.phones import parse_phone

Synonyms = Mapping[str, Iterable[str]]  # by code; in small letters
STAGES: Synonyms = {
    "letter": ("letter", "application review", "briefselectie", "brief"),
    "phone_screen": ("phone_screen", "phone screen", "telefonische kennismaking"),
    "interview_1": ("interview_1", "first interview", "eerste gesprek", "1e gesprek"),
    "interview_2": ("interview_2", "second interview", "tweede gesprek", "2e gesprek"),
    "assessment": ("assessment", "assignment or assessment", "opdracht of assessment", "opdracht"),
    "offer": ("offer", "offer stage", "arbeidsvoorwaardengesprek"),
}
NOTICES: Synonyms = {
    "phone": ("phone", "by phone", "telefoon", "telefonisch"),
    "in_person": ("in_person", "in person", "persoonlijk"),
    "video": ("video", "by video", "videogesprek"),
    "email": ("email", "e-mail", "by e-mail", "mail", "per e-mail", "per mail"),
    "letter": ("letter", "by letter", "brief", "per brief"),
}
# What a file may say, in the words of a Dutch reader; every one is among the synonyms.
DUTCH_CODES = {
    "stage": (
        "brief",
        "telefonische kennismaking",
        "eerste gesprek",
        "tweede gesprek",
        "opdracht",
        "arbeidsvoorwaardengesprek",
    ),
    "told_by": ("telefoon", "persoonlijk", "videogesprek", "e-mail", "brief"),
    "language": ("nederlands", "engels"),
}
CODED_COLUMNS = tuple(DUTCH_CODES)
FIRST_YEAR = 2000
_FREE_TEXT = {"explanation", "strength_1", "strength_2"}
_DATES = ("applied_on", "rejected_on", "told_on")
_ISO, _DUTCH_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


@dataclass(frozen=True)
class LineError:
    line: int
    column: str  # our own name; empty when it is about the whole line
    message: str


@dataclass(frozen=True)
class LineValues:
    """Cells of a line without errors, cleaned; a date that is absent is None."""

    texts: dict[str, str]
    dates: dict[str, date | None]


class CellError(Exception):
    """The cell cannot be read as a value; the text says why."""


def line_errors(line: CsvLine, *, today: date, demo: bool) -> list[LineError]:
    """Return one error at most per cell, in the order of the cells."""
    if line.is_broken:
        found, wanted = line.width
        message = _("This line has {found} columns, the header has {wanted}. Perhaps a quotation mark is not closed.")
        return [LineError(line.number, "", message.format(found=found, wanted=wanted))]
    values: dict[str, str | date | None] = {}
    messages: dict[str, str] = {}
    for column, cell in line.cells.items():
        try:
            values[column] = _value(column, cell.strip())
        except CellError as error:
            messages[column] = str(error)
    messages |= {error.field: _message(error) for error in field_errors(values, today=today, demo=demo)}
    applied, decided = values.get("applied_on") or None, values.get("rejected_on") or None
    if isinstance(applied, date) and isinstance(decided, date):
        for fault in date_order_errors(applied_on=applied, decided_on=decided):
            messages.setdefault("rejected_on", fault.message)
    return [LineError(line.number, column, messages[column]) for column in line.cells if column in messages]


def line_key(line: CsvLine) -> str:
    return f"{one_line(line.cells['candidate_id'])}:{one_line(line.cells['vacancy_id'])}"


def parse_line(line: CsvLine, *, demo: bool, default_language: str) -> LineValues:
    """Values of a line that has no errors."""
    texts = {
        column: printable(cell).strip() if column == "explanation" else one_line(cell)
        for column, cell in line.cells.items()
    }
    for column in ("stage", "told_by", "language"):
        texts[column] = _code(column, texts.get(column, "")) or ""
    texts["language"] = texts["language"] or default_language
    texts["phone"] = parse_phone(texts.get("phone", ""), demo=demo)
    for column in ("email", "recruiter_email"):
        texts[column] = parse_address(texts[column]) if texts.get(column) else ""
    for column in NAMES:
        texts[column] = clean_name(texts.get(column, ""))
    return LineValues(texts, {column: parse_day(texts.get(column, "")) for column in _DATES})


def _message(error: FieldError) -> str:
    return _("This cell is empty.") if error.code == "required" and error.field not in NAMES else error.message


def _value(column: str, text: str) -> str | date | None:
    """Raises CellError."""
    if not one_line(text):
        return ""
    if text[0] in "=@" or (text[0] in "+-" and column not in _FREE_TEXT | {"phone"}):
        raise CellError(_("This cell starts with {sign}, as a formula does. Take the sign away.").format(sign=text[0]))
    if column in _DATES:
        return _day(text)
    if _code(column, text) is None:
        message = _("We do not know “{text}” here. Choose from: {choices}.")
        raise CellError(message.format(text=one_line(text)[:40], choices=", ".join(code_choices(column))))
    return text


def _day(text: str) -> date | None:
    try:
        day = parse_day(text)
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        message = _("“{text}” is not a date. Write it like 2026-11-20 or 20-11-2026.")
        raise CellError(message.format(text=one_line(text)[:40]))
    return day


def parse_day(text: str) -> date | None:
    """Raises ValueError for 2026-02-30 and for anything that is not a date."""
    if not text:
        return None
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _DUTCH_DAY.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


def _code(column: str, text: str) -> str | None:
    """Code of a coded column, None when it is not known; the text itself in any other column."""
    synonyms = _synonyms(column)
    if not synonyms:
        return text
    word = one_line(text).casefold()
    return next((code for code, words in synonyms.items() if word in words), None)


def code_choices(column: str) -> list[str]:
    """Words that this column takes, one for each code, in the active language; empty when it takes any text."""
    codes = list(_synonyms(column))
    return list(DUTCH_CODES.get(column, codes)) if active_language().startswith("nl") else codes


def _synonyms(column: str) -> Synonyms:
    if column == "language":
        return language_names(tuple(settings.LANGUAGES))
    return {"stage": STAGES, "told_by": NOTICES}.get(column, {})


@lru_cache(maxsize=4)
def language_names(languages: tuple[tuple[str, str], ...]) -> Synonyms:
    """Code, own name and the name in English and in each of these languages: `nl`, `nederlands`, `dutch`."""
    names = {code: {code, name.casefold(), get_language_info(code)["name"].casefold()} for code, name in languages}
    for active, _name in languages:
        with translation.override(active):
            for code, known in names.items():
                known.add(get_language_info(code)["name_translated"].casefold())
    return names
