"""Export and erasure of a person's lines in CSV files that are not imported yet."""

from collections.abc import Callable
from typing import Any

from candidates.csv_import.services import SOURCE
from candidates.models import Candidate, IntakeFile
from core.formatting import one_line

Row = dict[str, Any]  # an element of IntakeFile.rows


def export_lines(candidate: Candidate) -> list[dict[str, str]]:
    """Cells of the lines about this candidate, by their number at the source or their mail address."""
    is_about = _matcher(candidate)
    return [row["cells"] for file in IntakeFile.objects.all() for row in file.rows if is_about(row)]


def erase_lines(candidate: Candidate) -> int:
    """Take the candidate out of every file, so that an import does not bring them back. Returns how many lines."""
    is_about, erased = _matcher(candidate), 0
    for file in IntakeFile.objects.exclude(rows=[]).select_for_update().order_by("pk"):
        left = [row for row in file.rows if not is_about(row)]
        if len(left) < len(file.rows):
            erased += len(file.rows) - len(left)
            file.rows = left
            file.save(update_fields=["rows"])
    return erased


def _matcher(candidate: Candidate) -> Callable[[Row], bool]:
    """Test for the rows of this candidate: by the number at the source, or the address in any cell."""
    email = candidate.email.casefold()
    numbers = set(candidate.sources.filter(source=SOURCE).values_list("external_id", flat=True))

    def is_about(row: Row) -> bool:
        cells: dict[str, str] = row["cells"]
        has_number = one_line(cells.get("candidate_id", "")) in numbers
        return has_number or any(email in (cell or "").casefold() for cell in cells.values())

    return is_about
