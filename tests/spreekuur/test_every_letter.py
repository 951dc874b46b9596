"""Every mail in both languages: one language throughout, and an HTML part without external resources."""

import re

import pytest

from outbox.models import Message
from outbox.templates import html_page
from tests.all_letters import EveryLetter, letter_files

PLAIN = r"a|p|ul|li|br|div|body|html"
FROM_ELSEWHERE = re.compile(rf"\b(?:src|srcset|background|poster)=|url\(|@import|<(?!/?(?:{PLAIN})\b)", re.IGNORECASE)
GREETING = {"nl": re.compile(r"(Beste [^\n]+|Hallo),\n\n"), "en": re.compile(r"(Dear [^\n]+|Hello),\n\n")}
PASSED_ON = "house_mail"  # a forwarded mail, without our greeting
CLOSING = {"nl": "Vriendelijke groet,", "en": "Kind regards,"}
DAYS = {
    "nl": re.compile(r"\b(maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|uur)\b"),
    "en": re.compile(r"\b(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"),
}
OTHER = {"nl": "en", "en": "nl"}


@pytest.fixture(params=["nl", "en"])
def language(request):
    return request.param


@pytest.fixture
def letters(db, settings, language):
    settings.LANGUAGE_CODE = "nl"  # of our screens; letters go by the reader, and to staff by policy
    EveryLetter(language=language).write_all()
    return list(Message.objects.filter(transport="mail").exclude(kind="reminder", state="failed").order_by("pk"))


def test_every_letter_greets_and_counts_days_in_one_language_and_its_page_loads_nothing(letters, language):
    other = OTHER[language]
    pages = {letter: html_page(letter.text, subject=letter.subject, language=letter.language) for letter in letters}

    assert {letter.kind for letter in letters if letter.language != language} == set()
    assert {letter.kind for letter in letters if not GREETING[language].match(letter.text)} == {PASSED_ON}
    assert {letter.kind for letter in letters if DAYS[other].search(letter.subject + letter.text)} == set()
    assert {letter.kind for letter, page in pages.items() if FROM_ELSEWHERE.search(page.partition("<body")[2])} == set()
    assert {page.count(f'lang="{language}"') for page in pages.values()} == {2}


def test_a_letter_has_a_closing_in_both_languages_or_in_neither():
    closing = {
        language: {kind for kind, path in letter_files(language) if words in path.read_text()}
        for language, words in CLOSING.items()
    }

    assert closing["nl"] == closing["en"]
    assert dict(letter_files("nl")).keys() == dict(letter_files("en")).keys()
