"""A mail scanner requests every link of every mail with GET and HEAD: nothing changes, and every link works."""

import re
from html import unescape

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client

from organisation.models import Role
from outbox.email.mime import build
from outbox.email.smtp import to_email_content
from outbox.models import Message
from outbox.templates import html_page
from tests.all_letters import EveryLetter, letter_files
from tests.factories import NOW, make_user

HOST = settings.PUBLIC_URL.partition("://")[2]
LINK = re.compile(r"https?://[^\s<>\"]+")
PATH = re.compile(rf"(?:https?://)?{re.escape(HOST)}(/[^\s<>\"]*)")  # a text leaves the scheme out
AT_THE_END = ".,;:!?)"
VIDEO = "https://video.example/kamer"  # the advisor's own room
KEEPS_CHANGING = {"django_session", "cache"}  # a visit may leave a session, or be counted


def business_rows():
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table not in KEEPS_CHANGING:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                rows[table] = cursor.fetchall()
    return rows


def pages_of(letter):
    """All places with links: text, HTML part, headers and calendar object."""
    yield letter.text
    if letter.transport == "mail":
        yield unescape(html_page(letter.text, subject=letter.subject, language=letter.language))
        yield from (str(value).replace("\r\n", "") for value in build(to_email_content(letter), sent_at=NOW).values())
        yield letter.calendar.replace("\r\n ", "").replace("\\n", "\n").replace("\\,", ",")


def found_in(letters, pattern):
    return {
        found.rstrip(AT_THE_END) for letter in letters for page in pages_of(letter) for found in pattern.findall(page)
    }


@pytest.fixture(params=["nl"])  # the links of the English letters are made by the same lines, and cost 7 seconds more
def letters(transactional_db, settings, request):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    EveryLetter(language=request.param).write_all()
    return list(Message.objects.order_by("pk"))


@time_machine.travel(NOW, tick=False)  # the code of a text dies when its talk ends
def test_a_get_of_every_link_in_every_letter_changes_nothing(letters):
    assert {letter.kind for letter in letters} == {kind for kind, _path in letter_files()}
    assert {letter.kind for letter in letters if letter.transport == "sms"} == {"offer", "reminder"}
    assert {link for link in found_in(letters, LINK) if not link.startswith(settings.PUBLIC_URL)} <= {VIDEO}
    paths = sorted(found_in(letters, PATH))
    make_user(Role.MANAGER)
    before = business_rows()

    answers = {
        (method, path): getattr(Client(), method)(path, follow=True).status_code
        for path in paths
        for method in ("head", "get")
    }

    assert {key: status for key, status in answers.items() if status != 200} == {}
    assert {path.split("/")[1] for path in paths} >= {"u", "a", "stop", "talks", "rejections", "privacy"}
    assert business_rows() == before
