"""Parser of a CSV file of rejections, from bytes to lines. No database."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from candidates.errors import FileUnreadable
from candidates.rejections.validation import REQUIRED

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 10_000
MAX_LINES_IN_A_CELL = 40  # a quote that is never closed must not swallow the rest of the file
COLUMNS = {  # Dutch header: our own (English) name
    "kandidaat_id": "candidate_id",
    "voornaam": "first_name",
    "tussenvoegsel": "infix",
    "achternaam": "last_name",
    "email": "email",
    "telefoon": "phone",
    "taal": "language",
    "vacature_id": "vacancy_id",
    "functie": "job_title",
    "afdeling": "department",
    "recruiter_email": "recruiter_email",
    "gesolliciteerd_op": "applied_on",
    "fase": "stage",
    "afgewezen_op": "rejected_on",
    "verteld_op": "told_on",
    "verteld_via": "told_by",
    "reden_code": "reason_code",
    "onderdeel": "component",
    "toelichting": "explanation",
    "sterk_punt_1": "strength_1",
    "sterk_punt_2": "strength_2",
}
_NAMES = COLUMNS | {name: name for name in COLUMNS.values()}
_DUTCH = {name: dutch for dutch, name in COLUMNS.items()}


@dataclass(frozen=True)
class CsvLine:
    number: int  # in the file, as a text editor counts
    cells: dict[str, str]  # by our own name of the column
    width: tuple[int, int] = (0, 0)  # columns found, columns in the header

    @property
    def is_broken(self) -> bool:
        return self.width[0] != self.width[1]


@dataclass(frozen=True)
class CsvTable:
    lines: list[CsvLine]
    ignored_columns: list[str] = field(default_factory=list)


def parse_csv(content: bytes) -> CsvTable:
    """Lines of the file, also those of another width. Raises FileUnreadable when it has no lines at all."""
    lines = _physical_lines(_text(content))
    delimiter, columns = _header(lines[0])
    table = CsvTable([], [column for column in columns if column not in _NAMES])
    names = [_NAMES.get(column, "") for column in columns]
    for number, cells in _records(lines, delimiter, width=len(columns)):
        if len(table.lines) == MAX_LINES:
            raise FileUnreadable(_("This file has more than 10,000 lines. Split it into parts."))
        if len(cells) != len(columns):
            table.lines.append(CsvLine(number, {}, (len(cells), len(columns))))
        else:
            kept = {name: cell for name, cell in zip(names, cells, strict=True) if name}
            table.lines.append(CsvLine(number, kept, (len(cells), len(columns))))
    if not table.lines:
        raise FileUnreadable(_("This file has a header but no lines below it."))
    return table


def column_label(column: str) -> str:
    """Dutch and English name of a column, as a file may use either: `voornaam / first_name`."""
    dutch = _DUTCH.get(column, column)
    return dutch if dutch == column else f"{dutch} / {column}"


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise FileUnreadable(_("This file is larger than 5 MB. Split it into parts."))
    if content.startswith(b"PK\x03\x04"):
        raise FileUnreadable(_("This is an Excel file. Open it and save it as “CSV UTF-8”."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileUnreadable(_("This file is not UTF-8. Open it and save it as “CSV UTF-8”.")) from None
    if "\x00" in text:
        raise FileUnreadable(_("This file is not a text file. Open it and save it as “CSV UTF-8”."))
    if not text.strip():
        raise FileUnreadable(_("This file is empty."))
    return text


def _physical_lines(text: str) -> list[str]:
    lines = list(io.StringIO(text, newline=""))
    if lines[0].lower().startswith("sep="):  # Excel's own hint; blanked, so that line numbers stay right
        lines[0] = "\n"
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return [lines[first], *([""] * first), *lines[first + 1 :]]


def _header(line: str) -> tuple[str, list[str]]:
    delimiter = ";" if line.count(";") >= line.count(",") else ","
    columns = [cell.strip().lower() for cell in next(csv.reader([line], delimiter=delimiter))]
    names = [_NAMES[column] for column in columns if column in _NAMES]
    if not names:
        raise FileUnreadable(_("The first line must name the columns, such as “kandidaat_id;voornaam;achternaam”."))
    twice = sorted({column_label(name) for name in names if names.count(name) > 1})
    if twice:
        raise FileUnreadable(_("These columns are in the file twice: {columns}.").format(columns=", ".join(twice)))
    absent = [column_label(name) for name in REQUIRED if name not in names]
    if absent:
        raise FileUnreadable(_("These columns are missing: {columns}.").format(columns=", ".join(absent)))
    return delimiter, columns


def _records(lines: Sequence[str], delimiter: str, *, width: int) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record. After one with another width, parsing resumes on the next physical line."""
    at = 1
    while at < len(lines):
        cells, used = _record(lines, at, delimiter)
        if len(cells) != width and used > 1:
            used = 1
        if any(cell.strip() for cell in cells):
            yield at + 1, cells
        at += used


def _record(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """The record that starts at this physical line, and its number of physical lines."""
    until = min(at + MAX_LINES_IN_A_CELL, len(lines))
    reader = csv.reader((lines[number] for number in range(at, until)), delimiter=delimiter)
    try:
        return next(reader, []), max(reader.line_num, 1)
    except csv.Error:
        return [lines[at]], 1
