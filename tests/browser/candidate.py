"""Steps of the candidate, who uses a private link, with or without JavaScript."""

from datetime import UTC, datetime

from playwright.sync_api import expect

from tests.browser.person import Person

QUESTION = "Welke opleiding raden jullie aan?"


def choose(candidate: Person, link: str, *, channel: str, slot: datetime) -> None:
    candidate.go(link)
    candidate.is_on("Choose a moment for your talk")
    candidate.fill(channel=channel)
    show_free_slots(candidate, channel)
    pick(candidate, slot)


def show_free_slots(candidate: Person, channel: str) -> None:
    """Show the free slots of a channel; with JavaScript they are updated automatically."""
    if not candidate.has_script:
        candidate.press("Show free moments")
    titles = {"phone": "Phone call", "video": "Video call", "onsite": "Visit us"}
    expect(candidate.page.locator("#how")).to_contain_text(candidate.translate(titles[channel]))


def pick(candidate: Person, slot: datetime) -> None:
    candidate.fill(slot=value_of(slot))
    candidate.press("Next")


def value_of(slot: datetime) -> str:
    return slot.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def confirm(candidate: Person, *, phone: str) -> None:
    """Confirm the booking, with a phone number for the call or SMS and a question."""
    candidate.is_on("Confirm your appointment")
    expect(candidate.page.locator("[name=wants_sms]")).not_to_be_checked()
    candidate.fill(phone=phone, wants_sms=True, question=QUESTION)
    candidate.press("Confirm this appointment")
    candidate.is_on("Your appointment")
    candidate.sees("Your appointment is set. You also get a mail from us.")


def prepare(candidate: Person, link: str, *, question: str) -> None:
    candidate.go(link)
    candidate.is_on("Prepare your talk")
    candidate.page.get_by_role("checkbox").first.check()
    expect(candidate.page.locator("[name=question]")).to_have_value(QUESTION)
    candidate.fill(question=question)
    candidate.press("Save")
    candidate.sees("Saved. Your advisor reads it before the talk.")


def move(candidate: Person, link: str, *, slot: datetime) -> None:
    candidate.go(link)
    candidate.press("Choose another moment")
    candidate.is_on("Choose another moment")
    pick(candidate, slot)
    candidate.is_on("Move your appointment")
    candidate.press("Move to this moment")
    candidate.is_on("Your appointment")


def consent(candidate: Person, link: str, *, introduction: str) -> None:
    """Consent to the referral with a changed introduction."""
    candidate.go(link)
    candidate.is_on("May we introduce you to a recruiter?")
    candidate.fill(introduction=introduction)
    candidate.press("Yes, introduce me")
    candidate.reads(introduction)
    candidate.sees("What the recruiter reads")
