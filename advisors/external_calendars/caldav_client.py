"""The caldav library, whose every request goes through organisation/fetching.py. Needs the extra `caldav`."""

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
from core.errors import AddressForbidden, AnswerUnreadable, NotThere
from core.http_client import Answer, Limits, Wish, fetch, target_of

SECONDS = 15  # for all requests together
MOST_BYTES = 10 * 1024 * 1024
MULTISTATUS = 207  # RFC 4918: what a search answers
WHAT_IS_IT = '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
A_CALENDAR = ".//{DAV:}resourcetype/{urn:ietf:params:xml:ns:caldav}calendar"  # RFC 4791, 4.2


@dataclass(frozen=True, kw_only=True)
class Account:
    address: str  # of one calendar
    username: str
    password: str


class DavCalendar:
    """One calendar on a CalDAV server (RFC 4791). Every method raises a Refusal that says why not."""

    def __init__(self, account: Account, *, seconds: float = SECONDS) -> None:
        self._address = account.address.rstrip("/") + "/"
        self._client = _GuardedClient(account, until=monotonic() + seconds)

    def refuse_what_is_no_calendar(self) -> None:
        """An account or a folder would be searched without a word, and found empty."""
        answer = self._client.propfind(self._address, WHAT_IS_IT, 0)
        if answer.tree is None or answer.tree.find(A_CALENDAR) is None:
            raise NotOneCalendar

    def events(self, window: Span) -> list[bytes]:
        """The calendar objects with a time in this window, as files; what recurs is not expanded."""
        self.refuse_what_is_no_calendar()
        calendar = Calendar(client=self._client, url=self._address)
        span = {"start": window.start, "end": window.end}
        query, _kind = calendar.build_search_xml_query(comp_class=Event, **span)  # type: ignore[no-untyped-call]
        try:
            answer = self._client.report(self._address, etree.tostring(query.xmlelement()).decode(), 1)
            found = answer.expand_simple_props([cdav.CalendarData()])
        except (DAVError, KeyError, AttributeError, TypeError):  # multistatus of another shape
            raise AnswerUnreadable from None
        contents = [str(content).encode() for props in found.values() if (content := props.get(cdav.CalendarData.tag))]
        if sum(map(len, contents)) > MOST_BYTES:
            raise CalendarTooFull
        return contents

    def put(self, name: str, content: bytes) -> str:
        """Write an object under a name of ours; the same name again replaces it. Returns its address on the server."""
        place = urljoin(self._address, f"{quote(name)}.ics")
        self._client.put(place, content.decode(), {"Content-Type": "text/calendar; charset=utf-8"})
        return place

    def remove(self, place: str) -> None:
        """Also when somebody removed it before us."""
        try:
            self._client.delete(place)
        except NotThere:
            return


class _GuardedClient(DAVClient):
    """Goes to the server of the calendar only, with its password; follows nobody."""

    def __init__(self, account: Account, *, until: float) -> None:
        super().__init__(url=account.address)
        secret = b64encode(f"{account.username}:{account.password}".encode()).decode()
        self._credentials = {"Authorization": f"Basic {secret}"} if account.username else {}
        self._origin, self._until = _origin_of(account.address), until

    def request(
        self, url: Any, method: str = "GET", body: Any = "", headers: Mapping[str, str] | None = None
    ) -> DAVResponse:
        if _origin_of(str(url)) != self._origin:
            raise AddressForbidden
        wish = Wish(
            method=method,
            headers={**self.headers, **(headers or {}), **self._credentials},
            body=body.encode() if isinstance(body, str) else bytes(body or b""),
            follows=False,
        )
        limits = Limits(size=MOST_BYTES, seconds=max(self._until - monotonic(), 0.001))
        try:
            answer = fetch(str(url), wish, limits=limits)
        except AnswerUnreadable:  # 400, 405, 415: such a thing cannot be asked there
            raise NotOneCalendar from None
        return DAVResponse(_as_the_library_has_it(answer, method), self)


def _origin_of(address: str) -> tuple[str, str, int]:
    target = target_of(address)
    return target.scheme, target.host, target.port


def _as_the_library_has_it(answer: Answer, method: str) -> Any:
    """The library writes what is no XML into the log, and would read document types: neither gets to it."""
    content = b""
    if method in ("PROPFIND", "REPORT"):
        if answer.status != MULTISTATUS:
            raise NotOneCalendar
        content = _plain_xml(answer.body)
    headers = CaseInsensitiveDict({"Content-Type": "text/xml"} if content else {})
    return SimpleNamespace(status_code=answer.status, headers=headers, content=content, reason="")


def _plain_xml(content: bytes) -> bytes:
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        raise AnswerUnreadable from None
    if root.getroottree().docinfo.doctype:
        raise AnswerUnreadable
    return content
