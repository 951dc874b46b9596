"""Agenda of an advisor: month, day, and the printed day."""

import re

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.setup import YOUSSEF, sign_in

pytestmark = pytest.mark.browser

PAGE = re.compile(rb"/Type\s*/Page[^s]")
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1280, "height": 900}


def test_the_agenda_leads_to_the_next_talk_and_its_printed_day(demo, person):
    advisor = person(demo, language="nl")
    sign_in(advisor, YOUSSEF, password=PASSWORD)

    advisor.press("Go to that day")
    advisor.press("Print this day")

    advisor.reads("Youssef Benali. 1 gesprek.")
    assert len(PAGE.findall(advisor.page.pdf(format="A4"))) == 1


def test_the_month_is_a_table_at_a_desk_and_a_list_on_a_phone(demo, person):
    advisor = person(demo, language="en")
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go("/agenda/month/?month=2026-12")
    table, listed = advisor.page.get_by_role("table"), advisor.page.locator("main ol")

    advisor.page.set_viewport_size(DESK)
    expect(table).to_be_visible()
    expect(listed).to_be_hidden()
    advisor.page.set_viewport_size(PHONE)
    expect(table).to_be_hidden()
    listed.get_by_role("link", name="Friday 25 December").click()

    advisor.is_on_page_of("Friday 25 December")
    advisor.reads("Nobody can book on this day: Christmas Day.")


def test_the_more_menu_opens_with_one_click(demo, person):
    advisor = person(demo, language="en")
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.page.set_viewport_size(PHONE)

    advisor.page.get_by_text("More", exact=True).click()
    advisor.page.get_by_role("navigation", name="Agenda").get_by_role("link", name="Other calendars").click()

    assert advisor.path == "/agenda/calendars/"
