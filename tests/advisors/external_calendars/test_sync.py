from datetime import UTC, datetime, timedelta

import pytest

from advisors.availability.queries import free_slots_for, slot_query_for
from advisors.external_calendars.sync import sync_calendar, sync_due
from advisors.models import AgendaEntry, ExternalCalendar
from organisation.models import Policy
from outbox.models import Message
from tests.calendar_samples import calendar as ics
from tests.calendar_servers import web_server
from tests.factories import NOW, make_advisor, make_external_calendar, make_policy
from tests.races import run_concurrently

pytestmark = [pytest.mark.django_db, pytest.mark.process]  # a calendar is read in a process of its own
TUESDAY = "UID:1\nDTSTART:20261124T100000Z\nDTEND:20261124T110000Z"
WEDNESDAY = "UID:2\nDTSTART:20261125T100000Z\nDTEND:20261125T110000Z"


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


@pytest.fixture
def server(settings):
    with web_server(settings, agenda=(200, {"ETag": '"1"'}, ics(TUESDAY))) as server:
        yield server


@pytest.fixture
def calendar(server):
    return make_external_calendar(address=server.address("/agenda"))


def busy():
    entries = AgendaEntry.objects.filter(kind="external").order_by("busy_from")
    return [f"{entry.busy_from:%m-%d %H:%M}-{entry.busy_until:%H:%M}" for entry in entries]


def state():
    fields = ("problem", "read_at", "failing_since", "due_at")
    return ExternalCalendar.objects.values_list(*fields).get()


def test_a_due_calendar_is_read_and_blocks_slots(calendar):
    advisors = type(calendar.advisor).objects.filter(pk=calendar.advisor_id)
    before = len(free_slots_for(advisors, slot_query_for(Policy.objects.current(), now=NOW), policy=Policy()))

    assert sync_due(now=NOW) == 1
    after = len(free_slots_for(advisors, slot_query_for(Policy.objects.current(), now=NOW), policy=Policy()))
    assert (busy(), before - after) == (["11-24 10:00-11:00"], 2)  # 11.00 and 11.30 in Amsterdam
    assert state() == ("", NOW, None, NOW + timedelta(minutes=10))


def test_a_calendar_that_is_not_due_is_not_read(calendar):
    ExternalCalendar.objects.update(due_at=NOW + timedelta(seconds=1))

    assert (sync_due(now=NOW), busy()) == (0, [])


def test_a_calendar_of_an_inactive_advisor_is_not_read(server):
    make_external_calendar(advisor=make_advisor(is_active=False), address=server.address("/agenda"))

    assert (sync_due(now=NOW), server.requests) == (0, [])


def test_a_due_calendar_is_read_once(calendar, server):
    sync_due(now=NOW)
    sync_due(now=NOW)

    assert len(server.requests) == 1


def test_a_later_read_replaces_busy_times_and_keeps_unchanged_rows(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    kept = AgendaEntry.objects.get().pk
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, WEDNESDAY))
    sync_calendar(calendar.pk, now=NOW)

    assert busy() == ["11-24 10:00-11:00", "11-25 10:00-11:00"]
    assert AgendaEntry.objects.first().pk == kept
    server.pages["/agenda"] = (200, {}, ics(WEDNESDAY))
    sync_calendar(calendar.pk, now=NOW)
    assert busy() == ["11-25 10:00-11:00"]


def test_a_read_deletes_duplicate_busy_times(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    kept = AgendaEntry.objects.get()
    AgendaEntry.objects.create(
        **{field: getattr(kept, field) for field in ("advisor", "kind", "busy_from", "busy_until", "calendar")}
    )
    sync_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get() == kept


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_concurrent_reads_store_each_busy_time_once(calendar, server):
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, WEDNESDAY))
    run_concurrently([lambda: sync_calendar(calendar.pk, now=NOW)] * 8, threads=8)

    assert (busy(), state()[0]) == (["11-24 10:00-11:00", "11-25 10:00-11:00"], "")


def test_reading_a_calendar_leaves_other_calendars_alone(calendar, server):
    other = make_external_calendar(address=server.address("/agenda"))
    sync_calendar(calendar.pk, now=NOW)
    sync_calendar(other.pk, now=NOW)
    server.pages["/agenda"] = (200, {}, ics(WEDNESDAY))
    sync_calendar(calendar.pk, now=NOW)

    entries = AgendaEntry.objects.order_by("busy_from").values_list("calendar", "busy_from__day")
    assert list(entries) == [(other.pk, 24), (calendar.pk, 25)]


