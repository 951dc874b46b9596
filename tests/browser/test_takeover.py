"""A colleague is ill: an advisor takes a talk over, while an application manager looks at the same list."""

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.setup import YOUSSEF, sign_in
from tests.browser.walk import faults_of

CHIEF = "r.terwiel@ziekenhuis-oostmeer.example"
WORD = "Marit is ziek. Ik heb je vragen al gelezen."
# Marit has a talk at the office one afternoon; Youssef comes in then too.
YOUSSEF_IS_FREE = """
from datetime import time
from advisors.models import Advisor, Opening
from bookings.models import Booking
talk = Booking.objects.standing().filter(advisor__user__name="Marit de Wit", channel="onsite").get()
youssef, day = Advisor.objects.get(user__name="Youssef Benali"), talk.starts_at.date()
Opening.objects.create(advisor=youssef, day=day, starts=time(13), ends=time(17), channels=["onsite"],
                       location=talk.location)
print(talk.advisor_id, day)
"""
LETTERS = """
from outbox.models import Message
for letter in Message.objects.filter(kind__in=["handed_over", "advisor_cancelled"]).order_by("pk"):
    print(letter.kind, letter.calendar_method, "ziek" in letter.text)
"""


@pytest.fixture
def hospital(demo_ready, open_house):
    return open_house(built=demo_ready, opens_at=MONDAY_MORNING)


@pytest.fixture
def marit(hospital):
    """Her number, and the day of her talk."""
    return hospital.manage("shell", "--no-imports", "--command", YOUSSEF_IS_FREE).split()


def came_in(hospital, person, email, **how):
    somebody = person(hospital, language="nl", **how)
    sign_in(somebody, email, password=PASSWORD)
    return somebody


def look_at_talks_of(somebody, marit):
    number, day = marit
    somebody.go("/takeover/")
    somebody.fill(colleague=number, first_day=day)
    somebody.press("Show the talks")
    somebody.is_on("Talks of %(name)s", name="Marit de Wit")


def test_an_advisor_takes_a_talk_over_and_everybody_sees_it(hospital, person, marit):
    youssef, chief = (came_in(hospital, person, email) for email in (YOUSSEF, CHIEF))
    for somebody in (youssef, chief):
        look_at_talks_of(somebody, marit)
    assert faults_of(youssef, "nl") == []

    expect(youssef.page.get_by_label(youssef.words("I take it"))).to_be_checked()
    youssef.fill(word=WORD, is_absence=True)
    youssef.press("Confirm and tell the candidates")
    youssef.reads(youssef.words("Done. Every candidate for whom something changes gets one letter."))

    chief.press("Confirm and tell the candidates")
    chief.sees("Something changed in the meantime, so nothing was done. Look at the list again.")
    chief.sees("No talks are planned in this time.")
    told = hospital.manage("shell", "--no-imports", "--command", LETTERS).splitlines()
    assert told == ["handed_over REQUEST True", "advisor_cancelled CANCEL False"]


def test_who_took_it_over_can_open_the_file_and_move_the_talk(hospital, person, marit):
    youssef = came_in(hospital, person, YOUSSEF, width=360)
    look_at_talks_of(youssef, marit)
    youssef.press("Confirm and tell the candidates")

    youssef.go(f"/today/?day={marit[1]}")
    youssef.page.locator(".agenda a").first.click()
    youssef.sees("Taken over from %(name)s.", name="Marit de Wit")
    youssef.press("Move this talk")
    assert faults_of(youssef, "nl") == []
    youssef.page.get_by_text("15.00", exact=True).first.click()
    youssef.fill(word=WORD)
    youssef.press("Move and tell the candidate")

    youssef.sees("The talk has moved. The candidate gets your word and the new moment.")
    youssef.reads("15.00")
