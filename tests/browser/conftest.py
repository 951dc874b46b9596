"""One Chromium per process; a house and the people in it per test."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.house import House
from tests.browser.person import Person

CHROMIUM = "/usr/bin/chromium"
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


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[..., Person]]:
    """Who comes in through this leaves when the test ends; what went wrong on their pages fails the test."""
    people: list[Person] = []

    def enter(house: House, **how: object) -> Person:
        people.append(Person(chromium, house.url, **how))
        return people[-1]

    yield enter
    complaints = [complaint for one in people for complaint in one.complaints]
    for one in people:
        one.context.close()
    assert complaints == []


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def build(*, opens_at: datetime, built: Path | None = None) -> House:
        houses.append(House(tmp_path / f"house-{len(houses)}", opens_at=opens_at, built=built))
        houses[-1].open()
        return houses[-1]

    yield build
    for house in houses:
        house.close()
        assert "Traceback" not in house.said("web")
