"""An advisor takes over talks while an application manager views the same list."""

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.setup import YOUSSEF, sign_in
from tests.browser.walk import accessibility_faults

pytestmark = pytest.mark.browser

MANAGER = "r.terwiel@ziekenhuis-oostmeer.example"
REMARK = "Marit is ziek. Ik heb je vragen al gelezen."
# Give Youssef opening hours when Marit has a talk at the office.
YOUSSEF_IS_FREE = """
from datetime import time
from advisors.models import Advisor, Opening
from bookings.models import Booking
talk = Booking.objects.booked().filter(advisor__user__name="Marit de Wit", channel="onsite").get()
youssef, day = Advisor.objects.get(user__name="Youssef Benali"), talk.starts_at.date()
Opening.objects.create(advisor=youssef, day=day, starts=time(13), ends=time(17), channels=["onsite"],
                       location=talk.location)
print(talk.advisor_id, day)
"""
MAILS = """
from outbox.models import Message
for mail in Message.objects.filter(kind__in=["handed_over", "advisor_cancelled"]).order_by("pk"):
    print(mail.kind, mail.calendar_method, "ziek" in mail.text)
"""


@pytest.fixture
def hospital(demo_folder, start_installation):
    return start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)


@pytest.fixture
def marit(hospital):
    """Primary key of advisor Marit, and the day of her talk."""
    return hospital.manage("shell", "--no-imports", "--command", YOUSSEF_IS_FREE).split()


def signed_in(hospital, person, email, **how):
    user = person(hospital, language="nl", **how)
    sign_in(user, email, password=PASSWORD)
    return user


def look_at_talks_of(user, marit):
    number, day = marit
    user.go("/takeover/")
    user.fill(colleague=number, first_day=day)
    user.press("Show the talks")
    user.is_on("Talks of %(name)s", name="Marit de Wit")


def test_an_advisor_takes_over_a_talk_while_another_views_it(hospital, person, marit):
    youssef, manager = (signed_in(hospital, person, email) for email in (YOUSSEF, MANAGER))
    for user in (youssef, manager):
        look_at_talks_of(user, marit)
    assert accessibility_faults(youssef, "nl") == []

    expect(youssef.page.get_by_label(youssef.translate("I take it"))).to_be_checked()
    youssef.fill(remark=REMARK, is_absence=True)
    youssef.press("Confirm and tell the candidates")
    youssef.reads(youssef.translate("Done. Every candidate for whom something changes gets one letter."))

    manager.press("Confirm and tell the candidates")
    manager.sees("Something changed in the meantime, so nothing was done. Look at the list again.")
    manager.sees("No talks are planned in this time.")
    mails = hospital.manage("shell", "--no-imports", "--command", MAILS).splitlines()
    assert mails == ["handed_over REQUEST True", "advisor_cancelled CANCEL False"]


def test_the_new_advisor_can_open_the_file_and_move_the_talk(hospital, person, marit):
    youssef = signed_in(hospital, person, YOUSSEF, width=360)
    look_at_talks_of(youssef, marit)
    youssef.press("Confirm and tell the candidates")

    youssef.go(f"/today/?day={marit[1]}")
    youssef.page.locator(".agenda a").first.click()
    youssef.sees("Taken over from %(name)s.", name="Marit de Wit")
    youssef.press("Move this talk")
    assert accessibility_faults(youssef, "nl") == []
    youssef.page.get_by_text("15.00", exact=True).first.click()
    youssef.fill(remark=REMARK)
    youssef.press("Move and tell the candidate")

    youssef.sees("The talk has moved. The candidate gets your word and the new moment.")
    youssef.reads("15.00")
