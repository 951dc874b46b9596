import pytest

from advisors.external_calendars import caldav
from advisors.external_calendars.connect import ConnectionRequest, connect_calendar, remove_calendar, request_sync
from advisors.external_calendars.errors import CalDavMissing, TooManyCalendars
from advisors.models import AgendaEntry, ExternalCalendar
from core.actors import Actor
from core.encryption import decrypt
from core.errors import Refusal
from core.http_errors import AddressForbidden, AddressHasPassword, AddressInsecure, AddressInvalid
from organisation.models import AuditEvent
from tests.factories import NOW, make_advisor, make_external_calendar

pytestmark = pytest.mark.django_db
ADVISOR = Actor(key="user:1", origin="web")
ICS = "https://outlook.example/owa/calendar/secret/reachcalendar.ics"
DAV = "https://cloud.example/remote.php/dav/calendars/benali/werk/"


def connect(advisor=None, **fields):
    request = ConnectionRequest(**{"kind": "ics", "name": "Outlook", "address": ICS} | fields)
    return connect_calendar(advisor=advisor or make_advisor(hours=False), request=request, actor=ADVISOR, now=NOW)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about", "result"))


def test_connect_stores_a_calendar_that_is_due_now():
    calendar = connect()

    kept = ExternalCalendar.objects.get()
    assert (kept.kind, kept.name, kept.address, kept.due_at, kept.read_at) == ("ics", "Outlook", ICS, NOW, None)
    assert trail() == [("othercalendar.add", f"othercalendar:{calendar.pk}", "done")]


def test_connect_encrypts_the_password():
    connect(kind="caldav", address=DAV, username="benali", password="geheim", gets_talks=True)

    kept = ExternalCalendar.objects.get()
    assert (kept.username, kept.gets_talks, "geheim" in kept.sealed_password) == ("benali", True, False)
    assert decrypt(kept.sealed_password, purpose=caldav.PURPOSE) == "geheim"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"address": "outlook.example"}, AddressInvalid),
        ({"address": "https://benali:geheim@outlook.example/"}, AddressHasPassword),
        ({"address": "https://192.168.1.1/agenda.ics"}, AddressForbidden),
        ({"kind": "caldav", "address": DAV.replace("https", "http")}, AddressInsecure),
    ],
)
def test_connect_refuses_an_invalid_address(fields, refusal):
    with pytest.raises(refusal):
        connect(**fields)

    (event,) = trail()
    assert (ExternalCalendar.objects.count(), event[0], event[2]) == (0, "othercalendar.add", refusal.code)


def test_connect_refuses_caldav_without_the_extra(monkeypatch):
    monkeypatch.setattr(caldav, "caldav_client", None)

    with pytest.raises(CalDavMissing):
        connect(kind="caldav", address=DAV)


def test_an_allowed_internal_host_can_be_connected(settings):
    settings.CALENDAR_HOSTS_ALLOWED = ["cloud.oostmeer.internal"]

    connect(kind="caldav", address="http://cloud.oostmeer.internal/dav/werk/")

    assert ExternalCalendar.objects.get().host == "cloud.oostmeer.internal"


def test_connect_twice_updates_the_calendar():
    advisor = make_advisor(hours=False)

    assert connect(advisor) == connect(advisor, name="Werk")
    assert ExternalCalendar.objects.get().name == "Werk"


def test_connect_refuses_a_sixth():
    advisor = make_advisor(hours=False)
    for number in range(5):
        connect(advisor, address=f"{ICS}?{number}")

    with pytest.raises(TooManyCalendars):
        connect(advisor)
    assert connect(advisor, address=f"{ICS}?1", name="Known").name == "Known"


def test_remove_deletes_the_busy_times_and_is_idempotent():
    calendar = make_external_calendar()
    span = {"busy_from": NOW, "busy_until": NOW.replace(hour=12)}
    AgendaEntry.objects.create(advisor=calendar.advisor, kind="external", calendar=calendar, **span)

    for _time in range(2):
        remove_calendar(calendar=ExternalCalendar(pk=calendar.pk), actor=ADVISOR, now=NOW)

    assert (AgendaEntry.objects.count(), ExternalCalendar.objects.count()) == (0, 0)
    assert trail() == [("othercalendar.remove", f"othercalendar:{calendar.pk}", "done")]


def test_request_sync_makes_the_calendar_due_and_clears_its_version():
    calendar = make_external_calendar(due_at=NOW.replace(hour=20), version='2026-12-31 "7"')

    request_sync(calendar=calendar, now=NOW)

    assert ExternalCalendar.objects.values_list("due_at", "version").get() == (NOW, "")


def test_audit_entries_and_logs_do_not_contain_the_address(caplog):
    calendar = connect(address=ICS)
    with pytest.raises(Refusal):
        connect(address="https://10.0.0.1/secret.ics")

    kept = [str(event.__dict__) for event in AuditEvent.objects.all()] + [str(calendar), repr(calendar), caplog.text]
    assert "secret" not in " ".join(kept)
