"""Export and erasure of a person's lines in CSV files that are not imported yet, or were left out."""

from django.db.models import Exists, F, OuterRef

from candidates.csv_import.drafts import SOURCE
from candidates.models import Candidate, IntakeFile, IntakeLine


def export_lines(candidate: Candidate) -> list[dict[str, str]]:
    """Cells of the lines about this candidate, by their number at the source or their mail address."""
    return [line.cells for line in _lines_about(candidate)]


def erase_lines(candidate: Candidate) -> int:
    """Take the candidate out of every file, so that an import does not bring them back. Returns how many lines.

    Waits for a batch that is being imported: it has read its lines already.
    """
    with_lines = IntakeFile.objects.filter(Exists(IntakeLine.objects.filter(file=OuterRef("pk"))))
    list(with_lines.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    lines = _lines_about(candidate)
    for line in lines:
        if line.verdict == IntakeLine.Verdict.WRONG:
            wrong = IntakeFile.objects.filter(pk=line.file_id, wrong_count__gt=0)
            wrong.update(wrong_count=F("wrong_count") - 1)
    IntakeLine.objects.filter(pk__in=[line.pk for line in lines]).delete()
    return len(lines)


def _lines_about(candidate: Candidate) -> list[IntakeLine]:
    """Lines of this candidate: by the number at the source, or the address in any cell."""
    email = candidate.email.casefold()
    numbers = set(candidate.sources.filter(source=SOURCE).values_list("external_id", flat=True))
    return [
        line
        for line in IntakeLine.objects.order_by("file", "number").iterator(chunk_size=1000)
        if line.candidate_number in numbers or any(email in (cell or "").casefold() for cell in line.cells.values())
    ]
