"""The waiting list, from wish to held offer to booking; and the moments that come instead of a talk that we cancel."""

import pytest
from playwright.sync_api import expect

from spreekuur.demo_loader import PASSWORD
from tests.browser.candidate import value_of
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.outbox import letter_to, link_in
from tests.browser.setup import YOUSSEF, sign_in

LINK_OF = """
from bookings.models import Invitation
from candidates.links import address_of, token_of
invitation = Invitation.objects.get(application__candidate__last_name="{name}")
link = invitation.candidate.link
print(address_of(token_of(link.key, link.version), f"invitations/{{invitation.pk}}/book/"), invitation.candidate.email)
"""
TALK_OF_YOUSSEF = """
from bookings.models import Booking
booking = Booking.objects.standing().filter(advisor__user__email="y.benali@ziekenhuis-oostmeer.example").first()
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
def hospital(demo_ready, open_house):
    return open_house(built=demo_ready, opens_at=MONDAY_MORNING)


def asked(hospital, script):
    return hospital.manage("shell", "--no-imports", "--command", script).split()


def wait_for_an_evening(candidate, link):
    candidate.go(link)
    candidate.page.get_by_text(candidate.words("None of these suits me")).click()
    candidate.press("Wait for a moment that suits you")
    expect(candidate.page.locator("[name=wants_sms]")).not_to_be_checked()
    candidate.fill(day_parts=["evening"], wants_sms=True)
    candidate.press("Put me on the waiting list")
    candidate.is_on("You are on the waiting list")


def test_a_wish_becomes_an_offer_and_the_offer_a_talk(hospital, person):
    candidate, other, reader = (person(hospital, language="nl", width=360) for _ in range(3))
    link, email = asked(hospital, LINK_OF.format(name="Wolthuis"))
    wait_for_an_evening(candidate, link)

    asked(hospital, AN_EVENING)
    hospital.start_worker()
    letter_to(reader, email, "Er is een moment vrij")
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


def test_the_text_opens_the_offer_and_no_gives_it_to_others(hospital, person):
    candidate, phone, reader = (person(hospital, language="nl", width=360) for _ in range(3))
    link, _email = asked(hospital, LINK_OF.format(name="Wolthuis"))
    wait_for_an_evening(candidate, link)
    asked(hospital, AN_EVENING)
    hospital.start_worker()

    letter_to(reader, "+31600000020", "Oostmeer: er is een moment vrij")
    phone.go(link_in(reader, "/a/"))
    phone.is_on("We keep this moment for you")
    phone.press("Not this moment")

    phone.is_on("No moment is kept for you now")
    phone.sees("You are on the waiting list. When a moment comes free that fits your wishes, we send you a mail.")


def test_a_talk_that_we_cancel_comes_with_three_other_moments(hospital, person):
    advisor, candidate, reader = (person(hospital, language="nl") for _ in range(3))
    booking, email = asked(hospital, TALK_OF_YOUSSEF)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    advisor.go(f"/talks/{booking}/cancel/")
    advisor.page.locator("main form button").first.click()

    hospital.start_worker()
    letter_to(reader, email, "gaat helaas niet door")
    candidate.go(link_in(reader, "/offer/"))
    candidate.is_on("Choose one of these moments")
    moments = candidate.page.locator(".card.first")
    expect(moments).to_have_count(3)
    moments.nth(1).get_by_role("link").click()
    candidate.press("Confirm this appointment")
    candidate.is_on("Your appointment")
