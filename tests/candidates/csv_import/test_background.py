"""Checking and importing files in a worker."""

from datetime import timedelta

import pytest
from django.db import transaction

from candidates.csv_import import services
from candidates.csv_import.background import LEASE, is_work_left, work_on_files
from candidates.csv_import.parser import parse_csv
from candidates.csv_import.services import import_batch, keep_file, start_import
from candidates.models import Application, IntakeFile
from core.actors import Actor
from organisation.models import AuditEvent, Role
from tests.candidates.csv_import.test_services import HEADER, make_line
from tests.factories import NOW, make_reason, make_user, make_vacancy
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + LEASE + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Batches of two lines, and no file that is small enough to be checked at once."""
    make_reason()
    make_vacancy(source="csv", external_id="371")
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    monkeypatch.setattr(services, "SMALL_FILE", 0)


def keep(*lines):
    user = make_user(Role.RECRUITER)
    table = parse_csv((HEADER + "".join(lines)).encode())
    return keep_file(table=table, name="export.csv", user=user, actor=Actor.of(user), now=NOW)


def five_lines():
    return [make_line(number) for number in range(1, 6)]


def begun(file):
    """The file, checked, with its import asked for."""
    work_on_files(now=NOW)
    start_import(file=file, only_valid=True, actor=Actor.of(file.uploaded_by), now=NOW)
    return file


def imported():
    return sorted(Application.objects.values_list("external_id", flat=True))


ALL_FIVE = [f"{number}:371" for number in range(1, 6)]


def test_a_file_is_checked_in_batches():
    file = keep(*five_lines()[:4], make_line(9, email="x"))
    before = file.state

    work_on_files(now=NOW)

    file.refresh_from_db()
    assert (before, file.state, file.wrong_count) == ("checking", "preview", 1)
    assert file.lines.counts_per_verdict() == {"invites": 4, "wrong": 1}


def test_nothing_is_registered_before_a_worker_came():
    file = begun(keep(*five_lines()))
    before = imported()

    work_on_files(now=NOW)

    file.refresh_from_db()
    assert (before, imported(), file.state) == ([], ALL_FIVE, "imported")
    assert not is_work_left(now=NOW)


def test_the_progress_counts_what_is_done():
    file = begun(keep(*five_lines(), make_line(9, email="x")))

    import_batch(file.pk, now=NOW)

    file.refresh_from_db()
    assert (file.done_count, file.work_count, file.wrong_count) == (2, 5, 1)


def test_another_worker_goes_on_where_one_died_between_two_batches():
    file = begun(keep(*five_lines()))
    IntakeFile.objects.update(leased_until=NOW + LEASE)
    import_batch(file.pk, now=NOW)

    work_on_files(now=NOW)
    while_leased = imported()
    work_on_files(now=LATER)

    file.refresh_from_db()
    assert (while_leased, imported()) == (ALL_FIVE[:2], ALL_FIVE)
    assert file.outcome == {"created": 5, "left_out": 0, "waiting": 0}


def test_a_batch_in_which_a_worker_died_leaves_nothing_behind():
    file = begun(keep(*five_lines()))
    with transaction.atomic():
        import_batch(file.pk, now=NOW)
        transaction.set_rollback(True)  # as the database does when the connection is gone
    left_behind = imported()

    work_on_files(now=NOW)

    assert (left_behind, imported()) == ([], ALL_FIVE)


def test_the_audit_trail_has_every_rejection_once_and_names_who_asked():
    file = begun(keep(*five_lines()))

    work_on_files(now=NOW)

    entries = AuditEvent.objects.filter(action="rejection.register")
    assert {entry.actor for entry in entries} == {f"user:{file.uploaded_by_id}"}
    assert len({entry.about for entry in entries}) == entries.count() == 5


def test_a_line_that_became_wrong_since_the_preview_is_left_out():
    gone = make_user(Role.RECRUITER)
    file = begun(keep(make_line(1), make_line(2, recruiter_email=gone.email)))
    gone.is_active = False
    gone.save()

    work_on_files(now=NOW)

    file.refresh_from_db()
    assert file.outcome == {"created": 1, "left_out": 1, "waiting": 0}
    assert [line.number for line in file.lines.wrong()] == [3]


def test_errors_between_lines_of_two_batches_are_found(english):
    file = keep(make_line(1), make_line(2), make_line(1), make_line(2, vacature_id="372", email="x@kandidaat.example"))
    make_vacancy(source="csv", external_id="372")

    work_on_files(now=NOW)

    assert [(line.number, line.remarks[0]) for line in file.lines.wrong()] == [
        (4, ["candidate_id", "Line 2 is about the same candidate and vacancy."]),
        (5, ["candidate_id", "This number belongs to somebody with another e-mail address."]),
    ]


def test_a_file_that_fails_does_not_hold_up_the_next_one(caplog):
    first, second = keep(*five_lines()), keep(make_line(7))
    first.lines.update(width=5)

    work_on_files(now=NOW)

    second.refresh_from_db()
    assert second.state == "preview"
    assert "TypeError" in caplog.text


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_import_every_line_once():
    file = begun(keep(*five_lines()))

    run_concurrently([lambda: work_on_files(now=NOW)] * 4, threads=4)
    work_on_files(now=NOW)

    file.refresh_from_db()
    assert (imported(), file.outcome) == (ALL_FIVE, {"created": 5, "left_out": 0, "waiting": 0})
