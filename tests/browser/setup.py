"""From an empty database to an employer who can invite: policy, location, department, staff and hours, by screen."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.outbox import letter_to, link_in
from tests.browser.person import Person
from tests.browser.server import House

PASSWORD = "drie-blauwe-fietsen"
CHIEF = "r.terwiel@ziekenhuis-oostmeer.example"
KARIM = "k.lahlou@ziekenhuis-oostmeer.example"
YOUSSEF = "y.benali@ziekenhuis-oostmeer.example"
SUNDAY_EVENING = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = 1, 2


@dataclass(frozen=True)
class Employer:
    """What one employer decides differently from another."""

    name: str
    short_name: str
    eligibility: str
    minutes: int

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


EVERYBODY = Employer("Ziekenhuis Oostmeer", "Oostmeer", "all_rejected", 20)
INTERVIEWED = Employer("Gemeente Westerhout", "Westerhout", "interviewed", 30)


def set_up(house: House, employer: Employer, enter: Callable[..., Person]) -> None:
    """The whole of it; afterwards recruiter and advisor can sign in, and the advisor has hours."""
    chief, reader, advisor, recruiter = (enter(house, language="nl") for _ in range(4))
    create_application_manager(house, chief)
    set_policy(chief, employer)
    add_location(chief)
    for department in ("OK en Anesthesie", "Poliklinieken"):
        add_department(chief, department)
    add_colleague(chief, name="Karim Lahlou", email=KARIM, roles=["recruiter"])
    add_colleague(chief, name="Youssef Benali", email=YOUSSEF, roles=["advisor"])
    describe_advisor(chief)
    house.start_worker()
    welcome(reader, recruiter, KARIM)
    welcome(reader, advisor, YOUSSEF)
    for weekday in (TUESDAY, WEDNESDAY):
        open_hours(advisor, weekday=weekday, starts="09:00", ends="12:00")


def create_application_manager(house: House, chief: Person) -> None:
    printed = house.manage("create_application_manager", CHIEF, "Ruben", "Terwiel")
    address = re.search(r"http\S+", printed)
    assert address, printed
    choose_password(chief, address[0])
    sign_in(chief, CHIEF)
    chief.is_on("Set up")


def choose_password(person: Person, address: str) -> None:
    person.go(address)
    person.is_on("Choose a new password")
    person.fill(password1=PASSWORD, password2=PASSWORD)
    person.press("Save the new password")


def sign_in(person: Person, email: str, *, password: str = PASSWORD) -> None:
    person.go("/account/login/")
    person.fill(login=email, password=password)
    person.press("Sign in")
    expect(person.page).not_to_have_url(re.compile("/account/login/"))


def set_policy(chief: Person, employer: Employer) -> None:
    chief.press("Go to this step")
    chief.is_on("Policy")
    chief.fill(
        employer_name=employer.name,
        short_name=employer.short_name,
        sender_name="Marit de Wit",
        sender_email="loopbaan@ziekenhuis-oostmeer.example",
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
