"""What the cells of one line mean, and what is wrong with them. No database."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from candidates.csv_import.parser import REQUIRED, Line
from candidates.errors import PhoneUnclear
from candidates.phones import phone_of
from core.formatting import one_line, printable

Words = Mapping[str, tuple[str, ...]]
STAGES: Words = {
    "letter": ("letter", "application review", "briefselectie", "brief"),
    "phone_screen": ("phone_screen", "phone screen", "telefonische kennismaking"),
    "interview_1": ("interview_1", "first interview", "eerste gesprek", "1e gesprek"),
    "interview_2": ("interview_2", "second interview", "tweede gesprek", "2e gesprek"),
    "assessment": ("assessment", "assignment or assessment", "opdracht of assessment", "opdracht"),
    "offer": ("offer", "offer stage", "arbeidsvoorwaardengesprek"),
}
NOTICES: Words = {
    "phone": ("phone", "by phone", "telefoon", "telefonisch"),
    "in_person": ("in_person", "in person", "persoonlijk"),
    "video": ("video", "by video", "videogesprek"),
    "email": ("email", "e-mail", "by e-mail", "mail", "per e-mail", "per mail"),
    "letter": ("letter", "by letter", "brief", "per brief"),
}
LANGUAGES: Words = {"nl": ("nl", "nederlands", "dutch"), "en": ("en", "engels", "english")}
LENGTHS = {
    "candidate_id": 120,
    "vacancy_id": 120,
    "first_name": 200,
    "infix": 40,
    "last_name": 200,
    "email": 254,
    "job_title": 120,
    "department": 120,
    "reason_code": 120,
    "component": 160,
    "explanation": 2000,
    "strength_1": 300,
    "strength_2": 300,
}
_TEXTS = {"explanation", "strength_1", "strength_2"}
_CODED = {"stage": STAGES, "told_by": NOTICES, "language": LANGUAGES}
_DATES = ("applied_on", "rejected_on", "told_on")
_ISO, _DUTCH_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


@dataclass(frozen=True)
class Fault:
    line: int
    column: str  # our own name; empty when it is about the whole line
    sentence: str


@dataclass(frozen=True)
class Values:
    """The cells of a line without faults, cleaned; a date that is not there is None."""

    texts: dict[str, str]
    dates: dict[str, date | None]


def faults_of(line: Line, *, today: date, demo: bool) -> list[Fault]:
    if line.is_broken:
        found, wanted = line.width
        words = _("This line has {found} columns, the header has {wanted}. Perhaps a quotation mark is not closed.")
        return [Fault(line.number, "", words.format(found=found, wanted=wanted))]
    said = ((column, _fault(column, cell, today=today, demo=demo)) for column, cell in line.cells.items())
    return [Fault(line.number, column, sentence) for column, sentence in said if sentence]


def repeated(lines: Iterable[Line]) -> list[Fault]:
    """The second and later lines about the same candidate and vacancy."""
    first: dict[str, int] = {}
    faults = []
    for line in lines:
        key = "" if line.is_broken else key_of(line)
        earlier = first.setdefault(key, line.number) if key else line.number
        if earlier != line.number:
            words = _("Line {number} is about the same candidate and vacancy.").format(number=earlier)
            faults.append(Fault(line.number, "candidate_id", words))
    return faults


def key_of(line: Line) -> str:
    return f"{one_line(line.cells['candidate_id'])}:{one_line(line.cells['vacancy_id'])}"


def values_of(line: Line, *, demo: bool) -> Values:
    """Only for a line without faults."""
    texts = {
        column: printable(cell).strip() if column == "explanation" else one_line(cell)
        for column, cell in line.cells.items()
    }
    texts["stage"] = _coded(texts["stage"], STAGES) or ""
    texts["told_by"] = _coded(texts.get("told_by", ""), NOTICES) or ""
    texts["language"] = _coded(texts.get("language", ""), LANGUAGES) or "nl"
    texts["phone"] = phone_of(texts.get("phone", ""), demo=demo)
    return Values(texts, {column: _day(texts.get(column, "")) for column in _DATES})


def _fault(column: str, cell: str, *, today: date, demo: bool) -> str:
    """The first thing that is wrong with a cell, empty when it is fine."""
    text = cell.strip()
    if not one_line(text):
        return _("This cell is empty.") if column in REQUIRED else ""
    if text[0] in "=@" or (text[0] in "+-" and column not in _TEXTS | {"phone"}):
        return _("This cell starts with {sign}, as a formula does. Take the sign away.").format(sign=text[0])
    if len(text) > LENGTHS.get(column, 1000):
        return _("This is too long: {count} characters, at most {limit}.").format(
            count=len(text), limit=LENGTHS.get(column, 1000)
        )
    if column in _DATES:
        return _fault_of_day(text, today)
    return _fault_of_code(column, text) or _fault_of_address(column, text, demo=demo)


def _fault_of_day(text: str, today: date) -> str:
    try:
        day = _day(text)
    except ValueError:
        day = None
    if day is None or day.year < 2000:
        return _("“{text}” is not a date. Write it like 2026-11-20 or 20-11-2026.").format(text=one_line(text)[:40])
    return _("This day is in the future.") if day > today else ""


def _fault_of_code(column: str, text: str) -> str:
    known = _CODED.get(column)
    if known is None or _coded(text, known):
        return ""
    return _("We do not know “{text}” here. Choose from: {choices}.").format(
        text=one_line(text)[:40], choices=", ".join(known)
    )


def _fault_of_address(column: str, text: str, *, demo: bool) -> str:
    if column in ("email", "recruiter_email"):
        try:
            validate_email(text)
        except ValidationError:
            return _("“{text}” is not an e-mail address.").format(text=one_line(text)[:40])
    if column == "phone":
        try:
            phone_of(text, demo=demo)
        except PhoneUnclear as refusal:
            return str(refusal)
    return ""


def _coded(text: str, known: Words) -> str | None:
    word = one_line(text).casefold()
    return next((code for code, words in known.items() if word in words), None)


def _day(text: str) -> date | None:
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
