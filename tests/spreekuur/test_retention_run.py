from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from candidates.models import Candidate, Rejection
from core.actors import SYSTEM
from organisation import audit
from organisation.models import AuditEvent, RetentionRun
from organisation.models.audit import AppendOnly
from outbox.models import IncomingMail, IncomingText, Message
from spreekuur import retention_run
from spreekuur.retention_run import continue_run, is_due
from tests.factories import NOW, make_message, make_policy, make_rejection, make_sms
from tests.spreekuur.test_erase import block_erasure

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=60)
DAY = timedelta(days=1)
LONG_AGO = datetime(2021, 3, 1, tzinfo=UTC)  # older than a year for the clock of the database as well


def make_rejected(*, at=NOW):
    rejection = make_rejection()
    Candidate.objects.filter(pk=rejection.application.candidate_id).update(created_at=at)
    Rejection.objects.filter(pk=rejection.pk).update(created_at=at)
    return rejection.application.candidate


def numbers_of(run):
    return (run.erased, run.failed, run.messages, run.replies, run.audit_entries)


def test_the_worker_erases_who_is_due_and_reports_it():
    make_policy()
    gone, kept = make_rejected(), make_rejected(at=LATER)

    run = continue_run(now=LATER)

    assert list(Candidate.objects.values_list("pk", "erase_on", "kept_by")) == [
        (kept.pk, (LATER + 28 * DAY).date(), "contact")
    ]
    assert (numbers_of(run), run.kept, run.finished_at) == ((1, 0, 0, 0, 0), {"contact": 1}, LATER)
    entries = AuditEvent.objects.filter(action__in=["candidate.erase", "retention.run"]).order_by("pk")
    assert [*entries.values_list("action", "about", "actor", "origin")] == [
        ("candidate.erase", f"candidate:{gone.pk}", "system", "worker"),
        ("retention.run", f"retentionrun:{run.pk}", "system", "worker"),
    ]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 11, 24, 1, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), True),  # three o'clock in Amsterdam
        (datetime(2026, 11, 24, 22, 0, tzinfo=UTC), True),  # no worker ran in the night
    ],
)
def test_a_run_begins_once_a_day_from_three_in_the_morning(at, expected):
    RetentionRun.objects.create(day=NOW.date(), started_at=NOW, finished_at=NOW)

    assert is_due(now=at) is expected
    assert (continue_run(now=at) is not None) is expected
    assert is_due(now=at) is False


def test_a_run_without_time_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(retention_run, "CANDIDATES_AT_ONCE", 1)
    for _number in range(3):
        make_rejected()

    parts = [continue_run(now=LATER, seconds=0) for _part in range(6)]

    assert [part.erased for part in parts] == [0, 1, 2, 3, 3, 3]
    assert [part.finished_at for part in parts] == [None] * 5 + [LATER]
    assert (RetentionRun.objects.count(), continue_run(now=LATER)) == (1, None)


def test_two_workers_do_not_do_the_same_run():
    RetentionRun.objects.create(day=LATER.date(), started_at=LATER, leased_until=LATER + DAY)

    assert continue_run(now=LATER) is None


def test_a_run_that_a_killed_worker_left_goes_on():
    left = RetentionRun.objects.create(day=LATER.date(), started_at=LATER, leased_until=LATER - DAY)

    assert continue_run(now=LATER) == left


def test_a_candidate_who_cannot_be_erased_is_counted_and_does_not_stop_the_others():
    block_erasure(make_rejected())
    make_rejected()

    run = continue_run(now=LATER)

    assert (run.erased, run.failed, Candidate.objects.count()) == (1, 1, 1)


def test_messages_are_deleted_when_they_are_older_than_policy_says():
    make_policy(message_retention_days=90)
    old, new = LATER - 91 * DAY, LATER - 89 * DAY
    make_message(state="sent", sent_at=old, created_at=old)
    make_message(state="delivered", sent_at=old, delivered_at=new)
    make_message(state="failed", sent_at=old, ended_at=old)
    make_message(state="suppressed", reason="withdrawn", ended_at=old)
    kept = [
        make_message(state="sent", sent_at=new),
        make_message(state="failed", sent_at=old, ended_at=new),
        make_message(not_before=old, created_at=old),
    ]

    run = continue_run(now=LATER)

    assert set(Message.objects.all()) == set(kept)
    assert run.messages == 4


def test_replies_are_deleted_30_days_after_they_were_handled():
    sms = make_sms()
    for number, handled_at in enumerate([LATER - 31 * DAY, LATER - 29 * DAY, None]):
        texts = {"answers": sms, "about": sms.about, "person_key": "candidate:1", "meaning": "no"}
        IncomingText.objects.create(provider_id=f"{number}", received_at=NOW, handled_at=handled_at, **texts)
        mail = {"digest": f"{number}", "about": "booking:1", "kind": "letter", "sender": "a@b.example"}
        IncomingMail.objects.create(received_at=NOW, handled_at=handled_at, **mail)

    run = continue_run(now=LATER)

    assert (IncomingText.objects.count(), IncomingMail.objects.count(), run.replies) == (2, 2, 2)


def test_audit_entries_are_deleted_when_they_are_older_than_policy_says():
    make_policy(audit_retention_months=12)
    for at in (LONG_AGO, LATER - 364 * DAY, NOW):
        audit.record("booking.move", "booking:12", actor=SYSTEM, now=at)

    run = continue_run(now=LATER)

    left = AuditEvent.objects.filter(action="booking.move").order_by("at")
    assert [*left.values_list("at", flat=True)] == [LATER - 364 * DAY, NOW]
    assert run.audit_entries == 1


def test_no_code_deletes_audit_entries_of_the_last_year():
    with pytest.raises(AppendOnly):
        AuditEvent.objects.all().delete_before(LATER - 364 * DAY, now=LATER, limit=10)


def delete_entry_of(days):
    audit.record("booking.move", "booking:12", actor=SYSTEM, now=datetime.now(UTC) - timedelta(days=days))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM organisation_auditevent")


@pytest.mark.only_on("postgresql")
def test_the_database_lets_an_entry_go_after_a_year_and_not_before():
    delete_entry_of(days=366)
    assert AuditEvent.objects.count() == 0

    with pytest.raises(IntegrityError, match="audit_event_is_append_only"):
        delete_entry_of(days=364)


def test_a_rule_that_fails_does_not_stop_the_others(monkeypatch, caplog):
    monkeypatch.setattr(retention_run, "delete_old_messages", None)
    audit.record("booking.move", "booking:12", actor=SYSTEM, now=LONG_AGO)

    run = continue_run(now=LATER)

    assert (run.audit_entries, run.finished_at) == (1, LATER)
    assert [line for line in caplog.messages if line.startswith("retention of messages: TypeError")] != []
