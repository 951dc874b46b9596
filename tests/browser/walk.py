"""Visit all pages by their links and check their accessibility."""

import os
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve

from tests.browser.person import Person

NARROW, PHONE, DESK = 320, 360, 1280
WIDTHS = {"nl": PHONE, "en": DESK}
IN_FULL = os.environ.get("WALK_IN_FULL") == "1"  # as in `make test-all`: each state in both languages
STATES = 9  # of a page with many states that are checked in full
PAGES_WITH_STATES = {  # and how many of them `make test` checks
    "bookings:appointment": STATES,  # the others lead no further
    "bookings:home": STATES,
    "candidates:rejection": 3,
    "organisation:staff_member": 3,
    "outbox:demo_message": 3,
    "referrals:proposal": 3,
    "referrals:referral": 3,
    "talks:file": 3,
}
LINKS = "links => links.map(link => link.href)"
WIDER_THAN_SCREEN = "() => document.scrollingElement.scrollWidth - window.innerWidth"
axe = Axe()


@dataclass
class SiteWalk:
    """Pages visited so far and their faults."""

    person: Person
    only: set[str]
    seen: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def start(self, address: str) -> None:
        """Visit this page and all pages that it leads to."""
        self.person.go(address)
        waiting, known = [self.person.page.url, *self._links()], set()
        for address in waiting:
            path = urlsplit(address).path
            if path not in known and self._is_wanted(name_of(path)):
                known.add(path)
                self._look_at(address)
                waiting += self._links()

    def _is_wanted(self, name: str) -> bool:
        states = PAGES_WITH_STATES.get(name, 1)
        return name in self.only and self.seen[name] < (STATES if IN_FULL and states > 1 else states)

    def _look_at(self, address: str) -> None:
        """Check a page in both languages, narrow and wide; a further state of it in one of them, in turn."""
        seen = self.seen[name_of(urlsplit(address).path)]
        both = list(WIDTHS.items())
        for language, width in both if IN_FULL or not seen else [both[seen % 2]]:
            self.person.speak(language)
            self.person.page.set_viewport_size({"width": width, "height": 900})
            self.person.go(address)
            place = f"{urlsplit(address).path} ({language})"
            if name_of(self.person.path) != name_of(urlsplit(address).path):
                self.faults.append(f"{place}: leads to {self.person.path}")
            self.faults += [f"{place}: {fault}" for fault in accessibility_faults(self.person, language)]
        self.seen[name_of(urlsplit(address).path)] += 1

    def _links(self) -> list[str]:
        found: list[str] = self.person.page.locator("a[href]:not([download])").evaluate_all(LINKS)
        return [link for link in found if link.startswith(self.person.url) and not link.endswith(".ics")]


def name_of(path: str) -> str:
    """Url name of a path; empty for a path outside the project."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def accessibility_faults(person: Person, language: str) -> list[str]:
    """Faults by axe, and wrong headings, language or width."""
    page = person.page
    found = axe.run(page)
    faults = [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found.response["violations"]]
    if (titles := page.locator("h1").count()) != 1:
        faults.append(f"{titles} first headings")
    if (shown := page.locator("html").get_attribute("lang")) != language:
        faults.append(f"says that it is in {shown}")
    page.set_viewport_size({"width": NARROW, "height": 900})
    if (extra := page.evaluate(WIDER_THAN_SCREEN)) > 0:
        faults.append(f"{extra} pixels wider than a screen of {NARROW}")
    return faults
