"""Waitlist from request to offer to booking, and the alternatives after a cancellation by the advisor."""

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.candidate import value_of
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.outbox import link_in, open_message
from tests.browser.setup import YOUSSEF, sign_in

pytestmark = pytest.mark.browser

LINK_OF = """
from bookings.models import Invitation
from candidates.access.services import link_url_for
invitation = Invitation.objects.get(application__candidate__last_name="{name}")
print(link_url_for(invitation.candidate, f"invitations/{{invitation.pk}}/book/"), invitation.candidate.email)
"""
TALK_OF_YOUSSEF = """
from bookings.models import Booking
booking = Booking.objects.booked().filter(advisor__user__email="y.benali@ziekenhuis-oostmeer.example").first()
print(booking.pk, booking.candidate.email)
"""
AN_EVENING = """
from datetime import time
from advisors.models import Advisor, Opening

youssef = Advisor.objects.get(user__email="y.benali@ziekenhuis-oostmeer.example")
Opening.objects.create(advisor=youssef, weekday=3, starts=time(18), ends=time(18, 30), channels=["phone"])
"""
THURSDAY_SIX = MONDAY_MORNING.replace(day=26, hour=17)


@pytest.fixture
def hospital(demo_folder, start_installation):
    return start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)


def asked(hospital, script):
    return hospital.manage("shell", "--no-imports", "--command", script).split()


def wait_for_an_evening(candidate, link):
    candidate.go(link)
    candidate.page.get_by_text(candidate.translate("None of these suits me")).click()
    candidate.press("Wait for a moment that suits you")
    expect(candidate.page.locator("[name=wants_sms]")).not_to_be_checked()
    candidate.fill(day_parts=["evening"], wants_sms=True)
    candidate.press("Put me on the waiting list")
    candidate.is_on("You are on the waiting list")


def test_a_waitlist_entry_becomes_an_offer_and_a_booking(hospital, person):
    candidate, other, reader = (person(hospital, language="nl", width=360) for _ in range(3))
    link, email = asked(hospital, LINK_OF.format(name="Wolthuis"))
    wait_for_an_evening(candidate, link)

    asked(hospital, AN_EVENING)
    hospital.start_worker()
    open_message(reader, email, "Er is een moment vrij")
    offer = link_in(reader, "/offer/")
    other.go(asked(hospital, LINK_OF.format(name="Heuvel"))[0])
    other.is_on("Choose a moment for your talk")
    expect(other.page.locator(f"[name=slot][value='{value_of(THURSDAY_SIX)}']")).to_have_count(0)

    candidate.go(offer)
    candidate.is_on("We keep this moment for you")
    candidate.reads("Donderdag 26 november om 18.00 uur")
    candidate.press("Take this moment")
    candidate.press("Confirm this appointment")
    candidate.is_on("Your appointment")
    candidate.reads("Donderdag 26 november om 18.00 uur")


def test_the_sms_link_opens_the_offer_and_declining_releases_it(hospital, person):
    candidate, phone, reader = (person(hospital, language="nl", width=360) for _ in range(3))
    link, _email = asked(hospital, LINK_OF.format(name="Wolthuis"))
    wait_for_an_evening(candidate, link)
    asked(hospital, AN_EVENING)
    hospital.start_worker()

    open_message(reader, "+31600000020", "Oostmeer: er is een moment vrij")
    phone.go(link_in(reader, "/a/"))
    phone.is_on("We keep this moment for you")
    phone.press("Not this moment")

    phone.is_on("No moment is kept for you now")
    phone.sees("You are on the waiting list. When a moment comes free that fits your wishes, we send you a mail.")


def test_a_cancelled_talk_comes_with_three_alternatives(hospital, person):
    advisor, candidate, reader = (person(hospital, language="nl") for _ in range(3))
    booking, email = asked(hospital, TALK_OF_YOUSSEF)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go(f"/talks/{booking}/cancel/")
    advisor.page.locator("main form button").first.click()

    hospital.start_worker()
    open_message(reader, email, "gaat helaas niet door")
    candidate.go(link_in(reader, "/offer/"))
    candidate.is_on("Choose one of these moments")
    moments = candidate.page.locator(".card.first")
    expect(moments).to_have_count(3)
    moments.nth(1).get_by_role("link").click()
    candidate.press("Confirm this appointment")
    candidate.is_on("Your appointment")
