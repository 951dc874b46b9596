"""Editing opening hours, and an absence during a booked talk."""

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.setup import APPLICATION_MANAGER, YOUSSEF, sign_in
from tests.browser.walk import accessibility_faults

pytestmark = pytest.mark.browser


@pytest.fixture
def installation(start_installation, demo_folder):
    return start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)


@pytest.mark.parametrize(("script", "width"), [(True, 1280), (False, 360)])
def test_an_advisor_previews_saves_and_closes_monthly_hours(installation, person, script, width):
    advisor = person(installation, language="en", script=script, width=width)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go("/hours/")
    advisor.press("Add hours")
    advisor.fill(repeats="1", weekday="2", starts="17:30", ends="16:00", channels=["phone"])

    advisor.press("Show what this gives")
    advisor.sees("These hours end before they start. Choose a later end.")
    advisor.fill(starts="16:00", ends="17:30")
    advisor.press("Show what this gives")
    advisor.sees("Coming days:")
    advisor.reads("Wednesday 2 December, Wednesday 6 January")
    assert not script or accessibility_faults(advisor, "en") == []  # axe is a script
    advisor.press("Save")

    advisor.sees("Your hours are saved. Candidates can book in them from now on.")
    advisor.reads("Every first Wednesday of the month")
    advisor.go("/hours/?week=2026-W49")
    expect(advisor.page.locator(".week a.talk", has_text="16:00")).to_have_count(1)
    advisor.page.locator(".week a.talk", has_text="16:00").click()
    advisor.press("Close these hours")
    advisor.sees("These hours are closed.")


def test_an_absence_asks_what_happens_with_conflicting_talks(installation, person):
    advisor = person(installation, language="nl")
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go("/hours/")
    advisor.press("Add an absence")
    advisor.fill(first_day="2026-11-30", last_day="2026-12-04")
    advisor.press("Save")

    advisor.is_on("What about these talks?")
    advisor.press("Confirm")
    advisor.sees("Choose what happens with this talk.")
    assert accessibility_faults(advisor, "nl") == []
    for group in advisor.page.locator("main fieldset").all():
        group.get_by_role("radio").last.check()
    advisor.fill(remark="Ik ben die week op cursus.")
    advisor.press("Confirm")

    advisor.sees("The absence is saved.")
    advisor.go("/agenda/?week=2026-W49")
    expect(advisor.page.locator(".week a.talk")).to_have_count(0)


def test_the_application_manager_closes_a_day_and_opens_it_again(installation, person):
    manager = person(installation, language="nl", script=False, width=360)
    sign_in(manager, APPLICATION_MANAGER, password=PASSWORD)
    manager.go("/setup/")
    manager.press("Closed days")
    manager.fill(day="2027-02-05", reason="Opleidingsdag")

    manager.press("Save")

    manager.reads("Vrijdag 5 februari 2027 Opleidingsdag")
    manager.press("Remove", exact=False)
    manager.sees("Removed. Candidates can book on this day again.")
