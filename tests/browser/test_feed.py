"""Agenda feed: subscribe, show names, renew the address, switch off."""

import re

import icalendar
import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.setup import YOUSSEF, sign_in
from tests.browser.walk import accessibility_faults

pytestmark = pytest.mark.browser


@pytest.fixture
def hospital(demo_folder, start_installation):
    return start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)


@pytest.fixture
def advisor(hospital, person):
    advisor = person(hospital, language="nl", width=360)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go("/agenda/feed/")
    advisor.press("Switch the feed on")
    return advisor


def address_on(advisor):
    address = advisor.page.get_by_label(advisor.translate("Your private address")).input_value()
    webcal = advisor.page.get_by_role("link", name=advisor.translate("Open in my calendar program"))
    expect(webcal).to_have_attribute("href", address.replace("http:", "webcal:"))
    return address


def read(program, address, **headers):
    """Request the feed as a calendar program does: without a session and without redirects."""
    return program.request.get(address, headers=headers, max_redirects=0)


def titles_of(answer):
    return [str(event["summary"]) for event in icalendar.Calendar.from_ical(answer.body()).events]


@pytest.fixture
def program(chromium):
    context = chromium.new_context()
    yield context
    context.close()


def test_renewing_the_feed_disables_the_old_address(advisor, program):
    old = address_on(advisor)
    first = read(program, old)
    assert (first.status, bool(titles_of(first))) == (200, True)
    assert all(re.fullmatch("Gesprek: .*", title) for title in titles_of(first))
    assert read(program, old, **{"If-None-Match": first.headers["etag"]}).status == 304

    advisor.press("Show the names")
    advisor.sees("The titles now show names.")
    named = read(program, old, **{"If-None-Match": first.headers["etag"]})
    assert all(title.startswith("Gesprek met ") for title in titles_of(named))

    assert accessibility_faults(advisor, "nl") == []

    advisor.press("Renew the address")
    advisor.sees("The address is renewed. The old one no longer works: add the new one.")
    new = address_on(advisor)
    assert (new != old, read(program, old).status, titles_of(read(program, new))) == (True, 404, titles_of(named))

    advisor.press("Switch the feed off")
    advisor.sees("Your feed is off")
    assert [read(program, one).status for one in (old, new)] == [404, 404]


def test_the_address_can_be_copied(advisor):
    advisor.context.grant_permissions(["clipboard-read", "clipboard-write"])

    advisor.press("Copy")

    expect(advisor.page.get_by_role("status").filter(has_text=advisor.translate("Copied"))).to_be_visible()
    assert advisor.page.evaluate("navigator.clipboard.readText()") == address_on(advisor)
