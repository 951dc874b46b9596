"""Person at a browser: goes to pages, reads, fills in forms and presses buttons. Records errors of every page."""

import re
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

from tests.processes import HANG_SECONDS

TIMEOUT_MS = HANG_SECONDS * 1000
expect.set_options(timeout=TIMEOUT_MS)
LOCALES = {"nl": "nl-NL", "en": "en-GB"}


class Person:
    def __init__(self, browser: Browser, url: str, *, language: str, script: bool = True, width: int = 1280) -> None:
        self.url = url
        self.has_script = script
        self.errors: list[str] = []
        self.context = browser.new_context(
            base_url=url,
            locale=LOCALES[language],
            timezone_id="Europe/Amsterdam",
            java_script_enabled=script,
            viewport={"width": width, "height": 900},
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        self.context.on("console", self._record_console)
        self.context.on("weberror", lambda error: self.errors.append(f"script: {error.error}"))
        self.context.on("response", self._check_response)
        self.page: Page = self.context.new_page()
        self.speak(language)

    # actions

    def speak(self, language: str) -> None:
        self.language = language
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.url}])

    def go(self, path: str) -> None:
        """Go to a path, or to a url from a message."""
        self.page.goto(path)

    def fill(self, **fields: str | bool | list[str]) -> None:
        """Fill in fields by name: text, a choice, or one or several checkboxes."""
        for name, value in fields.items():
            _fill(self.page.locator(f"main [name='{name}']"), value)

    def press(self, text: str, *, exact: bool = True, **values: object) -> None:
        """Press the button or link with this label, in this person's language."""
        text_shown = self.translate(text, **values)
        buttons = self.page.locator("main").get_by_role("button", name=text_shown, exact=exact)
        links = self.page.locator("main").get_by_role("link", name=text_shown, exact=exact)
        buttons.or_(links).first.click()

    # expectations

    def translate(self, text: str, *, context: str = "", **values: object) -> str:
        """Translation of a sentence into this person's language."""
        with translation.override(self.language):
            text_shown = pgettext(context, text) if context else gettext(text)
        return text_shown % values if values else text_shown

    def sees(self, text: str, *, replacing: dict[str, str] | None = None, **values: object) -> None:
        """Expect this sentence, in this person's language, on the page."""
        text_shown = self.translate(text, **values)
        self.reads(text_shown.format(**replacing) if replacing else text_shown)

    def reads(self, text: str) -> None:
        """Expect this text, without translation."""
        expect(self.page.locator("main")).to_contain_text(re.compile(_loose(text)))

    def does_not_read(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(re.compile(_loose(text)))

    def is_on(self, title: str, **values: object) -> None:
        """Expect this page heading, in this person's language."""
        heading = re.compile(_loose(self.translate(title, **values)))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def is_on_page_of(self, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # errors

    def _record_console(self, message: ConsoleMessage) -> None:
        """Record console errors. Chromium also reports 400, 404 and 409 as errors; `_check_response` handles those."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.errors.append(f"console: {message.text} ({message.location['url']})")

    def _check_response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document" or response.request.headers.get("hx-request")
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.errors.append(f"{response.status}: {response.url}")


def _fill(field: Locator, value: str | bool | list[str]) -> None:
    kind = field.first.get_attribute("type")
    if kind in ("radio", "checkbox") and not isinstance(value, bool):
        for one in [value] if isinstance(value, str) else value:
            field.and_(field.page.locator(f"[value='{one}']")).check()
    elif isinstance(value, bool):
        field.set_checked(value)
    elif field.first.evaluate("it => it.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def _loose(text: str) -> str:
    """Between the words there may be spaces of any kind, or only the border of a cell."""
    return r"\s*".join(re.escape(word) for word in text.split())
