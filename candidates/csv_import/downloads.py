"""CSV files to download: a template, and the faulty lines of a file to mend and upload again."""

import csv
import io
from collections.abc import Iterable, Sequence

from candidates.csv_import.parser import COLUMNS, column_label
from candidates.models import IntakeLine
from core.formatting import active_language

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def template_file() -> str:
    """Header only, in Dutch for a Dutch reader."""
    return _to_csv([_header()])


def faulty_lines_file(lines: Iterable[IntakeLine]) -> str:
    """The lines with a last column that says what is wrong; uploaded again, that column is not read."""
    rows = [[*_header(), _error_column()]]
    rows += [[*_cells(line), _remarks(line)] for line in lines]
    return _to_csv(rows)


def _header() -> list[str]:
    return [dutch if _is_dutch() else english for dutch, english in COLUMNS.items()]


def _error_column() -> str:
    return "fout" if _is_dutch() else "error"


def _is_dutch() -> bool:
    return active_language().startswith("nl")


def _cells(line: IntakeLine) -> list[str]:
    """Cells in the order of the header; those of a broken line as they stood."""
    if line.width and line.width[0] != line.width[1]:
        return [line.cells.get(str(number), "") for number in range(line.width[0])]
    return [line.cells.get(name, "") for name in COLUMNS.values()]


def _remarks(line: IntakeLine) -> str:
    return " ".join(f"{column_label(column)}: {text}" if column else text for column, text in line.remarks)


def _to_csv(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + buffer.getvalue()


def _as_text(cell: str) -> str:
    """Mark what a spreadsheet would calculate as text; the import takes the mark off again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
