"""Booking page: two candidates for one slot, double submission, the back button, and an outdated page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.candidate import QUESTION
from tests.browser.conftest import MONDAY_MORNING

pytestmark = pytest.mark.browser

INVITED = """
from bookings.models import Invitation
from candidates.access.services import link_url_for

for invitation in Invitation.objects.filter(bookings=None, declined_at=None, open_until__gte="2026-11-23"):
    print(link_url_for(invitation.candidate, f"invitations/{invitation.pk}/book/"))
"""
PHONE = "06 0000 0001"
TALK = "/my/appointments/"


@pytest.fixture
def hospital(demo_folder, start_installation):
    return start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)


@pytest.fixture
def links(hospital):
    return hospital.manage("shell", "--no-imports", "--command", INVITED).split()


def choose_first(candidate, link):
    """Choose the first free slot and return the path of the details page."""
    candidate.go(link)
    candidate.press("Take this moment")
    candidate.is_on("Confirm your appointment")
    candidate.fill(phone=PHONE, question=QUESTION)
    return candidate.page.url


def test_the_second_of_two_candidates_for_one_slot_keeps_the_input(hospital, links, person):
    first, second = (person(hospital, language="nl", width=360) for _ in range(2))
    address = choose_first(first, links[0])
    choose_first(second, links[1])
    second.fill(wants_sms=True)
    same_moment = re.search("slot=[^&]+&?", address)

    first.press("Confirm this appointment")
    first.is_on("Your appointment")
    second.press("Confirm this appointment")

    assert same_moment
    second.sees("These moments are free")
    expect(second.page.locator("[name=question]")).to_have_value(QUESTION)
    expect(second.page.locator("[name=phone]")).to_have_value(PHONE)
    expect(second.page.locator("[name=wants_sms]")).to_be_checked()
    second.press("Confirm this appointment")
    second.is_on("Your appointment")


def test_double_submission_back_button_and_outdated_page_leave_one_appointment(hospital, links, person):
    candidate = person(hospital, language="nl")
    address = choose_first(candidate, links[0])
    old_page = candidate.context.new_page()
    old_page.goto(address)

    candidate.page.get_by_role("button", name=candidate.translate("Confirm this appointment")).dblclick()
    candidate.is_on("Your appointment")
    booked = candidate.path
    candidate.page.go_back()
    expect(candidate.page).to_have_url(re.compile(booked))
    candidate.is_on("Your appointment")

    old_page.locator("[name=phone]").fill(PHONE)
    old_page.locator("main form button").first.click()
    expect(old_page).to_have_url(re.compile(booked))


def test_a_slot_can_be_booked_with_the_keyboard(hospital, links, person):
    candidate = person(hospital, language="nl", width=360)
    candidate.go(links[0])
    tab_to(candidate, "input[name=channel]")
    candidate.page.keyboard.press("ArrowDown")
    expect(candidate.page.locator("#how")).to_contain_text(candidate.translate("Video call"))
    tab_to(candidate, "input[name=slot]")
    candidate.page.keyboard.press("Space")
    tab_to(candidate, ".foot button")
    candidate.page.keyboard.press("Enter")
    candidate.is_on("Confirm your appointment")
    tab_to(candidate, "[name=wants_sms]")
    candidate.page.keyboard.press("Space")
    tab_to(candidate, "[name=phone]")
    candidate.page.keyboard.type(PHONE)
    tab_to(candidate, "main form button")
    candidate.page.keyboard.press("Enter")
    candidate.is_on("Your appointment")


def tab_to(candidate, part):
    for _press in range(80):
        if candidate.page.locator(f"{part}:focus").count():
            return
        candidate.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {part}")
