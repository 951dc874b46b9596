import gzip
import socket
from ipaddress import ip_address

import pytest

from core.http_client import FetchRequest, Limits, fetch, is_public, parse_target
from core.http_errors import (
    AddressForbidden,
    AddressHasPassword,
    AddressInvalid,
    AnswerUnreadable,
    FetchFailed,
    HostUnknown,
    Moved,
    NotAnswering,
    NotThere,
    ServerFails,
    SignInNeeded,
    TooLarge,
    TooManyRedirects,
    TooSlow,
)
from tests.calendar_servers import web_server
from tests.processes import HANG_SECONDS
from tests.stand_ins import free_port

SMALL = Limits(size=100_000, seconds=HANG_SECONDS)
BRIEF = Limits(size=100_000, seconds=0.6)  # for servers that never finish


def refusal_of(address, **options):
    with pytest.raises(FetchFailed) as caught:
        fetch(address, **options)
    return type(caught.value)


def redirect(location):
    return 302, {"Location": location}, b""


def endless_without_a_byte(answer):
    """Send empty gzip blocks for ever, which decompress to nothing that the size limit could count."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10])
    while True:
        answer.wfile.write(b"\x00\x00\x00\xff\xff" * 1000)


def endless(answer):
    answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        answer.wfile.write(b"BEGIN:VEVENT\r\n" * 1000)


def drip(answer):
    """Send endless headers byte by byte, so that no single read reaches a timeout."""
    answer.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
    while not answer.server.is_closing.wait(0.05):
        answer.wfile.write(b"a")


def drip_body(answer):
    answer.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not answer.server.is_closing.wait(0.05):
        answer.wfile.write(b"a")


def hang(answer):
    answer.server.is_closing.wait(HANG_SECONDS)


def test_fetch_returns_the_response(settings):
    with web_server(settings, agenda=(200, {"ETag": '"7"'}, b"BEGIN:VCALENDAR")) as server:
        answer = fetch(server.address("/agenda"))

    assert (answer.status, answer.headers["etag"], answer.body) == (200, '"7"', b"BEGIN:VCALENDAR")


def test_fetch_decompresses_the_body(settings):
    with web_server(settings, agenda=(200, {"Content-Encoding": "gzip"}, gzip.compress(b"BEGIN"))) as server:
        answer = fetch(server.address("/agenda"))

    assert answer.body == b"BEGIN"


def test_fetch_returns_not_modified(settings):
    with web_server(settings, agenda=(304, {}, b"")) as server:
        answer = fetch(server.address("/agenda"), FetchRequest(headers={"If-None-Match": '"7"'}))

    assert (answer.status, server.requests[0][2]["If-None-Match"]) == (304, '"7"')


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("ftp://cloud.example/agenda.ics", AddressInvalid),
        ("ftp://cloud.example:8080/agenda.ics", AddressInvalid),
        ("gopher://127.0.0.1:6379/_FLUSHALL", AddressInvalid),
        ("https://cloud.example:0/", AddressForbidden),
        ("file:///etc/passwd", AddressInvalid),
        ("cloud.example/agenda.ics", AddressInvalid),
        ("https://", AddressInvalid),
        ("https://cloud.example:99999/", AddressInvalid),
        ("https://[::1", AddressInvalid),
        ("https://" + "a" * 70 + ".example/", AddressInvalid),
        ("https://benali:geheim@cloud.example/", AddressHasPassword),
        ("http://localhost/", AddressForbidden),
        ("http://cloud.internal/", AddressForbidden),
        ("http://127.0.0.1/", AddressForbidden),
        ("http://10.1.2.3/", AddressForbidden),
        ("http://169.254.169.254/latest/meta-data/", AddressForbidden),
        ("http://[::1]/", AddressForbidden),
        ("http://[::ffff:127.0.0.1]/", AddressForbidden),
        ("https://mail.example:25/", AddressForbidden),
    ],
)
def test_parse_target_refuses_an_address_without_a_network_call(address, refusal):
    with pytest.raises(refusal):
        parse_target(address)


@pytest.mark.parametrize(
    ("address", "scheme", "host", "port", "path"),
    [
        ("webcal://p01-calendars.cloud.example/published/2/Ab", "https", "p01-calendars.cloud.example", 443, None),
        ("https://Cloud.Example./a b.ics?x=ë", "https", "cloud.example", 443, "/a%20b.ics?x=%C3%AB"),
        ("http://münchen.example:8080/", "http", "xn--mnchen-3ya.example", 8080, "/"),
    ],
)
def test_parse_target_reads_the_parts_of_an_address(address, scheme, host, port, path):
    target = parse_target(address)

    assert (target.scheme, target.host, target.port) == (scheme, host, port)
    assert path in (None, target.path)


@pytest.mark.parametrize("address", ["http://2130706433/", "http://127.1/", "http://0x7f000001/", "http://0/"])
def test_fetch_refuses_loopback_in_disguise(address):
    assert refusal_of(address) is AddressForbidden


def test_fetch_refuses_a_name_that_resolves_to_an_internal_address():
    assert refusal_of(f"http://{socket.gethostname()}/") in (AddressForbidden, HostUnknown)


def test_fetch_refuses_a_host_with_one_internal_address(monkeypatch):
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.215.14", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *wish, **how: places)

    assert refusal_of("http://two.example/") is AddressForbidden


def test_fetch_connects_to_the_address_that_was_checked(settings, monkeypatch):
    """DNS rebinding: the host resolves to another address the second time; it is resolved once only."""
    with web_server(settings, agenda=(200, {}, b"BEGIN")) as server:
        settings.CALENDAR_HOSTS_ALLOWED = [f"rebinds.example:{server.server_port}"]
        asked, real = [], socket.getaddrinfo

        def resolve(host, *wish, **how):
            if host != "rebinds.example":
                return real(host, *wish, **how)
            asked.append(host)
            return real("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *wish, **how)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        answer = fetch(f"http://rebinds.example:{server.server_port}/agenda")

    assert (answer.body, asked) == (b"BEGIN", ["rebinds.example"])


@pytest.mark.parametrize(
    ("location", "refusal"),
    [
        ("http://127.0.0.1:1/", AddressForbidden),
        ("http://[::1]/", AddressForbidden),
        ("http://169.254.169.254/", AddressForbidden),
        ("//localhost/", AddressForbidden),
        ("ftp://cloud.example/", AddressInvalid),
        ("http://[::1", AddressInvalid),
        ("/round", TooManyRedirects),
        ("/gone", NotThere),
    ],
)
def test_a_redirect_is_checked_like_a_new_address(settings, location, refusal):
    with web_server(settings, agenda=redirect(location), round=redirect("/round")) as server:
        assert refusal_of(server.address("/agenda")) is refusal


def test_a_redirect_is_followed(settings):
    with web_server(settings, agenda=redirect("/new"), new=(200, {}, b"BEGIN")) as server:
        assert fetch(server.address("/agenda")).body == b"BEGIN"


def test_fetch_with_a_password_follows_no_redirect(settings):
    with web_server(settings, agenda=redirect("/new")) as server:
        assert refusal_of(server.address("/agenda"), request=FetchRequest(follows=False)) is Moved


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ((200, {}, b"a" * 100_001), TooLarge),
        ((200, {"Content-Length": "200000000"}, b"a"), TooLarge),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 200_000_000)), TooLarge),
        ((200, {"Content-Encoding": "gzip"}, b"not packed"), AnswerUnreadable),
        ((200, {"Content-Encoding": "br"}, b"a"), AnswerUnreadable),
        (endless, TooLarge),
        ((401, {}, b""), SignInNeeded),
        ((403, {}, b""), SignInNeeded),
        ((410, {}, b""), NotThere),
        ((418, {}, b""), AnswerUnreadable),
        ((503, {}, b""), ServerFails),
        (lambda answer: answer.wfile.write(b"220 mail.example ESMTP\r\n"), AnswerUnreadable),
    ],
)
def test_fetch_raises_the_reason(settings, page, refusal):
    with web_server(settings, agenda=page) as server:
        assert refusal_of(server.address("/agenda"), limits=SMALL) is refusal


@pytest.mark.parametrize("page", [endless_without_a_byte, drip_body, drip, hang])
def test_fetch_ends_although_the_server_never_does(settings, page):
    with web_server(settings, agenda=page) as server:
        assert refusal_of(server.address("/agenda"), limits=BRIEF) is TooSlow


def test_fetch_refuses_a_port_without_a_server(settings):
    port = free_port()
    settings.CALENDAR_HOSTS_ALLOWED = [f"127.0.0.1:{port}"]

    assert refusal_of(f"http://127.0.0.1:{port}/") is NotAnswering


def test_fetch_refuses_an_unknown_host():
    assert refusal_of("https://calendar.invalid/agenda.ics") is HostUnknown


def test_an_allowed_host_is_allowed_on_ports_80_and_443_only(settings):
    settings.CALENDAR_HOSTS_ALLOWED = ["10.1.2.3"]

    assert parse_target("https://10.1.2.3/").is_allowed_inside
    with pytest.raises(AddressForbidden):
        parse_target("http://10.1.2.3:6379/")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2a00:1450:400e:80d::200e", True),
        ("64:ff9b::5db8:d70e", True),
        ("64:ff9b::7f00:1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378::", False),
        ("2001:db8::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("192.0.0.1", False),
        ("192.0.0.9", False),
        ("192.0.1.1", True),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
    ],
)
def test_is_public_tells_internet_addresses_from_internal_ones(address, public):
    assert is_public(ip_address(address)) is public
