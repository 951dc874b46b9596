"""Fetching an address that a person typed, without letting it reach where it should not.

The name is resolved once, every address that it has must be a public one, and the connection goes to the address that
was checked: a name that changes its mind in between (DNS rebinding) wins nothing. A redirect is checked like a new
wish. Size counts after decompression, time is that of the whole request, and a server that never ends is hung up on.
An internal host, such as the employer's own Nextcloud, is read only when CALENDAR_HOSTS_ALLOWED names it.
"""

import socket
import ssl
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

from core.errors import (
    AddressForbidden,
    AddressHasPassword,
    AddressInsecure,
    AddressInvalid,
    AnswerUnreadable,
    CertificateWrong,
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

PORTS = {"http": 80, "https": 443}
WELL_KNOWN_PORTS = 1024  # below it, only those of the web: mail servers and the like are no calendars
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED = 304
PIECE = 64 * 1024
CONNECT_SECONDS = 6.0
# RFC 4291: what is handed out lies in 2000::/3. In there: 6to4, special purposes (Teredo, ORCHID), documentation.
GLOBAL_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes


@dataclass(frozen=True, kw_only=True)
class Limits:
    size: int = 10 * 1024 * 1024  # bytes, after decompression
    seconds: float = 15.0  # of all together, redirects too
    redirects: int = 5


@dataclass(frozen=True, kw_only=True)
class Wish:
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    follows: bool = True  # False for a wish that carries a password


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def is_allowed_inside(self) -> bool:
        """Named by who runs the site: `cloud.example` for the ports of the web, `cloud.example:8443` for this one."""
        names = {f"{self.host}:{self.port}", *([self.host] if self.port in PORTS.values() else [])}
        return not names.isdisjoint(settings.CALENDAR_HOSTS_ALLOWED)


def target_of(address: str) -> Target:
    """What can be said without asking anybody. Raises AddressInvalid, AddressHasPassword, AddressForbidden."""
    try:
        parts = urlsplit(address.strip())
        scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme, parts.scheme)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        usual = PORTS[scheme]
        port = usual if parts.port is None else parts.port
    except (KeyError, ValueError):  # another scheme, a port that is none, a name that cannot be one
        raise AddressInvalid from None
    if not host:
        raise AddressInvalid
    if parts.username is not None or parts.password is not None:
        raise AddressHasPassword
    target = Target(scheme=scheme, host=host, port=port, path=_path_of(parts))
    _refuse_what_is_inside_by_name(target)
    return target


def fetch(address: str, wish: Wish | None = None, *, limits: Limits | None = None) -> Answer:
    """The answer below 400, or 304. Raises a FetchFailed that says why not."""
    wish, limits = wish or Wish(), limits or Limits()
    until = monotonic() + limits.seconds
    target = target_of(address)
    for _attempt in range(limits.redirects + 1):
        answer = _ask(target, wish, size=limits.size, until=until)
        if answer.status not in REDIRECTS:
            return answer
        if not wish.follows:
            raise Moved
        target = _next_of(target, answer)
    raise TooManyRedirects


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Of the internet, not of this machine, its network or a special purpose; looks into IPv4 within IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(address.packed[-4:]) if address in NAT64 else None)
        if inner is not None:
            return is_public(inner)
        return address in GLOBAL_V6 and not any(address in network for network in NOT_PUBLIC_V6)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _next_of(target: Target, answer: Answer) -> Target:
    try:
        address = urljoin(f"{target.scheme}://{_netloc(target)}{target.path}", answer.headers.get("location", ""))
    except ValueError:  # brackets that do not close
        raise AddressInvalid from None
    further = target_of(address)
    if (target.scheme, further.scheme) == ("https", "http"):
        raise AddressInsecure
    return further


def _path_of(parts: SplitResult) -> str:
    safe = "/%:@!$&'()*+,;=~-._?"
    path = quote(parts.path or "/", safe=safe)
    return path + (f"?{quote(parts.query, safe=safe)}" if parts.query else "")