def test_an_unchanged_calendar_is_not_downloaded_again(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = (304, {}, b"")
    sync_calendar(calendar.pk, now=NOW + timedelta(hours=1))

    assert [headers.get("If-None-Match") for _method, _path, headers in server.requests] == [None, '"1"']
    assert (busy(), state()[1]) == (["11-24 10:00-11:00"], NOW + timedelta(hours=1))


def test_on_another_day_the_whole_calendar_is_read_again(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    sync_calendar(calendar.pk, now=NOW + timedelta(days=1))

    assert [headers.get("If-None-Match") for _method, _path, headers in server.requests] == [None, None]


def test_a_failed_read_keeps_the_last_busy_times(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = (503, {}, b"")
    later = NOW + timedelta(hours=1)
    sync_calendar(calendar.pk, now=later)

    assert busy() == ["11-24 10:00-11:00"]
    assert state() == ("server_fails", NOW, later, later + timedelta(minutes=10))


@pytest.mark.parametrize(("fails_for", "wait"), [(0, 10), (5, 10), (60, 60), (24 * 60, 180)])
def test_the_interval_between_failed_reads_grows(calendar, server, fails_for, wait):
    server.pages["/agenda"] = (503, {}, b"")
    ExternalCalendar.objects.update(failing_since=NOW - timedelta(minutes=fails_for))
    sync_calendar(calendar.pk, now=NOW)

    assert state()[3] == NOW + timedelta(minutes=wait)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ((200, {}, b"<!DOCTYPE html><html><title>Sign in</title></html>"), "page_instead_of_calendar"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "address_forbidden"),
        ((200, {}, ics(TUESDAY + "\nRRULE:FREQ=SECONDLY")), "calendar_too_dense"),
        ((200, {}, ics(TUESDAY)[:60]), "calendar_cut_off"),
        ((200, {"Content-Length": "200000000"}, b"BEGIN"), "too_large"),
        ((401, {}, b""), "sign_in_needed"),
    ],
)
def test_each_failure_stores_its_code(calendar, server, page, problem):
    server.pages["/agenda"] = page
    sync_calendar(calendar.pk, now=NOW)

    assert state()[0] == problem


def test_a_successful_read_clears_the_error(calendar, server):
    ExternalCalendar.objects.update(problem="too_slow", failing_since=NOW, alarmed_at=NOW)
    sync_calendar(calendar.pk, now=NOW)

    assert ExternalCalendar.objects.values_list("problem", "failing_since", "alarmed_at").get() == ("", None, None)


def test_the_advisor_is_mailed_once_after_a_day_of_failures(calendar, server):
    server.pages["/agenda"] = (404, {}, b"")
    for hours in (0, 23, 24, 48):
        sync_calendar(calendar.pk, now=NOW + timedelta(hours=hours))

    (letter,) = Message.objects.all()
    assert (letter.kind, letter.recipient) == ("calendar_unreadable", calendar.advisor.user.email)
    assert letter.subject == "Je agenda Outlook kan niet worden gelezen"
    assert "Sinds maandag 23 november om 10.00 uur" in letter.text
    assert "127.0.0.1" not in letter.text


def test_a_new_series_of_failures_sends_a_new_mail(calendar, server):
    for day in (0, 10):
        server.pages["/agenda"] = (404, {}, b"")
        sync_calendar(calendar.pk, now=NOW + timedelta(days=day))
        sync_calendar(calendar.pk, now=NOW + timedelta(days=day + 1))
        server.pages["/agenda"] = (200, {}, ics())
        sync_calendar(calendar.pk, now=NOW + timedelta(days=day + 2))

    assert Message.objects.count() == 2


def test_events_that_could_not_be_parsed_are_counted(calendar, server):
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, "UID:9\nDTSTART:once"))
    sync_calendar(calendar.pk, now=NOW)

    assert (ExternalCalendar.objects.get().skipped_events, len(busy())) == (1, 1)


@pytest.mark.parametrize("answer", [(200, {}, ics()), (200, {}, b""), (404, {}, b""), (410, {}, b""), (500, {}, b"")])
def test_a_calendar_that_is_empty_or_gone_by_mistake_keeps_its_busy_times(calendar, server, answer):
    """Users of other schedulers saw servers answer so for a while, and lost their busy times."""
    sync_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = answer
    for minutes in (10, 60):
        sync_calendar(calendar.pk, now=NOW + timedelta(minutes=minutes))
        assert busy() == ["11-24 10:00-11:00"]
    assert ExternalCalendar.objects.get().problem != ""

    server.pages["/agenda"] = (200, {}, ics(TUESDAY, WEDNESDAY))
    sync_calendar(calendar.pk, now=NOW + timedelta(hours=3))
    assert (busy(), state()[0]) == (["11-24 10:00-11:00", "11-25 10:00-11:00"], "")


def test_a_calendar_that_stays_empty_is_believed(calendar, server):
    sync_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = (200, {}, ics())
    for minutes in (10, 130):
        sync_calendar(calendar.pk, now=NOW + timedelta(minutes=minutes))

    assert (busy(), state()[0]) == ([], "")


def test_our_own_talks_and_declined_events_do_not_block(calendar, server, settings):
    settings.PUBLIC_URL = "https://spreekuur.example"
    declined = f"UID:3\nATTENDEE;PARTSTAT=DECLINED:mailto:{calendar.advisor.user.email}\n" + TUESDAY.partition("\n")[2]
    server.pages["/agenda"] = (200, {}, ics(TUESDAY.replace("UID:1", "UID:abc@spreekuur.example"), declined))
    sync_calendar(calendar.pk, now=NOW)

    assert busy() == []


def test_busy_times_are_read_until_a_week_after_the_horizon(calendar, server, policy):
    late = NOW + timedelta(days=policy.horizon_days)
    events = [f"DTSTART:{late + timedelta(days=days):%Y%m%dT%H%M%SZ}\nDURATION:PT1H" for days in (6, 8)]
    server.pages["/agenda"] = (200, {}, ics(*events))
    sync_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get().busy_from == late + timedelta(days=6)


def test_busy_times_before_yesterday_are_not_stored(calendar, server):
    server.pages["/agenda"] = (200, {}, ics("DTSTART:20261101T100000Z\nDTEND:20261122T100000Z"))
    sync_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get().busy_from == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_removed_calendar_is_not_read(calendar, server):
    ExternalCalendar.objects.all().delete()
    sync_calendar(calendar.pk, now=NOW)

    assert (busy(), server.requests) == ([], [])
