"""A message is claimed by one worker, also when another one has a lock or overtakes, or the database restarts."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from outbox.delivery import worker
from outbox.delivery.maintenance import defer_to_office_hours, requeue_expired_leases, suppress_expired
from outbox.delivery.worker import LEASE, claim, deliver
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message

NEXT_SATURDAY = NOW + timedelta(days=5)


class OvertakingWorker:
    """Sends the message between the SELECT and the UPDATE of a claim."""

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            with context["connection"].cursor() as cursor:
                cursor.cursor.execute("UPDATE outbox_message SET state = 'sent', sent_at = created_at")
        return execute(sql, params, many, context)


class SessionBreaks:
    """The provider accepts the message; then the database ends our session, as at a restart."""

    def send(self, message, *, now, final_check):
        with another_session() as other, connection.cursor() as own:
            own.execute("SELECT pg_backend_pid()")
            other.execute("SELECT pg_terminate_backend(%s, 60000)", own.fetchone())
        return "SM1"


@contextmanager
def another_session():
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


@pytest.mark.django_db
def test_claim_takes_only_a_message_that_no_worker_has():
    message = make_message()

    with connection.execute_wrapper(OvertakingWorker()):
        taken = claim(now=NOW, transports=["mail"])

    message.refresh_from_db()
    assert (taken, message.state, message.lease, message.attempts) == (None, "sent", None, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_result_is_recorded_when_the_database_is_back(monkeypatch):
    monkeypatch.setattr(worker, "DATABASE_RETRY_SECONDS", (0, 0))
    message = make_message()

    assert deliver(claim(now=NOW, transports=["mail"]), SessionBreaks(), now=NOW) is None

    message.refresh_from_db()
    assert (message.state, message.provider_id, message.is_uncertain) == ("sent", "SM1", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    ("fields", "work"),
    [
        ({"expires_at": NOW}, suppress_expired),
        ({"state": "sending", "leased_until": NOW - LEASE}, requeue_expired_leases),
        ({"only_at_office_hours": True}, defer_to_office_hours),
        ({}, lambda *, now: claim(now=now, transports=["mail"]).pk),
    ],
)
def test_rows_locked_by_another_worker_are_skipped(fields, work):
    locked, free = make_message(**fields), make_message(**fields)
    expected = free.pk if not fields else 1

    with another_session() as other:
        other.execute("BEGIN")
        other.execute(
            "SELECT pk FROM (SELECT id AS pk FROM outbox_message WHERE id = %s FOR UPDATE) AS locked", [locked.pk]
        )
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '60s'")
        assert work(now=NEXT_SATURDAY) == expected
        other.execute("ROLLBACK")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Message.objects.filter(transport__in=["sms"]).ready(NOW).order_by("not_before"), "message_ready"),
        (Message.objects.abandoned(NOW), "message_leased"),
        (Message.objects.expired(NOW).order_by("expires_at"), "message_useless"),
        (Message.objects.failed_or_stopped().filter(ended_at__lt=NOW).exclude(text=""), "message_words"),
        (Message.objects.filter(about="booking:1"), "message_by_about"),
        (Message.objects.filter(transport="sms", recipient="+31600000001"), "message_texts_to"),
        (Message.objects.in_progress(NOW).order_by(), "message_leased"),  # besides one for queued messages
    ],
)
def test_queries_of_the_worker_use_an_index(rows, index):
    write_history()

    assert index in rows.explain()


def write_history():
    """A thousand sent messages per transport; for a small table PostgreSQL uses no index."""
    times = dict.fromkeys(("created_at", "not_before", "sent_at"), NOW)
    sent = {"kind": "confirmation", "language": "nl", "state": "sent"} | times
    Message.objects.bulk_create(
        Message(
            dedupe_key=f"{transport}:{number}",
            transport=transport,
            recipient=f"{number}",
            about=f"booking:{number}",
            **sent,
        )
        for transport in Message.Transport
        for number in range(1000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.django_db
def test_withdraw_does_not_count_dormant_fallbacks():
    text = make_message(transport="sms", about="booking:1")
    make_message(about="booking:1", fallback_for=text, is_dormant=True)

    assert withdraw(about="booking:1", transport="mail", now=NOW) == 0
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        ("queued", ""),
        ("suppressed", "withdrawn"),
    ]
