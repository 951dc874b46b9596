"""Keep the lines of a CSV file, check them and import them, in batches that each stand or fall as a whole.

A batch is one transaction that also moves the file forward: a worker that dies leaves nothing half done, and the next
one goes on after the last batch. Imported lines are deleted in the transaction that registers them.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django_q.tasks import async_task

from candidates.csv_import.check import errors_in, known_departments, line_email, without_errors
from candidates.csv_import.drafts import create_vacancies, rejection_drafts, vacancies_of, vacancy_draft
from candidates.csv_import.parser import CsvLine, CsvTable
from candidates.csv_import.spread import hold_invitations, spread_lines
from candidates.csv_import.validation import LineError, line_key
from candidates.csv_import.verdicts import LineVerdict, verdicts_of
from candidates.errors import FileAlreadyProcessed, FileHasErrors
from candidates.models import IntakeFile, IntakeLine
from candidates.rejections.services import register_rejections
from core.actors import Actor
from core.formatting import active_language, one_line
from organisation import audit
from organisation.models import Policy, User

BATCH_SIZE = 500  # lines
SMALL_FILE = 200  # lines; fewer than a batch
MAX_LISTED = 200  # new vacancies and unknown departments that are listed above the lines
WORK_ON_FILES = "candidates.tasks.work_on_csv_files"
logger = logging.getLogger(__name__)
State, Verdict = IntakeFile.State, IntakeLine.Verdict


def enqueue_work() -> None:
    """Ask a worker to check and import files. A task that is lost costs a minute: a periodic task asks as well."""
    try:
        async_task(WORK_ON_FILES)
    except Exception as error:  # any broker fails in its own way
        logger.warning("the task for CSV files cannot be enqueued: %s", type(error).__name__)


@transaction.atomic
def keep_file(*, table: CsvTable, name: str, user: User, actor: Actor, now: datetime) -> IntakeFile:
    """Store the lines of a file, to be checked; earlier files of this user that were never imported are emptied."""
    for earlier in IntakeFile.objects.filter(uploaded_by=user, state__in=(State.CHECKING, State.PREVIEW)):
        drop_file(file=earlier, actor=actor, now=now)
    file = IntakeFile.objects.create(
        uploaded_by=user,
        name=one_line(name)[-200:] or "csv",
        state=State.CHECKING,
        encoding=table.encoding,
        language=active_language()[:2],
        ignored_columns=table.ignored_columns,
        line_count=len(table.lines),
        work_count=len(table.lines),
    )
    IntakeLine.objects.bulk_create((_to_row(file, line) for line in table.lines), batch_size=BATCH_SIZE)
    audit.record("intake.keep", file, actor=actor, now=now)
    return _check_now_or_later(file, now=now)


def _check_now_or_later(file: IntakeFile, *, now: datetime) -> IntakeFile:
    """Check a small file at once, and let a worker check any other."""
    if file.line_count > SMALL_FILE:
        transaction.on_commit(enqueue_work)
        return file
    check_batch(file.pk, now=now)
    file.refresh_from_db()
    return file


def _to_row(file: IntakeFile, line: CsvLine) -> IntakeLine:
    cells: Mapping[str, str] = {} if line.is_broken else line.cells
    return IntakeLine(
        file=file,
        number=line.number,
        cells=line.cells,
        width=list(line.width),
        candidate_number=one_line(cells.get("candidate_id", ""))[:120],
        vacancy_number=one_line(cells.get("vacancy_id", ""))[:120],
        email="" if line.is_broken else line_email(line)[:254],
    )


@transaction.atomic
def start_import(*, file: IntakeFile, only_valid: bool, per_day: int = 0, actor: Actor, now: datetime) -> None:
    """Let a worker import the file; with `per_day` at most so many candidates are invited on a working day.

    Raises FileAlreadyProcessed, FileHasErrors (when no line is valid, or not every line and `only_valid` is false).
    """
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state != State.PREVIEW:
        raise FileAlreadyProcessed
    if (file.wrong_count and not only_valid) or not file.lines.importable().exists():
        raise FileHasErrors
    file.state, file.done_count, file.work_count = State.IMPORTING, 0, file.line_count - file.wrong_count
    file.outcome = {"left_out": file.wrong_count, "waiting": 0}
    if per_day:
        closed = Policy.objects.current().times.closed_days
        spread_lines(file, per_day=per_day, first=timezone.localdate(now), closed=closed)
    file.save()
    audit.record("intake.start", file, actor=actor, now=now)
    transaction.on_commit(enqueue_work)


@transaction.atomic
def choose_departments(*, file: IntakeFile, chosen: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Store which department an unknown name stands for, by that name, and check the file again.

    Raises FileAlreadyProcessed.
    """
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state != State.PREVIEW:
        raise FileAlreadyProcessed
    file.departments = file.departments | dict(chosen)
    file.state, file.work_count = State.CHECKING, file.line_count
    file.done_count = file.cursor = file.wrong_count = 0
    file.unknown_departments, file.new_vacancies = [], {}
    file.save()
    file.lines.update(verdict=Verdict.UNKNOWN, remarks=[])
    audit.record("intake.choose", file, actor=actor, now=now)
    _check_now_or_later(file, now=now)


