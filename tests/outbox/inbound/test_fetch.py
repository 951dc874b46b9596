"""Our mailbox, at a real IMAP server that we did not write (Dovecot)."""

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

from outbox.inbound.fetch import LEASE, MOST_BREAKS, collect, failures_in_a_row
from outbox.inbound.imap import MOST_ASKED, TROUBLE, Account, account_of, opened
from outbox.inbound.intake import MOST_A_DAY, receive
from outbox.inbound.tasks import READ, wake_when_there_is_one
from outbox.models import IncomingMail
from tests.certificates import make_certificate
from tests.factories import NOW, make_policy
from tests.outbox.inbound.dovecot import dovecot, in_front_of
from tests.outbox.inbound.samples import INBOX, calendar_mail, mail, parts

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
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


def kept():
    return list(IncomingMail.objects.values_list("kind", "text"))


def test_what_is_new_is_kept_and_read_once(server, user):
    server.bring(user, numbered(1), calendar_mail())

    assert [collect(now=NOW), collect(now=NOW)] == [False, False]
    assert kept() == [("letter", "Brief 1"), ("calendar", "Sorry, ik ben ziek.")]
    assert server.flags(user) == [{r"\Seen"}, {r"\Seen"}]


@pytest.mark.parametrize(("after", "elsewhere"), [("delete", []), ("Verwerkte mail", [set()])])
def test_what_was_taken_goes_where_the_setting_says(server, user, settings, after, elsewhere):
    server.bring(user, numbered(1), folder="Antwoorden")
    server.bring(user, folder="Verwerkte mail".join('""'))
    settings.INBOX_URL = server.url(user, folder="Antwoorden", after=after.replace(" ", "%20"))

    collect(now=NOW)

    assert kept() == [("letter", "Brief 1")]
    assert (server.flags(user, "Antwoorden"), server.flags(user, '"Verwerkte mail"')) == ([], elsewhere)


