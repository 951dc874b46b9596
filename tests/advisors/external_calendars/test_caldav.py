"""CalDAV client against a real Radicale server, and against misbehaving servers.

The events are those of RFC 5545, 3.6.1.
"""

from datetime import timedelta

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars import caldav
from advisors.external_calendars.caldav_client import CalDavAccount, CalDavCalendar
from advisors.external_calendars.errors import CalDavMissing, NotOneCalendar
from advisors.external_calendars.sync import sync_calendar
from advisors.models import AgendaEntry, ExternalCalendar
from core.encryption import DecryptionFailed, encrypt
from core.errors import Refusal
from core.http_errors import AddressForbidden, AnswerUnreadable, Moved, NotThere, SignInNeeded, TooSlow
from tests.calendar_samples import apple, zone
from tests.calendar_samples import calendar as ics
from tests.calendar_servers import A_CALENDAR, radicale_server, web_server
from tests.factories import NOW, make_external_calendar, make_policy
from tests.processes import HANG_SECONDS

pytestmark = pytest.mark.process

WINDOW = Span(NOW, NOW + timedelta(days=30))
# A multistatus may hold no response at all (RFC 4918, 14.16): nothing was found (RFC 4791, 7.8).
EMPTY = b'<?xml version="1.0"?><multistatus xmlns="DAV:"/>'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with radicale_server(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture
def radicale(server, settings):
    """Empty calendar on an allowed host."""
    server.request("DELETE", "/benali/werk/")
    server.request("MKCALENDAR", "/benali/werk/")
    settings.CALENDAR_HOSTS_ALLOWED = [server.host]
    return server


def account(address, password="geheim"):
    return CalDavAccount(address=address, username="benali", password=password)


def put(radicale, name, event):
    radicale.put(name, ics(event, head=zone("Europe/Amsterdam")).decode())


def busy():
    entries = AgendaEntry.objects.order_by("busy_from")
    return [f"{entry.busy_from:%m-%d %H:%M}-{entry.busy_until:%H:%M}" for entry in entries]


@pytest.fixture
def calendar(db, radicale):
    make_policy()
    sealed = encrypt("geheim", purpose=caldav.PURPOSE)
    return make_external_calendar(
        kind="caldav", address=radicale.address, username="benali", sealed_password=sealed, gets_talks=True
    )


def test_busy_times_and_recurring_events_are_read(calendar, radicale):
    put(radicale, "one", "UID:one\nDTSTART:20261124T100000Z\nDTEND:20261124T110000Z")
    put(
        radicale,
        "weekly",
        "UID:weekly\nDTSTART;TZID=Europe/Amsterdam:20261007T090000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=8",
    )
    put(radicale, "free", "UID:free\nDTSTART:20261125T120000Z\nDURATION:PT1H\nTRANSP:TRANSPARENT")
    put(radicale, "past", "UID:past\nDTSTART:20250101T120000Z\nDURATION:PT1H")

    sync_calendar(calendar.pk, now=NOW)

    assert busy() == ["11-24 10:00-11:00", "11-25 08:00-08:30"]
    assert ExternalCalendar.objects.values_list("problem", "read_at").get() == ("", NOW)


def test_a_series_with_a_moved_occurrence_is_read(calendar, radicale):
    radicale.put("0BC3AA9C", apple().decode())

    sync_calendar(calendar.pk, now=NOW)

    assert busy() == ["11-24 12:00-12:30", "11-25 15:00-15:30", "11-26 12:00-12:30"]


def test_an_empty_calendar_is_read(radicale):
    assert CalDavCalendar(account(radicale.address)).events(WINDOW) == []


def test_put_and_remove_are_idempotent(radicale):
    there = CalDavCalendar(account(radicale.address.rstrip("/")))
    content = ics("UID:ours\nDTSTART:20261124T100000Z\nDURATION:PT1H")

    place = there.put("ours", content)
    there.put("ours", content.replace(b"T10", b"T11"))
    assert radicale.everything().count("DTSTART:20261124T110000Z") == radicale.everything().count("UID:ours") == 1
    there.remove(place)
    there.remove(place)
    assert "ours" not in radicale.everything()


def refusal_of(work):
    with pytest.raises(Refusal) as caught:
        work()
    return type(caught.value)


def test_a_wrong_password_raises_sign_in_needed(radicale):
    assert refusal_of(lambda: CalDavCalendar(account(radicale.address, "fout")).events(WINDOW)) is SignInNeeded


def test_an_address_without_a_calendar_raises_not_there(radicale):
    nowhere = radicale.address.replace("werk", "thuis")

    assert refusal_of(lambda: CalDavCalendar(account(nowhere)).events(WINDOW)) is NotThere


def test_the_address_of_a_whole_account_is_refused(radicale):
    whole = radicale.address.replace("werk/", "")

    assert refusal_of(lambda: CalDavCalendar(account(whole)).events(WINDOW)) is NotOneCalendar


def test_a_host_that_is_not_allowed_gets_no_request(server, settings):
    settings.CALENDAR_HOSTS_ALLOWED = []

    assert refusal_of(lambda: CalDavCalendar(account(server.address)).events(WINDOW)) is AddressForbidden


def test_no_request_goes_to_another_server(radicale):
    there = CalDavCalendar(account(radicale.address))

    assert refusal_of(lambda: there.remove("http://127.0.0.1:1/benali/werk/ours.ics")) is AddressForbidden


# The attack of RFC 4918, 20.6.
BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>
<multistatus xmlns="DAV:">&lol2;</multistatus>"""


@pytest.mark.parametrize(
    ("page", "refusal"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), NotOneCalendar),
        ((207, {}, b"<html>Sign in"), AnswerUnreadable),
        ((207, {}, BILLION_LAUGHS), AnswerUnreadable),
        ((207, {}, EMPTY), NotOneCalendar),
        ((415, {}, b""), NotOneCalendar),
        ((301, {"Location": "http://127.0.0.1:1/"}, b""), Moved),
    ],
    ids=["page", "half", "entities", "empty", "unsupported", "redirect"],
)
def test_a_response_that_is_not_caldav_is_refused(settings, page, refusal, caplog):
    with web_server(settings) as server:
        server.pages["/werk/"] = page
        there = CalDavCalendar(account(server.address("/werk/")), seconds=HANG_SECONDS)
        assert refusal_of(lambda: there.events(WINDOW)) is refusal
    assert "Sign in" not in caplog.text


def test_a_server_that_never_answers_is_not_waited_for(settings):
    with web_server(settings) as server:
        server.pages["/werk/"] = lambda answer: answer.server.is_closing.wait(HANG_SECONDS)
        there = CalDavCalendar(account(server.address("/werk/")), seconds=0.6)
        assert refusal_of(lambda: there.events(WINDOW)) is TooSlow


@pytest.mark.parametrize("odd", [b"<response/>", b"<response><href>/werk/1.ics</href><status>?</status></response>"])
def test_a_malformed_search_result_is_refused(settings, odd):
    """RFC 4918, 14.24 and 14.28: a response names its href, a status is "HTTP/1.1 200 OK"."""

    def answer(asked):
        body = A_CALENDAR if asked.command == "PROPFIND" else EMPTY.replace(b"/>", b">" + odd + b"</multistatus>")
        asked.send_response(207)
        asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        asked.wfile.write(body)

    with web_server(settings) as server:
        server.pages["/werk/"] = answer
        there = CalDavCalendar(account(server.address("/werk/")))
        assert refusal_of(lambda: there.events(WINDOW)) is AnswerUnreadable


def test_a_password_that_cannot_be_decrypted_raises_decryption_failed(calendar, settings):
    settings.SECRET_KEY = "renewed"

    assert refusal_of(lambda: caldav.caldav_calendar_for(calendar)) is DecryptionFailed


def test_without_the_extra_a_sync_reports_caldav_missing(calendar, monkeypatch):
    monkeypatch.setattr(caldav, "caldav_client", None)
    sync_calendar(calendar.pk, now=NOW)

    assert ExternalCalendar.objects.get().problem == CalDavMissing.code
