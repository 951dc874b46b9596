"""One Chromium per process; a house and the people in it per test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.person import Person
from tests.browser.server import House
from tests.browser.setup import SUNDAY_EVENING, Employer, set_up

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the first needs a third less work
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def people_of(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Whoever enters leaves at the end; what went wrong on their pages fails the test."""
    people: list[Person] = []

    def enter(house: House, **how: Any) -> Person:
        people.append(Person(browser, house.url, **how))
        return people[-1]

    try:
        yield enter
    finally:
        for one in people:
            one.context.close()
    assert [complaint for one in people for complaint in one.complaints] == []


@contextmanager
def open_door(house: House) -> Iterator[House]:
    house.open()
    try:
        yield house
    finally:
        house.close()
    assert "Traceback" not in house.said("web")


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[..., Person]]:
    with people_of(chromium) as enter:
        yield enter


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    with ExitStack() as houses:

        def build(*, opens_at: datetime, built: Path | None = None) -> House:
            house = House(tmp_path / "house", opens_at=opens_at, built=built)
            return houses.enter_context(open_door(house))

        yield build


@pytest.fixture(scope="session")
def empty_ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a house stands, closed, in which nobody did anything yet: the migrations take their time."""
    house = House(tmp_path_factory.mktemp("empty") / "house", opens_at=SUNDAY_EVENING)
    house.close()
    return house.place


@pytest.fixture(scope="session")
def employer_ready(
    chromium: Browser, empty_ready: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Employer], Path]:
    """Where the closed house of an employer stands that was set up by screen; done once, since stories share it."""
    ready: dict[Employer, Path] = {}

    def folder_of(employer: Employer) -> Path:
        if employer not in ready:
            house = House(tmp_path_factory.mktemp("employer") / "house", opens_at=SUNDAY_EVENING, built=empty_ready)
            with open_door(house), people_of(chromium) as enter:
                set_up(house, employer, enter)
            ready[employer] = house.place
        return ready[employer]

    return folder_of


@pytest.fixture(scope="session")
def demo_ready(empty_ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the fictional hospital stands, closed."""
    house = House(tmp_path_factory.mktemp("demo") / "house", opens_at=MONDAY_MORNING, built=empty_ready)
    house.manage("load_demo")
    house.close()
    return house.place


@pytest.fixture(scope="session")
def demo(demo_ready: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The fictional hospital, to be looked at only; nobody delivers its letters."""
    place = tmp_path_factory.mktemp("shown") / "house"
    with open_door(House(place, opens_at=MONDAY_MORNING, built=demo_ready)) as house:
        yield house