def _netloc(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == PORTS[target.scheme] else f"{host}:{target.port}"


def _refuse_what_is_inside_by_name(target: Target) -> None:
    if target.is_allowed_inside:
        return
    if target.port < WELL_KNOWN_PORTS and target.port not in PORTS.values():
        raise AddressForbidden
    if target.host == "localhost" or target.host.endswith((".localhost", ".local", ".internal")):
        raise AddressForbidden
    with suppress(ValueError):  # most hosts have a name
        if not is_public(ip_address(target.host)):
            raise AddressForbidden


def _ask(target: Target, wish: Wish, *, size: int, until: float) -> Answer:
    connection = _Connection(target, _checked_addresses(target, until), until)
    watch = Timer(_left(until), connection.hang_up)
    watch.daemon = True
    watch.start()
    try:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "Spreekuur", "Connection": "close", **wish.headers}
        connection.request(wish.method, target.path, body=wish.body or None, headers=headers)
        with connection.getresponse() as response:
            _refuse_what_says_no(response.status)
            body = _content_of(response, size)
    except (OSError, HTTPException, zlib.error) as error:
        raise _reason_of(error, until) from None
    finally:
        watch.cancel()
        connection.close()
    if monotonic() >= until:  # hung up: what came is not all of it
        raise TooSlow
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=headers, body=body)


def _reason_of(error: Exception, until: float) -> FetchFailed:
    if monotonic() >= until or isinstance(error, TimeoutError):
        return TooSlow()
    if isinstance(error, ssl.SSLError):
        return CertificateWrong()
    return NotAnswering() if isinstance(error, OSError) else AnswerUnreadable()


def _refuse_what_says_no(status: int) -> None:
    if status in (401, 403, 407):
        raise SignInNeeded
    if status in (404, 410):
        raise NotThere
    if status == 429 or status >= 500:
        raise ServerFails
    if status >= 400 or status < 200 or (300 <= status < 400 and status not in REDIRECTS | {NOT_MODIFIED}):
        raise AnswerUnreadable


def _content_of(response: HTTPResponse, size: int) -> bytes:
    """Never more in memory than `size` and a piece."""
    encoding = response.getheader("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise AnswerUnreadable
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    if (response.length or 0) > size:
        raise TooLarge
    content = bytearray()
    while piece := response.read(PIECE):
        content += unzip.decompress(piece, size + 1 - len(content)) if unzip else piece
        if len(content) > size:
            raise TooLarge
    return bytes(content)


def _checked_addresses(target: Target, until: float) -> list[str]:
    """Every address of the host, all of them public. Raises HostUnknown, AddressForbidden, TooSlow."""
    found: Queue[list[str]] = Queue()
    # A resolver cannot be interrupted: whoever waits too long for it leaves it behind.
    Thread(target=lambda: found.put(_resolved(target)), daemon=True).start()
    try:
        addresses = found.get(timeout=_left(until))
    except Empty:
        raise TooSlow from None
    if not addresses:
        raise HostUnknown
    if not target.is_allowed_inside and not all(is_public(ip_address(address)) for address in addresses):
        raise AddressForbidden
    return addresses


def _resolved(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(place[0]).partition("%")[0] for *_kind, place in found))


def _left(until: float) -> float:
    return max(until - monotonic(), 0.001)


class _Connection(HTTPConnection):
    """To the addresses that were checked, with the certificate of the host's name."""

    def __init__(self, target: Target, addresses: list[str], until: float) -> None:
        super().__init__(target.host, target.port, timeout=_left(until))
        self.default_port = PORTS[target.scheme]
        self._target, self._addresses, self._until = target, addresses, until
        self._line: socket.socket | None = None  # `sock` is let go of before the answer is read

    def connect(self) -> None:
        self.sock = self._line = self._reached()
        self.sock.settimeout(_left(self._until))
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            # The handshake afterwards, so that `hang_up` can end that too.
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host, do_handshake_on_connect=False)
            self._line = self.sock
            self.sock.do_handshake()

    def hang_up(self) -> None:
        """From another thread: whoever waits for this server waits no longer."""
        if self._line is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)

    def _reached(self) -> socket.socket:
        for address in self._addresses:
            with suppress(OSError):
                return socket.create_connection((address, self.port), timeout=min(CONNECT_SECONDS, _left(self._until)))
        raise ConnectionError
