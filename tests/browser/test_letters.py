"""Accessibility (WCAG 2.2 AA, by axe) of every mail, in light and dark mode."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from outbox.models import Message
from outbox.templates import html_page
from tests.all_letters import EveryLetter
from tests.browser.conftest import CHROMIUM, QUIET

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite"), pytest.mark.browser]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
BODY = re.compile(r"<div.*</div>", re.DOTALL)
CANVAS = "html { background: Canvas }"  # the real background; axe assumes white


def on_one_page():
    """All mails on one page, because checking fifty pages takes half a minute."""
    pages = [html_page(one.text, subject=one.subject, language=one.language) for one in mails()]
    return BODY.sub(lambda _first: "".join(BODY.search(page)[0] for page in pages), pages[0])


def mails():
    return {letter.kind: letter for letter in Message.objects.filter(transport="mail")}.values()


def faults_of(html):
    """Faults per colour scheme. Runs in its own thread, because Django refuses queries in Playwright's event loop."""
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET) as browser:
        return {scheme: faults_in(browser.new_page(color_scheme=scheme), html) for scheme in ("light", "dark")}


def faults_in(page, html):
    page.set_viewport_size({"width": 320, "height": 900})
    page.set_content(html)
    page.add_style_tag(content=CANVAS)
    found = Axe().run(page, options=WCAG).response
    unsure = [one["id"] for one in found["incomplete"] if one["id"] != "bypass"]  # a mail has no navigation to skip
    wide = page.evaluate("document.scrollingElement.scrollWidth") > 320
    return [one["id"] for one in found["violations"]] + unsure + ["too wide"] * wide


def test_every_mail_is_accessible_in_light_and_dark_mode():
    EveryLetter().write_all()

    with ThreadPoolExecutor(1) as thread:
        faults = thread.submit(faults_of, on_one_page()).result()

    assert faults == {"light": [], "dark": []}