@transaction.atomic
def drop_file(*, file: IntakeFile, actor: Actor, now: datetime) -> None:
    """Empty a file that is not being imported yet."""
    file = IntakeFile.objects.select_for_update().get(pk=file.pk)
    if file.state in (State.CHECKING, State.PREVIEW):
        file.lines.all().delete()
        file.state = State.DROPPED
        file.save(update_fields=["state"])
        audit.record("intake.drop", file, actor=actor, now=now)


@transaction.atomic
def check_batch(file_id: int, *, now: datetime) -> None:
    """Check the next lines of a file; after the last ones its state is PREVIEW."""
    file = IntakeFile.objects.select_for_update(of=("self",)).select_related("uploaded_by").get(pk=file_id)
    if file.state != State.CHECKING:
        return
    rows = list(file.lines.filter(number__gt=file.cursor).order_by("number")[:BATCH_SIZE])
    if rows:
        errors, verdicts = _check(file, [_to_line(row) for row in rows], now=now)
        _store_verdicts(file, rows, errors, verdicts)
        file.cursor, file.done_count = rows[-1].number, file.done_count + len(rows)
    if len(rows) < BATCH_SIZE:
        file.state, file.line_count, file.done_count = State.PREVIEW, file.lines.count(), 0
    file.save()


@transaction.atomic
def import_batch(file_id: int, *, now: datetime) -> None:
    """Register the next lines of a file and delete them; after the last ones its state is IMPORTED.

    Lines that became wrong since the preview, as staff and vacancies may have changed, are left out.
    """
    file = IntakeFile.objects.select_for_update(of=("self",)).select_related("uploaded_by").get(pk=file_id)
    if file.state != State.IMPORTING:
        return
    actor = Actor.of(file.uploaded_by, origin="worker")
    rows = list(file.lines.importable().order_by("number")[:BATCH_SIZE])
    lines = [_to_line(row) for row in rows]
    with translation.override(file.language):
        errors = errors_in(file, lines, today=timezone.localdate(now))
    _store_verdicts(file, rows, errors, {})
    valid = without_errors(lines, errors)
    file.outcome = _sum(file.outcome, _register(file, valid, actor=actor, now=now), len(lines) - len(valid))
    days = {row.number: row.invite_from for row in rows if row.invite_from}
    hold_invitations({line_key(line): days[line.number] for line in valid if line.number in days})
    file.lines.filter(number__in=[line.number for line in valid]).delete()
    file.done_count += len(rows)
    if len(rows) < BATCH_SIZE:
        file.state = State.IMPORTED
        audit.record("intake.import", file, actor=actor, now=now)
    file.save()


def _register(file: IntakeFile, lines: Sequence[CsvLine], *, actor: Actor, now: datetime) -> Counter[str]:
    """Register the lines and count the outcomes, and as "waiting" what has parts missing."""
    create_vacancies(lines, departments=known_departments(file))
    registrations = register_rejections(drafts=rejection_drafts(lines), actor=actor, now=now)
    outcomes = Counter(str(registration.outcome) for registration in registrations)
    outcomes["waiting"] = sum(bool(registration.missing) for registration in registrations)
    return outcomes


def _sum(before: Mapping[str, int], outcomes: Mapping[str, int], left_out: int) -> dict[str, int]:
    total = {name: before.get(name, 0) + outcomes.get(name, 0) for name in {*before, *outcomes}}
    return total | {"left_out": total.get("left_out", 0) + left_out}


def _check(
    file: IntakeFile, lines: Sequence[CsvLine], *, now: datetime
) -> tuple[list[LineError], dict[int, LineVerdict]]:
    """Errors and verdicts in the language of the upload; new vacancies and departments are noted in the file."""
    with translation.override(file.language):
        errors = errors_in(file, lines, today=timezone.localdate(now))
        valid = without_errors(lines, errors)
        verdicts = verdicts_of(file, valid)
    wrong = {error.line for error in errors if error.column == "department"}
    departments = known_departments(file)
    unknown = {vacancy_draft(line, departments={}).department for line in lines if line.number in wrong}
    file.unknown_departments = sorted({*file.unknown_departments, *unknown} - set(departments))[:MAX_LISTED]
    known = vacancies_of(valid)
    for line in valid:
        draft = vacancy_draft(line, departments=departments)
        if draft.external_id not in known and len(file.new_vacancies) < MAX_LISTED:
            file.new_vacancies[draft.external_id] = draft.title
    return errors, verdicts


def _store_verdicts(
    file: IntakeFile, rows: Sequence[IntakeLine], errors: Sequence[LineError], verdicts: Mapping[int, LineVerdict]
) -> None:
    """Write verdict and remarks, one statement for all lines with the same ones."""
    remarks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for error in errors:
        remarks[error.line].append((error.column, error.message))
    found = {number: LineVerdict(Verdict.WRONG, tuple(texts)) for number, texts in remarks.items()}
    groups: dict[LineVerdict, list[int]] = defaultdict(list)
    for row in rows:
        if verdict := found.get(row.number, verdicts.get(row.number)):
            groups[verdict].append(row.number)
    for verdict, numbers in groups.items():
        kept = [list(remark) for remark in verdict.remarks]
        file.lines.filter(number__in=numbers).update(verdict=verdict.verdict, remarks=kept)
    file.wrong_count += len(found)


def _to_line(row: IntakeLine) -> CsvLine:
    return CsvLine(row.number, row.cells, tuple(row.width))
