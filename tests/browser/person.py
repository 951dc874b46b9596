"""Somebody at a screen: goes, reads, fills in, presses. Whatever goes wrong on any page on the way is remembered."""

import re
from urllib.parse import urlsplit

from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

PATIENCE_MS = 30_000  # a machine may be busy
expect.set_options(timeout=PATIENCE_MS)
LOCALES = {"nl": "nl-NL", "en": "en-GB"}


class Person:
    def __init__(self, browser: Browser, url: str, *, language: str, script: bool = True, width: int = 1280) -> None:
        self.url = url
        self.has_script = script
        self.complaints: list[str] = []
        self.context = browser.new_context(
            base_url=url,
            locale=LOCALES[language],
            timezone_id="Europe/Amsterdam",
            java_script_enabled=script,
            viewport={"width": width, "height": 900},
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        self.context.on("response", self._look)
        self.page: Page = self.context.new_page()
        self.speak(language)

    # doing

    def speak(self, language: str) -> None:
        self.language = language
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.url}])

    def go(self, path: str) -> None:
        """A path, or a whole address as it stands in a letter."""
        self.page.goto(path)

    def fill(self, **fields: str | bool | list[str]) -> None:
        """By the name of the field: text, a choice, a tick, or several ticks."""
        for name, value in fields.items():
            _fill(self.page.locator(f"main [name='{name}']"), value)

    def press(self, text: str, *, exact: bool = True, **values: object) -> None:
        """A button or a link, by what stands on it in this person's language."""
        said = self.words(text, **values)
        buttons = self.page.locator("main").get_by_role("button", name=said, exact=exact)
        links = self.page.locator("main").get_by_role("link", name=said, exact=exact)
        buttons.or_(links).first.click()

    # seeing

    def words(self, text: str, *, context: str = "", **values: object) -> str:
        """A sentence of the screens in this person's language, as the catalogue has it."""
        with translation.override(self.language):
            said = pgettext(context, text) if context else gettext(text)
        return said % values if values else said

    def sees(self, text: str, *, replacing: dict[str, str] | None = None, **values: object) -> None:
        """The sentence, in this person's language, somewhere on the page."""
        said = self.words(text, **values)
        self.reads(said.format(**replacing) if replacing else said)

    def reads(self, text: str) -> None:
        """Exactly these words, whatever the language."""
        expect(self.page.locator("main")).to_contain_text(re.compile(_loose(text)))

    def does_not_read(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(re.compile(_loose(text)))

    def is_on(self, title: str, **values: object) -> None:
        """The heading of the page, in this person's language."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(_loose(self.words(title, **values))))

    def is_on_page_of(self, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # what went wrong

    def _hear(self, message: ConsoleMessage) -> None:
        """An answer of 400, 404 or 409 is one of our pages, but Chromium calls it an error; `_look` judges those."""
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _look(self, response: Response) -> None:
        is_page = response.request.resource_type == "document" or response.request.headers.get("hx-request")
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status}: {response.url}")


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
