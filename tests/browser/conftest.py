"""Fixtures: one Chromium per process, and an installation with users per test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.person import TIMEOUT_MS, Person
from tests.browser.server import Installation
from tests.browser.setup import SUNDAY_EVENING, Employer, set_up

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
# The headless shell needs a third less CPU.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
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
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, timeout=TIMEOUT_MS)
        yield browser
        browser.close()


@contextmanager
def persons(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Yield a function that opens a browser for a person. Errors on any of their pages fail the test."""
    people: list[Person] = []

    def open_browser(installation: Installation, **how: Any) -> Person:
        people.append(Person(browser, installation.url, **how))
        return people[-1]

    try:
        yield open_browser
    finally:
        for one in people:
            one.context.close()
    assert [error for one in people for error in one.errors] == []


@contextmanager
def running(installation: Installation) -> Iterator[Installation]:
    installation.start()
    try:
        yield installation
    finally:
        installation.stop()
    assert "Traceback" not in installation.log("web")


@pytest.fixture
def person(chromium: Browser) -> Iterator[Callable[..., Person]]:
    with persons(chromium) as open_browser:
        yield open_browser


@pytest.fixture
def start_installation(tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    with ExitStack() as stack:

        def build(*, starts_at: datetime, copy_of: Path | None = None) -> Installation:
            installation = Installation(tmp_path / "installation", starts_at=starts_at, copy_of=copy_of)
            return stack.enter_context(running(installation))

        yield build


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a stopped installation with empty tables."""
    installation = Installation(tmp_path_factory.mktemp("empty") / "installation", starts_at=SUNDAY_EVENING)
    installation.stop()
    return installation.folder


@pytest.fixture(scope="session")
def employer_folder(
    chromium: Browser, empty_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Employer], Path]:
    """Folder of the stopped installation of an employer, set up in the browser once per session."""
    ready: dict[Employer, Path] = {}

    def folder_of(employer: Employer) -> Path:
        if employer not in ready:
            installation = Installation(
                tmp_path_factory.mktemp("employer") / "installation", starts_at=SUNDAY_EVENING, copy_of=empty_folder
            )
            with running(installation), persons(chromium) as open_browser:
                set_up(installation, employer, open_browser)
            ready[employer] = installation.folder
        return ready[employer]

    return folder_of


@pytest.fixture(scope="session")
def demo_folder(empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a stopped installation with the demo data."""
    folder = tmp_path_factory.mktemp("demo") / "installation"
    installation = Installation(folder, starts_at=MONDAY_MORNING, copy_of=empty_folder)
    installation.manage("load_demo")
    installation.stop()
    return installation.folder


@pytest.fixture(scope="session")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Running demo installation without a worker, for tests that change nothing."""
    place = tmp_path_factory.mktemp("shown") / "installation"
    with running(Installation(place, starts_at=MONDAY_MORNING, copy_of=demo_folder)) as installation:
        yield installation
