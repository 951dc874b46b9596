"""The chapters of the story, each by screen, in the words of the person who walks it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.house import House
from tests.browser.person import Person

PASSWORD = "drie-blauwe-fietsen"
PATIENCE = 60  # looks at the outbox


@dataclass(frozen=True)
class Employer:
    """What one employer decides differently from another."""

    name: str
    short_name: str
    eligibility: str
    minutes: int


EVERYBODY = Employer("Ziekenhuis Oostmeer", "Oostmeer", "all_rejected", 20)
INTERVIEWED = Employer("Gemeente Westerhout", "Westerhout", "interviewed", 30)


def create_application_manager(house: House, chief: Person) -> None:
    printed = house.manage("create_application_manager", "ada.chef@oostmeer.example", "Ada", "Chef")
    address = re.search(r"http\S+", printed)
    assert address, printed
    choose_password(chief, address[0])
    sign_in(chief, "ada.chef@oostmeer.example")
    chief.is_on("Set up")


def choose_password(person: Person, address: str) -> None:
    person.go(address)
    person.is_on("Choose a new password")
    person.fill(password1=PASSWORD, password2=PASSWORD)
    person.press("Save the new password")


def sign_in(person: Person, email: str) -> None:
    person.go("/account/login/")
    person.fill(login=email, password=PASSWORD)
    person.press("Sign in")


def set_policy(chief: Person, employer: Employer) -> None:
    chief.press("Go to this step")
    chief.is_on("Policy")
    chief.fill(
        employer_name=employer.name,
        short_name=employer.short_name,
        sender_name="Marit de Wit",
        sender_email="loopbaan@oostmeer.example",
        phone="+31600000900",
        eligibility=employer.eligibility,
        session_minutes=str(employer.minutes),
    )
    chief.press("Save")
    chief.sees("Saved. It counts for everything that happens from now on.")


def add_location(chief: Person) -> None:
    chief.press("Go to this step")
    chief.is_on("A new location")
    chief.fill(name="Hoofdgebouw", address="Lindelaan 1", postal_code="1234 AB", city="Oostmeer", room="Route 14")
    chief.press("Save")
    chief.reads("Hoofdgebouw")


def add_department(chief: Person, name: str) -> None:
    chief.go("/setup/departments/new/")
    chief.fill(name=name)
    chief.press("Save")
    chief.reads(name)


def add_colleague(chief: Person, *, name: str, email: str, roles: list[str]) -> None:
    chief.go("/setup/staff/new/")
    chief.fill(name=name, email=email, roles=roles)
    chief.press("Save and send the mail")
    chief.sees("Saved. A mail with a link to choose a password is on its way.")


def describe_advisor(chief: Person) -> None:
    """The page that follows when an advisor was added."""
    chief.fill(title="Loopbaanadviseur", languages=["nl", "en"], video_url="https://video.example/kamer")
    chief.press("Save")


def letter_to(reader: Person, email: str, kind: str = "") -> None:
    """Opens the newest letter or text to this address or number; waits until the worker has sent it."""
    reader.go(f"/demo/outbox/?to={quote(email)}")
    newest = reader.page.locator("main ul.list > li").filter(has_text=kind).first
    for _attempt in range(PATIENCE):
        if newest.locator(".badge.good").count():
            break
        reader.page.reload()
    newest.get_by_role("link").click()


def link_in(reader: Person, part: str) -> str:
    """Where a link leads in the letter or text that is open; by a part of its address, as some show words instead."""
    address = reader.page.locator(f".mail .body a[href*='{part}'], .bubble a[href*='{part}']").get_attribute("href")
    assert address
    return address


def welcome(reader: Person, colleague: Person, email: str) -> None:
    """A new colleague chooses a password through the mailed link, and signs in."""
    letter_to(reader, email)
    choose_password(colleague, link_in(reader, "/reset/key/"))
    sign_in(colleague, email)


def open_hours(advisor: Person, *, weekday: int, starts: str, ends: str) -> None:
    advisor.go("/hours/")
    advisor.press("Add hours")
    advisor.fill(weekday=str(weekday), starts=starts, ends=ends, channels=["phone", "video", "onsite"])
    advisor.fill(location=advisor.page.locator("[name=location] option", has_text="Hoofdgebouw").get_attribute("value"))
    advisor.press("Save")
    advisor.is_on("My hours")
