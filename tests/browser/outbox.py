"""The demo's outbox, read as a mail program and a phone: everything that left the house."""

from urllib.parse import quote

from icalendar import Calendar

from tests.browser.person import Person

PATIENCE = 100  # looks at a letter that the worker is about to send
PAUSE_MS = 250  # between two looks: the worker needs the machine as well


def letter_to(reader: Person, email: str, kind: str = "") -> None:
    """Opens the newest letter or text to this address or number; waits until the worker has sent it."""
    reader.go(f"/demo/outbox/?to={quote(email)}")
    not_sent = reader.page.locator(".badge.late")  # such as a letter that stood by for a text
    newest = reader.page.locator("main ul.list > li").filter(has_text=kind, has_not=not_sent).first
    for _attempt in range(PATIENCE):
        if newest.locator(".badge.good").count():
            break
        look_again(reader)
    newest.get_by_role("link").click()


def look_again(reader: Person) -> None:
    reader.page.wait_for_timeout(PAUSE_MS)
    reader.page.reload()


def link_in(reader: Person, part: str) -> str:
    """Where a link leads in the letter or text that is open; by a part of its address, as some show words instead."""
    address = reader.page.locator(f".mail .body a[href*='{part}'], .bubble a[href*='{part}']").get_attribute("href")
    assert address
    return address


def invite_in(reader: Person) -> tuple[str, dict[str, object]]:
    """The calendar file of the letter that is open: its METHOD, and what its one event says."""
    with reader.page.expect_download() as download:
        reader.page.locator(".mail .attachment a").click()
    calendar = Calendar.from_ical(download.value.path().read_bytes())
    (event,) = calendar.walk("VEVENT")
    said = {name: event.decoded(name) for name in ("uid", "sequence", "dtstart", "dtend")}
    return str(calendar["METHOD"]), said | {"summary": str(event["SUMMARY"])}


def turn_forward(reader: Person, to: str) -> None:
    """What the worker would do until then happens now; pages keep the time."""
    reader.go("/demo/outbox/")
    reader.press("Turn the clock forward")
    reader.fill(to=to)
    reader.press("Turn the clock forward")
    reader.is_on("Outbox")
