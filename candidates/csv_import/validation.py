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
from candidates.rejections.validation import FieldError, field_errors
from core.formatting import one_line, printable
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
    return [LineError(line.number, column, messages[column]) for column in line.cells if column in messages]


def repeated_line_errors(lines: Iterable[CsvLine]) -> list[LineError]:
    """One error for the second and every later line about the same candidate and vacancy."""
    first: dict[str, int] = {}
    errors = []
    for line in lines:
        key = "" if line.is_broken else line_key(line)
        earlier = first.setdefault(key, line.number) if key else line.number
        if earlier != line.number:
            message = _("Line {number} is about the same candidate and vacancy.").format(number=earlier)
            errors.append(LineError(line.number, "candidate_id", message))
    return errors


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
    return LineValues(texts, {column: _parse_day(texts.get(column, "")) for column in _DATES})


def _message(error: FieldError) -> str:
    return _("This cell is empty.") if error.code == "required" else error.message


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
        raise CellError(message.format(text=one_line(text)[:40], choices=", ".join(_synonyms(column))))
    return text


def _day(text: str) -> date | None:
    try:
        day = _parse_day(text)
    except ValueError:
        day = None
    if day is None or day.year < FIRST_YEAR:
        message = _("“{text}” is not a date. Write it like 2026-11-20 or 20-11-2026.")
        raise CellError(message.format(text=one_line(text)[:40]))
    return day


def _parse_day(text: str) -> date | None:
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
