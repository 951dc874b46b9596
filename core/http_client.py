"""HTTP client for addresses that users typed, protected against server-side request forgery.

The host name is resolved once, all its addresses must be public, and the connection goes to an address that was
checked, so that DNS rebinding does not help. A redirect is checked like a new request. The size limit counts after
decompression; the time limit covers the whole request, after which the connection is closed. An internal host, such
as the employer's own Nextcloud, is allowed only when CALENDAR_HOSTS_ALLOWED names it.
"""

import socket
import ssl
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, Queue
from threading import Thread, Timer
from time import monotonic
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

from core.http_errors import (
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
from core.mail_addresses import to_ascii_host

PORTS = {"http": 80, "https": 443}
WELL_KNOWN_PORTS = 1024  # below it only 80 and 443 are allowed: no mail servers and the like
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_MODIFIED = 304
CHUNK = 64 * 1024
CONNECT_SECONDS = 6.0
# RFC 6890: for the protocols themselves; Python 3.11 calls most of it global.
PROTOCOL_V4 = IPv4Network("192.0.0.0/24")
# RFC 4291: global unicast is 2000::/3. Not public in it: 6to4, special purposes (Teredo, ORCHID), documentation.
GLOBAL_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes


@dataclass(frozen=True, kw_only=True)
class Limits:
    size: int = 10 * 1024 * 1024  # bytes, after decompression
    seconds: float = 15.0  # for the whole request, redirects included
    redirects: int = 5


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    follows: bool = True  # follow redirects; False for a request that carries a password


@dataclass(frozen=True, kw_only=True)
class FetchResponse:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def is_allowed_inside(self) -> bool:
        """True when CALENDAR_HOSTS_ALLOWED lists it: `cloud.example` for ports 80 and 443, `cloud.example:8443`."""
        names = {f"{self.host}:{self.port}", *([self.host] if self.port in PORTS.values() else [])}
        return not names.isdisjoint(settings.CALENDAR_HOSTS_ALLOWED)


def parse_target(address: str) -> Target:
    """Parse and check an address without a network call.

    Raises AddressInvalid, AddressHasPassword, AddressForbidden.
    """
    try:
        parts = urlsplit(address.strip())
        scheme = {"webcal": "https", "webcals": "https"}.get(parts.scheme, parts.scheme)
        host = to_ascii_host((parts.hostname or "").rstrip("."))
        usual = PORTS[scheme]
        port = usual if parts.port is None else parts.port
    except (KeyError, ValueError):  # another scheme, an invalid port or host name
        raise AddressInvalid from None
    if not host:
        raise AddressInvalid
    if parts.username is not None or parts.password is not None:
        raise AddressHasPassword
    target = Target(scheme=scheme, host=host, port=port, path=_quoted_path(parts))
    _refuse_internal_names(target)
    return target


def fetch(address: str, request: FetchRequest | None = None, *, limits: Limits | None = None) -> FetchResponse:
    """Fetch an address and return a response with status 2xx or 304. Raises a subclass of FetchFailed."""
    request, limits = request or FetchRequest(), limits or Limits()
    until = monotonic() + limits.seconds
    target = parse_target(address)
    for _attempt in range(limits.redirects + 1):
        response = _send(target, request, size=limits.size, until=until)
        if response.status not in REDIRECTS:
            return response
        if not request.follows:
            raise Moved
        target = _redirect_target(target, response)
    raise TooManyRedirects


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """True for an address of the internet, also an IPv4 address embedded in IPv6; not local, private or reserved."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(address.packed[-4:]) if address in NAT64 else None)
        if inner is not None:
            return is_public(inner)
        return address in GLOBAL_V6 and not any(address in network for network in NOT_PUBLIC_V6)
    is_special = address.is_multicast or address.is_reserved or address in PROTOCOL_V4
    return address.is_global and not is_special


def _redirect_target(target: Target, response: FetchResponse) -> Target:
    try:
        address = urljoin(f"{target.scheme}://{_netloc(target)}{target.path}", response.headers.get("location", ""))
    except ValueError:  # unbalanced brackets
        raise AddressInvalid from None
    redirect = parse_target(address)
    if (target.scheme, redirect.scheme) == ("https", "http"):
        raise AddressInsecure
    return redirect


def _quoted_path(parts: SplitResult) -> str:
    safe = "/%:@!$&'()*+,;=~-._?"
    path = quote(parts.path or "/", safe=safe)
    return path + (f"?{quote(parts.query, safe=safe)}" if parts.query else "")


def _netloc(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == PORTS[target.scheme] else f"{host}:{target.port}"


def _refuse_internal_names(target: Target) -> None:
    if target.is_allowed_inside:
        return
    if target.port < WELL_KNOWN_PORTS and target.port not in PORTS.values():
        raise AddressForbidden
    if target.host == "localhost" or target.host.endswith((".localhost", ".local", ".internal")):
        raise AddressForbidden
    with suppress(ValueError):  # a host name instead of an address
        if not is_public(ip_address(target.host)):
            raise AddressForbidden


def _send(target: Target, request: FetchRequest, *, size: int, until: float) -> FetchResponse:
    connection = _Connection(target, _resolve_public(target, until), until)
    timer = Timer(_left(until), connection.hang_up)
    timer.daemon = True
    timer.start()
    try:
        headers = {"Accept-Encoding": "gzip", "User-Agent": "Spreekuur", "Connection": "close", **request.headers}
        connection.request(request.method, target.path, body=request.body or None, headers=headers)
        with connection.getresponse() as response:
            _refuse_error_status(response.status)
            body = _read_body(response, size)
    except (OSError, HTTPException, zlib.error) as error:
        raise _fetch_error(error, until) from None
    finally:
        timer.cancel()
        connection.close()
    if monotonic() >= until:  # the timer closed the connection: the body is incomplete
        raise TooSlow
    headers = {name.lower(): value for name, value in response.getheaders()}
    return FetchResponse(status=response.status, headers=headers, body=body)


def _fetch_error(error: Exception, until: float) -> FetchFailed:
    if monotonic() >= until or isinstance(error, TimeoutError):
        return TooSlow()
    if isinstance(error, ssl.SSLError):
        return CertificateWrong()
    return NotAnswering() if isinstance(error, OSError) else AnswerUnreadable()


def _refuse_error_status(status: int) -> None:
    if status in (401, 403, 407):
        raise SignInNeeded
    if status in (404, 410):
        raise NotThere
    if status == 429 or status >= 500:
        raise ServerFails
    if status >= 400 or status < 200 or (300 <= status < 400 and status not in REDIRECTS | {NOT_MODIFIED}):
        raise AnswerUnreadable


def _read_body(response: HTTPResponse, size: int) -> bytes:
    """Read and decompress the body, with at most `size` bytes and one chunk in memory."""
    encoding = response.getheader("Content-Encoding", "identity").lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise AnswerUnreadable
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
    if (response.length or 0) > size:
        raise TooLarge
    content = bytearray()
    while chunk := response.read(CHUNK):
        content += unzip.decompress(chunk, size + 1 - len(content)) if unzip else chunk
        if len(content) > size:
            raise TooLarge
    return bytes(content)


def _resolve_public(target: Target, until: float) -> list[str]:
    """Addresses of the host, all of which must be public. Raises HostUnknown, AddressForbidden, TooSlow."""
    found: Queue[list[str]] = Queue()
    # getaddrinfo cannot be interrupted: on a timeout the thread is left to end by itself.
    Thread(target=lambda: found.put(_resolve(target)), daemon=True).start()
    try:
        addresses = found.get(timeout=_left(until))
    except Empty:
        raise TooSlow from None
    if not addresses:
        raise HostUnknown
    if not target.is_allowed_inside and not all(is_public(ip_address(address)) for address in addresses):
        raise AddressForbidden
    return addresses


def _resolve(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(place[0]).partition("%")[0] for *_kind, place in found))


def _left(until: float) -> float:
    return max(until - monotonic(), 0.001)


class _Connection(HTTPConnection):
    """Connection to one of the checked addresses, with TLS verified for the host name."""

    def __init__(self, target: Target, addresses: list[str], until: float) -> None:
        super().__init__(target.host, target.port, timeout=_left(until))
        self.default_port = PORTS[target.scheme]
        self._target, self._addresses, self._until = target, addresses, until
        self._socket: socket.socket | None = None  # http.client drops `sock` before the body is read

    def connect(self) -> None:
        self.sock = self._socket = self._connect_first()
        self.sock.settimeout(_left(self._until))
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            # The handshake comes separately, so that `hang_up` can interrupt it.
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host, do_handshake_on_connect=False)
            self._socket = self.sock
            self.sock.do_handshake()

    def hang_up(self) -> None:
        """Close the connection from another thread, which ends a blocking read."""
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _connect_first(self) -> socket.socket:
        for address in self._addresses:
            with suppress(OSError):
                return socket.create_connection((address, self.port), timeout=min(CONNECT_SECONDS, _left(self._until)))
        raise ConnectionError
