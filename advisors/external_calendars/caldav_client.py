"""CalDAV client: the caldav library, with every request sent by core/http_client.py. Needs the extra `caldav`."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urljoin

from caldav import Calendar, DAVClient, Event
from caldav.davclient import DAVResponse
from caldav.elements import cdav
from caldav.lib.error import DAVError
from lxml import etree
from requests.structures import CaseInsensitiveDict

from advisors.availability.slots import Span
from advisors.external_calendars.errors import CalendarTooFull, NotOneCalendar
from core.http_client import FetchRequest, FetchResponse, Limits, fetch, parse_target
from core.http_errors import AddressForbidden, AnswerUnreadable, NotThere

SECONDS = 15  # for all requests together
MAX_BYTES = 10 * 1024 * 1024
MULTISTATUS = 207  # RFC 4918: status of a search result
RESOURCE_TYPE_REQUEST = '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
CALENDAR_TYPE = ".//{DAV:}resourcetype/{urn:ietf:params:xml:ns:caldav}calendar"  # RFC 4791, 4.2


@dataclass(frozen=True, kw_only=True)
class CalDavAccount:
    address: str  # of one calendar
    username: str
    password: str


class CalDavCalendar:
    """One calendar on a CalDAV server (RFC 4791). Methods raise a Refusal with the reason of a failure."""

    def __init__(self, account: CalDavAccount, *, seconds: float = SECONDS) -> None:
        self._address = account.address.rstrip("/") + "/"
        self._client = _GuardedClient(account, until=monotonic() + seconds)

    def check_is_calendar(self) -> None:
        """Raise NotOneCalendar for an account or a folder: a search in it would succeed without results."""
        response = self._client.propfind(self._address, RESOURCE_TYPE_REQUEST, 0)
        if response.tree is None or response.tree.find(CALENDAR_TYPE) is None:
            raise NotOneCalendar

    def events(self, window: Span) -> list[bytes]:
        """Calendar objects with an occurrence in this window, as iCalendar files; recurrences are not expanded."""
        self.check_is_calendar()
        calendar = Calendar(client=self._client, url=self._address)
        span = {"start": window.start, "end": window.end}
        query, _kind = calendar.build_search_xml_query(comp_class=Event, **span)  # type: ignore[no-untyped-call]
        try:
            response = self._client.report(self._address, etree.tostring(query.xmlelement()).decode(), 1)
            found = response.expand_simple_props([cdav.CalendarData()])
        except (DAVError, KeyError, AttributeError, TypeError):  # a multistatus in an unexpected form
            raise AnswerUnreadable from None
        contents = [str(content).encode() for props in found.values() if (content := props.get(cdav.CalendarData.tag))]
        if sum(map(len, contents)) > MAX_BYTES:
            raise CalendarTooFull
        return contents

    def put(self, name: str, content: bytes) -> str:
        """Create or replace the object with this name. Returns its address on the server."""
        url = urljoin(self._address, f"{quote(name)}.ics")
        self._client.put(url, content.decode(), {"Content-Type": "text/calendar; charset=utf-8"})
        return url

    def remove(self, url: str) -> None:
        """Delete the object; an object that is already gone is no error."""
        try:
            self._client.delete(url)
        except NotThere:
            return


class _GuardedClient(DAVClient):
    """DAVClient that only sends requests to the calendar's own origin and follows no redirects."""

    def __init__(self, account: CalDavAccount, *, until: float) -> None:
        super().__init__(url=account.address)
        secret = b64encode(f"{account.username}:{account.password}".encode()).decode()
        self._credentials = {"Authorization": f"Basic {secret}"} if account.username else {}
        self._origin, self._until = _origin_of(account.address), until

    def request(
        self, url: Any, method: str = "GET", body: Any = "", headers: Mapping[str, str] | None = None
    ) -> DAVResponse:
        if _origin_of(str(url)) != self._origin:
            raise AddressForbidden
        request = FetchRequest(
            method=method,
            headers={**self.headers, **(headers or {}), **self._credentials},
            body=body.encode() if isinstance(body, str) else bytes(body or b""),
            follows=False,
        )
        limits = Limits(size=MAX_BYTES, seconds=max(self._until - monotonic(), 0.001))
        try:
            response = fetch(str(url), request, limits=limits)
        except AnswerUnreadable:  # 400, 405 or 415: no CalDAV at this address
            raise NotOneCalendar from None
        return DAVResponse(_library_response(response, method), self)


def _origin_of(address: str) -> tuple[str, str, int]:
    target = parse_target(address)
    return target.scheme, target.host, target.port


def _library_response(response: FetchResponse, method: str) -> Any:
    """Response object for the library. Its body is checked first: the library logs invalid XML and reads DOCTYPEs."""
    content = b""
    if method in ("PROPFIND", "REPORT"):
        if response.status != MULTISTATUS:
            raise NotOneCalendar
        content = _plain_xml(response.body)
    headers = CaseInsensitiveDict({"Content-Type": "text/xml"} if content else {})
    return SimpleNamespace(status_code=response.status, headers=headers, content=content, reason="")


def _plain_xml(content: bytes) -> bytes:
    """Content, when it is XML without a document type. Raises AnswerUnreadable."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        raise AnswerUnreadable from None
    if root.getroottree().docinfo.doctype:
        raise AnswerUnreadable
    return content
