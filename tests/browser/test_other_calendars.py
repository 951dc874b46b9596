"""An advisor connects a calendar; the worker reads it, and the agenda says so and why a moment is gone."""

import pytest

from spreekuur.demo_loader import PASSWORD
from tests.browser.conftest import MONDAY_MORNING
from tests.browser.outbox import PATIENCE, look_again
from tests.browser.setup import YOUSSEF, sign_in
from tests.browser.walk import faults_of
from tests.calendar_samples import calendar
from tests.calendar_servers import web_server

DAYS = 14
TAKEN = calendar(f"UID:1\nDTSTART:20261123T000000Z\nDURATION:P{DAYS}D\nSUMMARY:Congres")


@pytest.fixture
def server(settings):
    with web_server(settings, agenda=(200, {}, TAKEN), login=(200, {}, b"<!DOCTYPE html>")) as server:
        yield server


@pytest.fixture
def advisor(demo_ready, open_house, person, server, monkeypatch):
    monkeypatch.setenv("CALENDAR_HOSTS_ALLOWED", f"127.0.0.1:{server.server_port}")
    house = open_house(built=demo_ready, opens_at=MONDAY_MORNING)
    house.start_worker()
    advisor = person(house, language="nl", width=360)
    sign_in(advisor, YOUSSEF, password=PASSWORD)
    return advisor


def wait_until_read(advisor):
    for _attempt in range(PATIENCE):
        if not advisor.page.get_by_text("Nog niet gelezen").count():
            return
        look_again(advisor)


def test_a_calendar_that_is_connected_is_read_and_blocks(advisor, server):
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
    assert (server.address("/agenda") in advisor.page.content(), faults_of(advisor, "nl")) == (False, [])
    advisor.go("/today/")
    advisor.reads("Congres gelezen om 10.00, Outlook niet te lezen sinds 10.00")
    advisor.go("/agenda/why/?day=2026-11-26")
    advisor.reads("Bezet in Congres, gelezen om 10.00")
