"""The HTTP client over TLS, with a certificate made for the test."""

import ssl

import pytest

from core.http_client import Limits, fetch
from core.http_errors import AddressInsecure, CertificateWrong, TooSlow
from tests.calendar_servers import web_server
from tests.certificates import make_certificate


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(settings, certificate):
    with web_server(settings, agenda=(200, {}, b"BEGIN")) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        yield server


def safe(server, path="/agenda"):
    return server.address(path).replace("http:", "https:")


def test_fetch_reads_over_tls(server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert fetch(safe(server)).body == b"BEGIN"


def test_fetch_refuses_a_certificate_without_a_trusted_issuer(server):
    with pytest.raises(CertificateWrong):
        fetch(safe(server))


@pytest.mark.parametrize("scheme", ["http", "HTTP", "hTTp"])
def test_fetch_follows_no_redirect_from_https_to_http(server, certificate, monkeypatch, scheme):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.pages["/agenda"] = (302, {"Location": server.address("/other").replace("http", scheme)}, b"")

    with pytest.raises(AddressInsecure):
        fetch(safe(server))


def test_fetch_ends_the_connection_with_a_server_that_drips(server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def drip(answer):
        answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not answer.server.is_closing.wait(0.05):
            answer.wfile.write(b"a")

    server.pages["/agenda"] = drip
    with pytest.raises(TooSlow):
        fetch(safe(server), limits=Limits(seconds=0.6))


def test_fetch_ends_the_connection_with_a_server_that_does_no_handshake(settings, certificate):
    with web_server(settings) as server:
        server.shutdown()
        with pytest.raises(TooSlow):
            fetch(safe(server), limits=Limits(seconds=0.6))
