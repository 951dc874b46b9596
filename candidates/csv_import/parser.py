"""Parser of a CSV file of rejections, from bytes to lines. No database."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from candidates.csv_import.encoding import UTF_8, decode
from candidates.errors import FileUnreadable
from candidates.rejections.validation import NAMES, REQUIRED
from core.text_input import normalise

MAX_BYTES = 25 * 1024 * 1024
MAX_LINES = 50_000
MAX_LINES_IN_A_CELL = 40  # a quote that is never closed must not swallow the rest of the file
DELIMITERS = (";", ",", "\t")
DASHES = ("-", "--", "\u2013", "\u2014")  # stand for "nothing" in a cell
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
_TEXT_MARK = re.compile(r"^\s*'(?=[=+\-@\d])")


@dataclass(frozen=True)
class CsvLine:
    number: int  # in the file, as a text editor counts
    cells: dict[str, str]  # by our own name of the column; of a broken line by its place
    width: tuple[int, int] = (0, 0)  # columns found, columns in the header

    @property
    def is_broken(self) -> bool:
        return self.width[0] != self.width[1]


@dataclass(frozen=True)
class CsvTable:
    lines: list[CsvLine]
    ignored_columns: list[str] = field(default_factory=list)
    encoding: str = UTF_8


@dataclass(frozen=True)
class _Header:
    delimiter: str
    columns: list[str]

    @property
    def names(self) -> list[str]:
        """Our own name of each column; empty for one that is not read."""
        return [_NAMES.get(column, "") for column in self.columns]

    @property
    def needed(self) -> int:
        """Number of cells within which every required column stands."""
        return max(number for number, name in enumerate(self.names, 1) if name in REQUIRED)


def parse_csv(content: bytes) -> CsvTable:
    """Lines of the file, also those of another width. Raises FileUnreadable when it has no lines at all."""
    if len(content) > MAX_BYTES:
        raise FileUnreadable(_("This file is larger than 25 MB. Split it into parts."))
    text, encoding = decode(content)
    if not text.strip():
        raise FileUnreadable(_("This file is empty."))
    lines, delimiters = _physical_lines(text)
    header = _header(lines[0], delimiters)
    ignored = [column for column in header.columns if column not in _NAMES]
    table = CsvTable([], ignored, encoding)
    for number, cells in _records(lines, header):
        if len(table.lines) == MAX_LINES:
            raise FileUnreadable(_("This file has more than 50,000 lines. Split it into parts."))
        width = (len(cells), len(header.columns))
        names = header.names if width[0] == width[1] else map(str, range(width[0]))
        kept = {name: _cell(cell) for name, cell in zip(names, cells, strict=True) if name}
        table.lines.append(CsvLine(number, kept, width))
    if not table.lines:
        raise FileUnreadable(_("This file has a header but no lines below it."))
    return table


def _cell(text: str) -> str:
    """Normalised text; empty for a dash, and without the apostrophe by which Excel marks a number as text."""
    text = _TEXT_MARK.sub("", normalise(text))
    return "" if text.strip() in DASHES else text


def column_label(column: str) -> str:
    """Dutch and English name of a column, as a file may use either: `voornaam / first_name`."""
    dutch = _DUTCH.get(column, column)
    return dutch if dutch == column else f"{dutch} / {column}"


def _physical_lines(text: str) -> tuple[list[str], Sequence[str]]:
    """Header and lines, numbered as in the file, and the delimiters that are possible.

    Excel's own hint, `sep=;`, names the delimiter; it is blanked, so that line numbers stay right.
    """
    lines = list(io.StringIO(text, newline=""))
    delimiters: Sequence[str] = DELIMITERS
    hint = lines[0].strip("\r\n").strip('"')
    if hint.lower().startswith("sep="):
        named = hint[4:].strip('"') or "\t"
        lines[0], delimiters = "\n", (named,) if named in DELIMITERS else DELIMITERS
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return [lines[first], *([""] * first), *lines[first + 1 :]], delimiters


def _header(line: str, delimiters: Sequence[str]) -> _Header:
    """Columns by the delimiter that gives most known ones, without the empty ones that Excel adds at the end."""
    possible = [(delimiter, _column_names(line, delimiter)) for delimiter in delimiters]
    delimiter, columns = max(possible, key=lambda pair: sum(column in _NAMES for column in pair[1]))
    names = [_NAMES[column] for column in columns if column in _NAMES]
    if not names:
        raise FileUnreadable(_("The first line must name the columns, such as “kandidaat_id;voornaam;achternaam”."))
    twice = sorted({column_label(name) for name in names if names.count(name) > 1})
    if twice:
        raise FileUnreadable(_("These columns are in the file twice: {columns}.").format(columns=", ".join(twice)))
    absent = [column_label(name) for name in REQUIRED if name not in names]
    if not set(NAMES) & set(names):
        absent += [column_label(name) for name in NAMES]
    if absent:
        raise FileUnreadable(_("These columns are missing: {columns}.").format(columns=", ".join(absent)))
    return _Header(delimiter, columns)


def _column_names(line: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    columns = [normalise(cell).strip().lower() for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def _records(lines: Sequence[str], header: _Header) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record. After one with another width, parsing resumes on the next physical line."""
    at = 1
    while at < len(lines):
        cells, used = _record(lines, at, header.delimiter)
        if len(cells) != len(header.columns):
            cells = _with_left_out_cells(cells, header, is_whole=used == 1 or _is_whole(lines[at : at + used], header))
        if len(cells) != len(header.columns):
            used = 1
        if any(cell.strip() for cell in cells):
            yield at + 1, cells
        at += used


def _with_left_out_cells(cells: list[str], header: _Header, *, is_whole: bool) -> list[str]:
    """Cells without the empty ones after the last column, or with those that Excel leaves out at the end of a line."""
    width = len(header.columns)
    if not any(cell.strip() for cell in cells[width:]):
        cells = cells[:width]
    if is_whole and header.needed <= len(cells) < width:
        return cells + [""] * (width - len(cells))
    return cells


def _is_whole(lines: Sequence[str], header: _Header) -> bool:
    """True when every quotation mark in these lines is closed: they are one record."""
    try:
        return len(list(csv.reader(lines, delimiter=header.delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _record(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str], int]:
    """The record that starts at this physical line, and its number of physical lines."""
    until = min(at + MAX_LINES_IN_A_CELL, len(lines))
    reader = csv.reader((lines[number] for number in range(at, until)), delimiter=delimiter)
    try:
        return next(reader, []), max(reader.line_num, 1)
    except csv.Error:
        return [lines[at]], 1