def test_a_mailbox_is_read_over_tls(server, user, settings, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.INBOX_URL = server.safe_url(user)
    server.bring(user, numbered(1))

    collect(now=NOW)

    assert kept() == [("letter", "Brief 1")]


def test_what_nobody_can_have_stays_unread_for_a_person_and_does_not_keep_the_rest_waiting(server, user):
    make_policy(sender_email="")
    server.bring(user, mail(to=INBOX), mail(**{"from": None}), b"\x01", numbered(1))

    collect(now=NOW)
    server.bring(user, numbered(2))
    collect(now=NOW)

    assert kept() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert server.flags(user) == [{r"\Flagged"}] * 3 + [{r"\Seen"}] * 2


def test_a_mail_that_was_kept_just_before_the_reader_died_is_not_kept_twice(server, user):
    server.bring(user, numbered(1))
    receive(numbered(1), now=NOW)

    collect(now=NOW)

    assert (kept(), server.flags(user)) == ([("letter", "Brief 1")], [{r"\Seen"}])


def test_a_mailbox_that_numbers_its_mails_anew_brings_nothing_twice(server, user, settings):
    settings.INBOX_URL = server.url(user, folder="Antwoorden")
    server.bring(user, numbered(1), folder="Antwoorden")
    collect(now=NOW)
    with server.signed_in(user) as box:
        box.delete("Antwoorden")
    server.bring(user, numbered(2), numbered(1), folder="Antwoorden")

    collect(now=NOW)

    assert kept() == [("letter", "Brief 1"), ("letter", "Brief 2")]


def test_of_a_large_mail_the_beginning_is_fetched(server, user, caplog):
    caplog.set_level(logging.INFO)
    words = ("Content-Type: text/plain", "Zie bijlage.")
    server.bring(user, parts(words, ("Content-Type: application/pdf", (b"x" * 76 + b"\r\n") * (MOST_ASKED // 77))))

    collect(now=NOW)

    assert list(IncomingMail.objects.values_list("text", "is_cut")) == [("Zie bijlage.", True)]
    assert f"of {MOST_ASKED} bytes" in caplog.text


def test_a_mail_at_which_the_server_breaks_off_keeps_none_waiting_and_is_put_aside(server, user, settings, caplog):
    server.bring(user, numbered(1), numbered(2))

    with in_front_of(server, breaks_at=b"UID FETCH 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(3):
            collect(now=NOW)
        server.bring(user, numbered(3))
        collect(now=NOW)

    assert kept() == [("letter", "Brief 2"), ("letter", "Brief 3")]
    assert server.flags(user) == [{r"\Flagged"}, {r"\Seen"}, {r"\Seen"}]
    assert "inbox, mail 1: put aside, it could not be read 3 times" in caplog.text


def test_a_mail_after_which_the_server_breaks_off_comes_last_as_well(server, user, settings):
    server.bring(user, numbered(1), numbered(2))

    with in_front_of(server, breaks_at=b"UID STORE 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(MOST_BREAKS + 1):
            collect(now=NOW)

    assert kept() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert server.flags(user) == [set(), {r"\Seen"}]


def kill_the_reader():
    """As the queue does when a task takes too long."""
    signal.pthread_kill(main_thread().ident, signal.SIGALRM)


def test_a_mail_at_which_the_reader_is_killed_is_put_aside_as_well(server, user, settings):
    server.bring(user, numbered(1), numbered(2))

    with TimeoutHandler(600), in_front_of(server, breaks_at=b"UID FETCH 1 ", before=kill_the_reader) as port:
        settings.INBOX_URL = server.url(user, port=port)
        for _minute in range(3):
            with pytest.raises(TimeoutException):
                collect(now=NOW)
        collect(now=NOW)

    assert kept() == [("letter", "Brief 2")]
    assert server.flags(user) == [{r"\Flagged"}, {r"\Seen"}]


def test_a_database_that_is_away_is_not_the_fault_of_a_mail(server, user):
    server.bring(user, numbered(1))

    for _minute in range(MOST_BREAKS + 1):
        with connection.execute_wrapper(away), pytest.raises(OperationalError):
            collect(now=NOW)
    collect(now=NOW)

    assert (kept(), server.flags(user)) == ([("letter", "Brief 1")], [{r"\Seen"}])


def away(execute, sql, *rest):
    if "outbox_incomingmail" in sql:
        raise OperationalError
    return execute(sql, *rest)


def test_a_server_that_says_no_for_a_moment_loses_no_mail(server, user, settings, caplog):
    server.bring(user, numbered(1), numbered(2))
    right = settings.INBOX_URL

    with in_front_of(server, says_no_to=b"UID FETCH 1 ") as port:
        settings.INBOX_URL = server.url(user, port=port)
        collect(now=NOW)
    before = failures_in_a_row(), kept(), server.flags(user)
    settings.INBOX_URL = right
    collect(now=NOW)

    assert before == (1, [("letter", "Brief 2")], [set(), {r"\Seen"}])
    assert (failures_in_a_row(), server.flags(user)) == (0, [{r"\Seen"}, {r"\Seen"}])
    assert "ERROR" in caplog.text


def test_a_mail_that_can_go_nowhere_afterwards_is_read_and_said_every_time(server, user, settings, caplog):
    server.bring(user, numbered(1), numbered(2))
    right, settings.INBOX_URL = settings.INBOX_URL, server.url(user, after="../Verwerkt")

    for _minute in range(MOST_BREAKS + 1):
        collect(now=NOW)

    assert kept() == [("letter", "Brief 1"), ("letter", "Brief 2")]
    assert (failures_in_a_row(), server.flags(user)) == (MOST_BREAKS + 1, [set(), set()])
    assert "the inbox cannot be read, 4 times now" in caplog.text
    settings.INBOX_URL = right
    collect(now=NOW)
    assert (len(kept()), failures_in_a_row(), server.flags(user)) == (2, 0, [{r"\Seen"}, {r"\Seen"}])


def test_a_server_that_says_no_more_is_not_waited_for(server, user):
    server.bring(user, numbered(1))

    with (
        in_front_of(server, hangs_at=b"UID FETCH") as port,
        pytest.raises(TROUBLE),
        opened(account_of(server.url(user, port=port)), at_most_seconds=0.5) as mailbox,
    ):
        mailbox.mail("1").readline(100)


def test_what_is_too_much_or_our_own_is_not_deleted(server, user, settings):
    settings.INBOX_URL = server.url(user, after="delete")
    for number in range(MOST_A_DAY):
        receive(numbered(number), now=NOW)
    server.bring(
        user, numbered("laatste"), mail(**{"from": INBOX}), mail("Ik ben er niet.", auto_submitted="auto-replied")
    )

    collect(now=NOW)

    assert server.flags(user) == [{r"\Flagged"}, {r"\Flagged"}]


def test_who_runs_out_of_time_says_that_there_is_more(server, user):
    server.bring(user, numbered(1), numbered(2))
    turns = iter([True, False])

    assert collect(now=NOW, may_go_on=lambda: next(turns))
    assert len(kept()) == 1
    assert not collect(now=NOW)
    assert len(kept()) == 2


def test_one_worker_reads_at_a_time(server, user):
    server.bring(user, numbered(1))
    cache.add(LEASE, 1, 60)

    assert (collect(now=NOW), kept()) == (False, [])
    cache.delete(LEASE)
    collect(now=NOW)
    assert (len(kept()), cache.get(LEASE)) == (1, None)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda server: server.url("iemand", password="fout"),
        lambda server: server.url("iemand", folder="Weg"),
        lambda server: "imap://iemand:geheim@127.0.0.1:1/INBOX",
        lambda server: server.url("iemand").replace("imap:", "imaps:"),
        lambda server: server.safe_url("iemand"),  # with a certificate that nobody vouches for
        lambda server: "https://127.0.0.1/",
    ],
)
def test_a_mailbox_that_cannot_be_read_is_said_and_counted(server, user, settings, caplog, wrong):
    right, settings.INBOX_URL = settings.INBOX_URL, wrong(server)

    collect(now=NOW)
    collect(now=NOW)

    assert failures_in_a_row() == 2
    assert "the inbox cannot be read, 2 times now" in caplog.text
    assert "geheim" not in caplog.text
    settings.INBOX_URL = right
    collect(now=NOW)
    assert failures_in_a_row() == 0


@pytest.mark.parametrize(("url", "asked"), [("", []), ("imap://a:b@127.0.0.1/", [READ])])
def test_a_worker_reads_every_minute_when_there_is_a_mailbox(settings, url, asked):
    settings.INBOX_URL = url

    wake_when_there_is_one()

    assert [SignedPackage.loads(row.payload)["func"] for row in OrmQ.objects.all()] == asked


def test_an_account_stands_in_one_address():
    account = account_of("imaps://antwoord%40oostmeer.example:g%2Fe@imap.oostmeer.example/Mail/In?after=delete")

    assert account == Account(
        host="imap.oostmeer.example",
        port=993,
        is_tls=True,
        user="antwoord@oostmeer.example",
        password="g/e",
        folder="Mail/In",
        after="delete",
    )
    assert "g/e" not in repr(account)
