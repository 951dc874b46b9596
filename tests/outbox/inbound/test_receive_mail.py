"""`manage.py receive_mail`, as a mail server calls it; exit codes of sysexits.h (man7.org/linux/man-pages)."""

import sys
from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from outbox.inbound.intake import MOST_A_DAY
from outbox.models import IncomingMail
from outbox.reply_addresses import address_about
from tests.factories import make_policy
from tests.outbox.inbound.samples import INBOX, mail

pytestmark = pytest.mark.django_db


def bring(monkeypatch, raw, *arguments):
    """The exit code; what was on standard input is read to its end."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(raw)))
    try:
        call_command("receive_mail", *arguments)
    except SystemExit as end:
        return end.code
    return 0 if not sys.stdin.buffer.read() else "not read"


def test_a_mail_from_a_pipe_is_kept(monkeypatch):
    assert bring(monkeypatch, mail()) == 0
    assert bring(monkeypatch, mail(to="x@y.example"), "--to", address_about("booking:2")) == 0
    assert [*IncomingMail.objects.values_list("about", flat=True)] == ["booking:1", "booking:2"]


def test_of_a_mail_that_nobody_reads_the_writer_hears(monkeypatch):
    make_policy(sender_email="")

    assert bring(monkeypatch, mail(to=INBOX)) == 67


def test_what_is_too_much_today_stays_at_the_mail_server(monkeypatch):
    codes = [bring(monkeypatch, mail(message_id=f"<{number}@kandidaat.example>")) for number in range(MOST_A_DAY + 1)]

    assert codes == [0] * MOST_A_DAY + [75]


def test_a_flood_is_read_to_its_end(monkeypatch):
    """Else some mail servers think that it was not taken."""
    raw = mail("--x\r\n" * 50_000, content_type="multipart/mixed; boundary=x")

    assert bring(monkeypatch, raw) == 0


def test_while_the_database_is_away_the_mail_server_keeps_the_mail(monkeypatch):
    class Away:
        def __call__(self, execute, *arguments):
            raise OperationalError

    with connection.execute_wrapper(Away()):
        assert bring(monkeypatch, mail()) == 75
