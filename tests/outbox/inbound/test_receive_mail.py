"""`manage.py receive_mail`, as a mail server calls it; exit codes of sysexits.h (man7.org/linux/man-pages)."""

import sys
from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from outbox.inbound.intake import MAX_PER_DAY
from outbox.models import IncomingMail
from outbox.reply_addresses import reply_address
from tests.factories import make_policy
from tests.outbox.inbound.samples import INBOX, mail

pytestmark = pytest.mark.django_db


def pipe_mail(monkeypatch, raw, *arguments):
    """Exit code of the command, after a check that standard input was read to its end."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(raw)))
    try:
        call_command("receive_mail", *arguments)
    except SystemExit as end:
        return end.code
    return 0 if not sys.stdin.buffer.read() else "not read"


def test_a_mail_from_a_pipe_is_stored(monkeypatch):
    assert pipe_mail(monkeypatch, mail()) == 0
    assert pipe_mail(monkeypatch, mail(to="x@y.example"), "--to", reply_address("booking:2")) == 0
    assert [*IncomingMail.objects.values_list("about", flat=True)] == ["booking:1", "booking:2"]


def test_a_mail_without_a_recipient_bounces(monkeypatch):
    make_policy(sender_email="")

    assert pipe_mail(monkeypatch, mail(to=INBOX)) == 67


def test_a_mail_over_the_limit_stays_at_the_mail_server(monkeypatch):
    codes = [
        pipe_mail(monkeypatch, mail(message_id=f"<{number}@kandidaat.example>")) for number in range(MAX_PER_DAY + 1)
    ]

    assert codes == [0] * MAX_PER_DAY + [75]


def test_a_mail_that_is_too_large_is_read_to_its_end(monkeypatch):
    """A broken pipe counts as a failure for some mail servers."""
    raw = mail("--x\r\n" * 50_000, content_type="multipart/mixed; boundary=x")

    assert pipe_mail(monkeypatch, raw) == 0


def test_a_mail_stays_at_the_mail_server_while_the_database_is_away(monkeypatch):
    class Away:
        def __call__(self, execute, *arguments):
            raise OperationalError

    with connection.execute_wrapper(Away()):
        assert pipe_mail(monkeypatch, mail()) == 75
