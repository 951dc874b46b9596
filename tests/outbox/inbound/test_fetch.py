"""The inbox on a real IMAP server (Dovecot)."""

import logging
import signal
from itertools import count
from threading import main_thread

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django_q.exceptions import TimeoutException
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.timeout import TimeoutHandler

from outbox.inbound.fetch import LEASE, MAX_INTERRUPTIONS, consecutive_failures, fetch_new_mail
from outbox.inbound.imap import IMAP_ERRORS, MAX_BYTES, ImapAccount, open_mailbox, parse_inbox_url
from outbox.inbound.intake import MAX_PER_DAY, receive
from outbox.inbound.tasks import READ_INBOX_TASK, enqueue_read_inbox
from outbox.models import IncomingMail
from tests.certificates import make_certificate
from tests.factories import NOW, make_policy
from tests.outbox.inbound.dovecot import dovecot, proxy_for
from tests.outbox.inbound.samples import INBOX, calendar_mail, mail, parts

pytestmark = [pytest.mark.django_db, pytest.mark.process]
NUMBER = count(1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def server(certificate):
    with dovecot(certificate) as running:
        yield running


@pytest.fixture
def user(server, settings):
    name = f"antwoord{next(NUMBER)}"
    settings.INBOX_URL = server.url(name)
    return name


def numbered(number):
    return mail(f"Brief {number}", message_id=f"<{number}@kandidaat.example>")


def stored():
    return list(IncomingMail.objects.values_list("kind", "text"))


def test_new_mail_is_stored_and_read_once(server, user):
    server.append(user, numbered(1), calendar_mail())

    assert [fetch_new_mail(now=NOW), fetch_new_mail(now=NOW)] == [False, False]
    assert stored() == [("letter", "Brief 1"), ("calendar", "Sorry, ik ben ziek.")]
    assert server.flags(user) == [{r"\Seen"}, {r"\Seen"}]


@pytest.mark.parametrize(("after", "elsewhere"), [("delete", []), ("Verwerkte mail", [set()])])
def test_processed_mail_is_deleted_or_moved_as_the_setting_says(server, user, settings, after, elsewhere):
    server.append(user, numbered(1), folder="Antwoorden")
    server.append(user, folder="Verwerkte mail".join('""'))
    settings.INBOX_URL = server.url(user, folder="Antwoorden", after=after.replace(" ", "%20"))

    fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1")]
    assert (server.flags(user, "Antwoorden"), server.flags(user, '"Verwerkte mail"')) == ([], elsewhere)


@pytest.mark.parametrize("after", ["seen", "delete"])
def test_mail_that_a_person_marked_as_deleted_is_not_expunged(server, user, settings, after):
    settings.INBOX_URL = server.url(user, after=after)
    server.append(user, numbered(1), numbered(2))
    with server.signed_in(user) as other_client:
        other_client.select()
        other_client.store("1", "+FLAGS", r"(\Deleted)")

    fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 2")]
    assert server.flags(user)[0] == {r"\Deleted"}


def test_a_mailbox_is_read_over_tls(server, user, settings, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.INBOX_URL = server.safe_url(user)
    server.append(user, numbered(1))

    fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1")]


def test_mail_without_a_recipient_is_flagged_and_does_not_block_the_rest(server, user):
    make_policy(sender_email="")
    server.append(user, mail(to=INBOX), mail(**{"from": None}), b"\x01", numbered(1))

    fetch_new_mail(now=NOW)
    server.append(user, numbered(2))
    fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert server.flags(user) == [{r"\Flagged"}] * 3 + [{r"\Seen"}] * 2


def test_a_mail_that_was_stored_before_a_crash_is_not_stored_twice(server, user):
    server.append(user, numbered(1))
    receive(numbered(1), now=NOW)

    fetch_new_mail(now=NOW)

    assert (stored(), server.flags(user)) == ([("letter", "Brief 1")], [{r"\Seen"}])


def test_a_new_uidvalidity_stores_nothing_twice(server, user, settings):
    settings.INBOX_URL = server.url(user, folder="Antwoorden")
    server.append(user, numbered(1), folder="Antwoorden")
    fetch_new_mail(now=NOW)
    with server.signed_in(user) as box:
        box.delete("Antwoorden")
    server.append(user, numbered(2), numbered(1), folder="Antwoorden")

    fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1"), ("letter", "Brief 2")]


def test_only_the_beginning_of_a_large_mail_is_fetched(server, user, caplog):
    caplog.set_level(logging.INFO)
    words = ("Content-Type: text/plain", "Zie bijlage.")
    server.append(user, parts(words, ("Content-Type: application/pdf", (b"x" * 76 + b"\r\n") * (MAX_BYTES // 77))))

    fetch_new_mail(now=NOW)

    assert list(IncomingMail.objects.values_list("text", "is_cut")) == [("Zie bijlage.", True)]
    assert f"of {MAX_BYTES} bytes" in caplog.text


def test_a_mail_at_which_the_connection_breaks_is_flagged_and_does_not_block_the_rest(server, user, settings, caplog):
    server.append(user, numbered(1), numbered(2))

    with proxy_for(server, breaks_at=b"UID FETCH 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(3):
            fetch_new_mail(now=NOW)
        server.append(user, numbered(3))
        fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 2"), ("letter", "Brief 3")]
    assert server.flags(user) == [{r"\Flagged"}, {r"\Seen"}, {r"\Seen"}]
    assert "inbox, mail 1: flagged and skipped, it could not be read 3 times" in caplog.text


def test_a_mail_after_which_the_connection_breaks_comes_last(server, user, settings):
    server.append(user, numbered(1), numbered(2))

    with proxy_for(server, breaks_at=b"UID STORE 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(MAX_INTERRUPTIONS + 1):
            fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert server.flags(user) == [set(), {r"\Seen"}]


def kill_the_worker():
    """Raise the signal that the queue raises when a task takes too long."""
    signal.pthread_kill(main_thread().ident, signal.SIGALRM)


def test_a_mail_at_which_the_worker_is_killed_is_flagged(server, user, settings):
    server.append(user, numbered(1), numbered(2))

    with TimeoutHandler(600), proxy_for(server, breaks_at=b"UID FETCH 1 ", before=kill_the_worker) as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(3):
            with pytest.raises(TimeoutException):
                fetch_new_mail(now=NOW)
        fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 2")]
    assert server.flags(user) == [{r"\Flagged"}, {r"\Seen"}]


def test_a_database_error_does_not_count_against_a_mail(server, user):
    server.append(user, numbered(1))

    for _minute in range(MAX_INTERRUPTIONS + 1):
        with connection.execute_wrapper(away), pytest.raises(OperationalError):
            fetch_new_mail(now=NOW)
    fetch_new_mail(now=NOW)

    assert (stored(), server.flags(user)) == ([("letter", "Brief 1")], [{r"\Seen"}])


def away(execute, sql, *rest):
    if "outbox_incomingmail" in sql:
        raise OperationalError
    return execute(sql, *rest)


def test_a_command_that_is_refused_once_loses_no_mail(server, user, settings, caplog):
    server.append(user, numbered(1), numbered(2))
    right = settings.INBOX_URL

    with proxy_for(server, refuses=b"UID FETCH 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        fetch_new_mail(now=NOW)
    before = consecutive_failures(), stored(), server.flags(user)
    settings.INBOX_URL = right
    fetch_new_mail(now=NOW)

    assert before == (1, [("letter", "Brief 2")], [set(), {r"\Seen"}])
    assert (consecutive_failures(), server.flags(user)) == (0, [{r"\Seen"}, {r"\Seen"}])
    assert "ERROR" in caplog.text


def test_a_mail_that_cannot_be_moved_is_stored_and_logged_every_time(server, user, settings, caplog):
    server.append(user, numbered(1), numbered(2))
    right, settings.INBOX_URL = settings.INBOX_URL, server.url(user, after="../Verwerkt")

    for _minute in range(MAX_INTERRUPTIONS + 1):
        fetch_new_mail(now=NOW)

    assert stored() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert (consecutive_failures(), server.flags(user)) == (MAX_INTERRUPTIONS + 1, [set(), set()])
    assert "the inbox cannot be read, 4 times now" in caplog.text
    settings.INBOX_URL = right
    fetch_new_mail(now=NOW)
    assert (len(stored()), consecutive_failures(), server.flags(user)) == (2, 0, [{r"\Seen"}, {r"\Seen"}])


def test_a_hanging_server_is_disconnected(server, user):
    server.append(user, numbered(1))

    with (
        proxy_for(server, hangs_at=b"UID FETCH") as port,
        pytest.raises(IMAP_ERRORS),
        open_mailbox(parse_inbox_url(server.url(user, port=port)), at_most_seconds=0.5) as mailbox,
    ):
        mailbox.stream("1").readline(100)


def test_mail_over_the_limit_and_loops_are_not_deleted(server, user, settings):
    settings.INBOX_URL = server.url(user, after="delete")
    for number in range(MAX_PER_DAY):
        receive(numbered(number), now=NOW)
    server.append(
        user, numbered("laatste"), mail(**{"from": INBOX}), mail("Ik ben er niet.", auto_submitted="auto-replied")
    )

    fetch_new_mail(now=NOW)

    assert server.flags(user) == [{r"\Flagged"}, {r"\Flagged"}]


def test_fetch_reports_that_time_ran_out(server, user):
    server.append(user, numbered(1), numbered(2))
    turns = iter([True, False])

    assert fetch_new_mail(now=NOW, has_time=lambda: next(turns))
    assert len(stored()) == 1
    assert not fetch_new_mail(now=NOW)
    assert len(stored()) == 2


def test_one_worker_reads_at_a_time(server, user):
    server.append(user, numbered(1))
    cache.add(LEASE, 1, 60)

    assert (fetch_new_mail(now=NOW), stored()) == (False, [])
    cache.delete(LEASE)
    fetch_new_mail(now=NOW)
    assert (len(stored()), cache.get(LEASE)) == (1, None)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda server: server.url("iemand", password="fout"),
        lambda server: server.url("iemand", folder="Weg"),
        lambda server: "imap://iemand:geheim@127.0.0.1:1/INBOX",
        lambda server: server.url("iemand").replace("imap:", "imaps:"),
        lambda server: server.safe_url("iemand"),  # with an untrusted certificate
        lambda server: "https://127.0.0.1/",
    ],
)
def test_an_unreadable_inbox_is_logged_and_counted(server, user, settings, caplog, wrong):
    right, settings.INBOX_URL = settings.INBOX_URL, wrong(server)

    fetch_new_mail(now=NOW)
    fetch_new_mail(now=NOW)

    assert consecutive_failures() == 2
    assert "the inbox cannot be read, 2 times now" in caplog.text
    assert "geheim" not in caplog.text
    settings.INBOX_URL = right
    fetch_new_mail(now=NOW)
    assert consecutive_failures() == 0


@pytest.mark.parametrize(("url", "asked"), [("", []), ("imap://a:b@127.0.0.1/", [READ_INBOX_TASK])])
def test_enqueue_read_inbox_needs_an_inbox(settings, url, asked):
    settings.INBOX_URL = url

    enqueue_read_inbox()

    assert [SignedPackage.loads(row.payload)["func"] for row in OrmQ.objects.all()] == asked


def test_parse_inbox_url_reads_the_parts():
    account = parse_inbox_url("imaps://antwoord%40oostmeer.example:g%2Fe@imap.oostmeer.example/Mail/In?after=delete")

    assert account == ImapAccount(
        host="imap.oostmeer.example",
        port=993,
        is_tls=True,
        user="antwoord@oostmeer.example",
        password="g/e",
        folder="Mail/In",
        after="delete",
    )
    assert "g/e" not in repr(account)
