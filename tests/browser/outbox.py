"""Read the demo outbox like a mail program and a phone."""

from collections.abc import Callable
from time import monotonic
from urllib.parse import quote

from icalendar import Calendar

from tests.browser.person import Person
from tests.processes import HANG_SECONDS

PAUSE_MS = 250  # between two page loads, to leave CPU time for the worker


def open_message(reader: Person, email: str, kind: str = "") -> None:
    """Open the newest message to this address or number, after the worker has sent it."""
    reader.go(f"/demo/outbox/?to={quote(email)}")
    not_sent = reader.page.locator(".badge.late")  # such as a fallback of an SMS
    newest = reader.page.locator("main ul.list > li").filter(has_text=kind, has_not=not_sent).first
    reload_until(reader, lambda: newest.locator(".badge.good").count())
    newest.get_by_role("link").click()


def reload_until(reader: Person, is_there: Callable[[], object]) -> None:
    """Reload the page until the worker did what is waited for."""
    give_up_at = monotonic() + HANG_SECONDS
    while not is_there():
        assert monotonic() < give_up_at, f"never came:\n{reader.page.locator('main').inner_text()}"
        reader.page.wait_for_timeout(PAUSE_MS)
        reader.page.reload()


def link_in(reader: Person, part: str) -> str:
    """Url in the open message that contains this part."""
    address = reader.page.locator(f".mail .body a[href*='{part}'], .bubble a[href*='{part}']").get_attribute("href")
    assert address
    return address


def invite_in(reader: Person) -> tuple[str, dict[str, object]]:
    """METHOD and event of the calendar file of the open message."""
    with reader.page.expect_download() as download:
        reader.page.locator(".mail .attachment a").click()
    calendar = Calendar.from_ical(download.value.path().read_bytes())
    (event,) = calendar.walk("VEVENT")
    values = {name: event.decoded(name) for name in ("uid", "sequence", "dtstart", "dtend")}
    return str(calendar["METHOD"]), values | {"summary": str(event["SUMMARY"])}


def advance_clock(reader: Person, to: str) -> None:
    """Advance the demo clock on its page; the pages keep the real time."""
    reader.go("/demo/outbox/")
    reader.press("Turn the clock forward")
    reader.fill(to=to)
    reader.press("Turn the clock forward")
    reader.is_on("Outbox")
