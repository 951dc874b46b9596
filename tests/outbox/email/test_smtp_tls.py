"""Any SMTP server by its EMAIL_URL: STARTTLS, TLS from the first byte, with a password; never in the clear."""

import ssl
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from environ import Env

from outbox.delivery.worker import deliver_due
from tests.certificates import make_certificate
from tests.factories import NOW, make_message
from tests.stand_ins.mail import MailServer, free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


def knows(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"spreekuur", b"geheim"), handled=False)


@contextmanager
def safe_server(certificate, how):
    """`how` is "smtp+tls" (STARTTLS, with a password), "smtp+ssl" or "smtp"; yields its messages and its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler, port = MailServer(), free_port()
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, ssl_context=context if how == "smtp+ssl" else None
    )
    tls = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": knows}
    options = tls if how == "smtp+tls" else {}
    controller.factory = lambda: SMTP(handler, hostname="mail.example", loop=controller.loop, **options)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop(no_assert=True)


def point_to(settings, url):
    for name, value in Env.email_url_config(url).items():  # as the settings read it
        setattr(settings, name, value)
    settings.EMAIL_URL, settings.EMAIL_TIMEOUT = url, 5


def outcome_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.is_uncertain


@pytest.mark.parametrize("how", ["smtp+tls", "smtp+ssl"])
def test_a_mail_is_sent_over_tls(settings, certificate, monkeypatch, how):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    message = make_message()

    with safe_server(certificate, how) as (server, port):
        point_to(
            settings, f"{how}://spreekuur:geheim@127.0.0.1:{port}" if "tls" in how else f"{how}://127.0.0.1:{port}"
        )
        deliver_due(now=NOW)

    assert (outcome_of(message), len(server.mails)) == (("sent", "", False), 1)


@pytest.mark.parametrize(
    ("how", "url", "reason"),
    [
        ("smtp+tls", "smtp+tls://spreekuur:geheim@127.0.0.1", "away"),  # a certificate that nobody vouches for
        ("smtp", "smtp+tls://127.0.0.1", "away"),  # no TLS there
        ("trusted", "smtp+tls://spreekuur:raden@127.0.0.1", "settings"),
    ],
)
def test_a_mail_waits_when_tls_fails(settings, certificate, monkeypatch, how, url, reason):
    if how == "trusted":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    message = make_message()

    with safe_server(certificate, "smtp" if how == "smtp" else "smtp+tls") as (server, port):
        point_to(settings, f"{url}:{port}")
        deliver_due(now=NOW)

    assert (outcome_of(message), server.mails) == (("queued", reason, False), [])
