"""Connect an external calendar: the worker reads it, and it blocks slots in the agenda."""

import pytest

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.outbox import reload_until
from tests.browser.setup import YOUSSEF, sign_in
from tests.browser.walk import accessibility_faults
from tests.calendar_samples import calendar
from tests.calendar_servers import web_server

pytestmark = pytest.mark.browser

DAYS = 14
BUSY = calendar(f"UID:1\nDTSTART:20261123T000000Z\nDURATION:P{DAYS}D\nSUMMARY:Congres")


@pytest.fixture
def server(settings):
    with web_server(settings, agenda=(200, {}, BUSY), login=(200, {}, b"<!DOCTYPE html>")) as server:
        yield server


@pytest.fixture
def advisor(demo_folder, start_installation, person, server, monkeypatch):
    monkeypatch.setenv("CALENDAR_HOSTS_ALLOWED", f"127.0.0.1:{server.server_port}")
    installation = start_installation(copy_of=demo_folder, starts_at=MONDAY_MORNING)
    installation.start_worker()
    advisor = person(installation, language="nl", width=360)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    return advisor


def wait_until_read(advisor):
    reload_until(advisor, lambda: not advisor.page.get_by_text("Nog niet gelezen").count())


def test_a_connected_calendar_is_read_and_blocks_slots(advisor, server):
    advisor.go("/agenda/calendars/")
    advisor.press("Add an ICS address")
    advisor.fill(name="Congres", address=server.address("/agenda").replace("http:", "ftp:"))
    advisor.press("Save")
    advisor.reads("Dit is geen volledig webadres.")
    advisor.fill(address=server.address("/agenda"))
    advisor.press("Save")
    advisor.press("Add an ICS address")
    advisor.fill(name="Outlook", address=server.address("/login"))
    advisor.press("Save")

    advisor.reads("De agenda is opgeslagen.")
    wait_until_read(advisor)
    advisor.reads("Op dit adres staat een webpagina en geen agenda.")
    assert (server.address("/agenda") in advisor.page.content(), accessibility_faults(advisor, "nl")) == (False, [])
    advisor.go("/today/")
    advisor.reads("Congres gelezen om 10.00, Outlook niet te lezen sinds 10.00")
    advisor.go("/agenda/why/?day=2026-11-26")
    advisor.reads("Bezet in Congres, gelezen om 10.00")
