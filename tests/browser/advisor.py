"""Steps of the advisor: agenda, file, notes, and referral."""

import re

from playwright.sync_api import expect

from tests.browser.person import Person


def open_file(advisor: Person, *, name: str) -> None:
    """Open the file from the day view; the week view shows the same talk by last name."""
    advisor.go("/agenda/")
    expect(advisor.page.locator(".week a.talk")).to_have_text(re.compile(name.rsplit(maxsplit=1)[-1]))
    advisor.go("/today/")
    advisor.page.locator(".agenda").get_by_role("link", name=name).click()
    advisor.is_on_page_of(name)


def write_notes(advisor: Person, text: str) -> None:
    """Write notes, which are saved automatically, and check them after a reload."""
    advisor.page.locator("[name=text]").press_sequentially(text)
    expect(advisor.page.locator("#note_state [name=version]")).to_have_value("1")
    advisor.page.reload()
    expect(advisor.page.locator("[name=text]")).to_have_value(text)


def complete(advisor: Person) -> None:
    advisor.press("We talked")
    advisor.sees("Marked: you talked.")


def refer(advisor: Person, *, vacancy: str, introduction: str) -> None:
    advisor.press("Refer to another vacancy")
    advisor.page.get_by_role("radio", name=vacancy).check()
    advisor.fill(introduction=introduction)
    advisor.press("Propose to the candidate")
    advisor.sees("Waiting for the candidate")
