"""Set up an employer in the browser, from an empty database: policy, location, department, staff and hours."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.outbox import link_in, open_message
from tests.browser.person import Person
from tests.browser.server import Installation

PASSWORD = "drie-blauwe-fietsen"
APPLICATION_MANAGER = "r.terwiel@ziekenhuis-oostmeer.example"
KARIM = "k.lahlou@ziekenhuis-oostmeer.example"
YOUSSEF = "y.benali@ziekenhuis-oostmeer.example"
SUNDAY_EVENING = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = 1, 2


@dataclass(frozen=True)
class Employer:
    """Choices that differ between employers."""

    name: str
    short_name: str
    eligibility: str
    minutes: int

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)


ALL_REJECTED = Employer("Ziekenhuis Oostmeer", "Oostmeer", "all_rejected", 20)
INTERVIEWED = Employer("Gemeente Westerhout", "Westerhout", "interviewed", 30)


def set_up(installation: Installation, employer: Employer, open_browser: Callable[..., Person]) -> None:
    """Set up the employer, so that recruiter and advisor can sign in and the advisor has opening hours."""
    manager, reader, advisor, recruiter = (open_browser(installation, language="nl") for _ in range(4))
    create_application_manager(installation, manager)
    set_policy(manager, employer)
    add_location(manager)
    for department in ("OK en Anesthesie", "Poliklinieken"):
        add_department(manager, department)
    add_colleague(manager, name="Karim Lahlou", email=KARIM, roles=["recruiter"])
    add_colleague(manager, name="Youssef Benali", email=YOUSSEF, roles=["advisor"])
    describe_advisor(manager)
    installation.start_worker()
    welcome(reader, recruiter, KARIM)
    welcome(reader, advisor, YOUSSEF)
    for weekday in (TUESDAY, WEDNESDAY):
        open_hours(advisor, weekday=weekday, starts="09:00", ends="12:00")


def create_application_manager(installation: Installation, manager: Person) -> None:
    printed = installation.manage("create_application_manager", APPLICATION_MANAGER, "Ruben", "Terwiel")
    address = re.search(r"http\S+", printed)
    assert address, printed
    choose_password(manager, address[0])
    sign_in(manager, APPLICATION_MANAGER)
    manager.is_on("Set up")


def choose_password(person: Person, address: str) -> None:
    person.go(address)
    person.is_on("Choose a new password")
    person.fill(password1=PASSWORD, password2=PASSWORD)
    person.press("Save the new password")
    person.is_on("Your new password is saved")


def sign_in(person: Person, email: str, *, password: str = PASSWORD) -> None:
    person.go("/account/login/")
    person.fill(login=email, password=password)
    person.press("Sign in")
    expect(person.page).not_to_have_url(re.compile("/account/login/"))


def set_policy(manager: Person, employer: Employer) -> None:
    manager.press("Go to this step")
    manager.is_on("Policy")
    manager.fill(
        employer_name=employer.name,
        short_name=employer.short_name,
        sender_name="Marit de Wit",
        sender_email="loopbaan@ziekenhuis-oostmeer.example",
        phone="+31600000900",
        eligibility=employer.eligibility,
        session_minutes=str(employer.minutes),
    )
    manager.press("Save")
    manager.sees("Saved. It counts for everything that happens from now on.")


def add_location(manager: Person) -> None:
    manager.press("Go to this step")
    manager.is_on("A new location")
    manager.fill(name="Hoofdgebouw", address="Lindelaan 1", postal_code="1234 AB", city="Oostmeer", room="Route 14")
    manager.press("Save")
    manager.reads("Hoofdgebouw")


def add_department(manager: Person, name: str) -> None:
    manager.go("/setup/departments/new/")
    manager.fill(name=name)
    manager.press("Save")
    manager.reads(name)


def add_colleague(manager: Person, *, name: str, email: str, roles: list[str]) -> None:
    manager.go("/setup/staff/new/")
    manager.fill(name=name, email=email, roles=roles)
    manager.press("Save and send the mail")
    manager.sees("Saved. A mail with a link to choose a password is on its way.")


def describe_advisor(manager: Person) -> None:
    """Fill in the profile page, which follows after adding an advisor."""
    manager.fill(title="Loopbaanadviseur", languages=["nl", "en"], video_url="https://video.example/kamer")
    manager.press("Save")
    expect(manager.page).not_to_have_url(re.compile("/advisor/$"))


def welcome(reader: Person, colleague: Person, email: str) -> None:
    """A new colleague chooses a password through the mailed link, and signs in."""
    open_message(reader, email)
    choose_password(colleague, link_in(reader, "/reset/key/"))
    sign_in(colleague, email)


def open_hours(advisor: Person, *, weekday: int, starts: str, ends: str) -> None:
    advisor.go("/hours/")
    advisor.press("Add hours")
    advisor.fill(weekday=str(weekday), starts=starts, ends=ends, channels=["phone", "video", "onsite"])
    advisor.fill(location=advisor.page.locator("[name=location] option", has_text="Hoofdgebouw").get_attribute("value"))
    advisor.press("Save")
    advisor.is_on("My hours")
