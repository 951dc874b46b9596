"""One message, one worker: also when a lock does not help, is held by another, or the database goes away."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from outbox.delivery import worker
from outbox.delivery.maintenance import put_off_until_office_hours, suppress_useless, take_back_abandoned
from outbox.delivery.worker import LEASE, claim, deliver
from outbox.models import Message
from outbox.services import withdraw
from tests.factories import NOW, make_message

NEXT_SATURDAY = NOW + timedelta(days=5)


class Overtakes:
    """Between the look and the write of a claim another worker takes the message."""

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("UPDATE"):
            with context["connection"].cursor() as cursor:
                cursor.cursor.execute("UPDATE outbox_message SET state = 'sent', sent_at = created_at")
        return execute(sql, params, many, context)


class BreaksOff:
    """The provider takes it; then the database ends our session, as at a restart."""

    def send(self, message, *, now, last_look):
        with another_session() as other, connection.cursor() as own:
            own.execute("SELECT pg_backend_pid()")
            other.execute("SELECT pg_terminate_backend(%s, 5000)", own.fetchone())
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
def test_a_claim_writes_only_when_nobody_has_the_message():
    message = make_message()

    with connection.execute_wrapper(Overtakes()):
        taken = claim(now=NOW, channels=["mail"])

    message.refresh_from_db()
    assert (taken, message.state, message.lease, message.attempts) == (None, "sent", None, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_what_the_provider_said_is_written_down_when_the_database_is_back(monkeypatch):
    monkeypatch.setattr(worker, "PATIENCE", (0, 0))
    message = make_message()

    assert deliver(claim(now=NOW, channels=["mail"]), BreaksOff(), now=NOW) is None

    message.refresh_from_db()
    assert (message.state, message.provider_id, message.is_uncertain) == ("sent", "SM1", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    ("fields", "work"),
    [
        ({"useless_after": NOW}, suppress_useless),
        ({"state": "sending", "leased_until": NOW - LEASE}, take_back_abandoned),
        ({"only_at_office_hours": True}, put_off_until_office_hours),
        ({}, lambda *, now: claim(now=now, channels=["mail"]).pk),
    ],
)
def test_nobody_waits_for_a_row_that_another_worker_holds(fields, work):
    held, free = make_message(**fields), make_message(**fields)
    expected = free.pk if not fields else 1

    with another_session() as other:
        other.execute("BEGIN")
        other.execute(
            "SELECT pk FROM (SELECT id AS pk FROM outbox_message WHERE id = %s FOR UPDATE) AS held", [held.pk]
        )
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '5s'")
        assert work(now=NEXT_SATURDAY) == expected
        other.execute("ROLLBACK")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (Message.objects.filter(channel__in=["sms"]).ready(NOW).order_by("not_before"), "message_ready"),
        (Message.objects.abandoned(NOW), "message_leased"),
        (Message.objects.useless(NOW).order_by("useless_after"), "message_useless"),
        (Message.objects.repeatable().filter(ended_at__lt=NOW).exclude(text=""), "message_words"),
        (Message.objects.filter(about="booking:1"), "message_by_about"),
        (Message.objects.filter(channel="sms", recipient="+31600000001"), "message_texts_to"),
        (Message.objects.under_way(NOW).order_by(), "message_leased"),  # beside one of those for what waits
    ],
)
def test_what_a_worker_asks_is_found_by_index_however_long_the_history(rows, index):
    write_history()

    assert index in rows.explain()


def write_history():
    """A thousand letters and a thousand texts that left: a table without rows PostgreSQL reads in any way."""
    moments = dict.fromkeys(("created_at", "not_before", "sent_at"), NOW)
    sent = {"kind": "confirmation", "language": "nl", "state": "sent"} | moments
    Message.objects.bulk_create(
        Message(
            dedupe_key=f"{channel}:{number}", channel=channel, recipient=f"{number}", about=f"talk:{number}", **sent
        )
        for channel in Message.Channel
        for number in range(1000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.django_db
def test_a_standby_is_not_counted_among_what_was_withdrawn():
    text = make_message(channel="sms", about="booking:1")
    make_message(about="booking:1", fallback_for=text, is_standby=True)

    assert withdraw(about="booking:1", channel="mail", now=NOW) == 0
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        ("queued", ""),
        ("suppressed", "withdrawn"),
    ]
