from datetime import UTC, datetime, timedelta

import pytest

from advisors.availability.queries import free_slots_of, question_of
from advisors.external_calendars.sync import read_calendar, read_due
from advisors.models import AgendaEntry, OtherCalendar
from organisation.models import Policy
from outbox.models import Message
from tests.calendar_samples import calendar as ics
from tests.calendar_servers import web_server
from tests.factories import NOW, make_advisor, make_other_calendar, make_policy
from tests.races import at_once

pytestmark = pytest.mark.django_db
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
    return make_other_calendar(address=server.address("/agenda"))


def busy():
    entries = AgendaEntry.objects.filter(kind="external").order_by("busy_from")
    return [f"{entry.busy_from:%m-%d %H:%M}-{entry.busy_until:%H:%M}" for entry in entries]


def state():
    fields = ("problem", "read_at", "failing_since", "due_at")
    return OtherCalendar.objects.values_list(*fields).get()


def test_what_is_due_is_read_and_blocks_the_moments_in_it(calendar):
    advisors = type(calendar.advisor).objects.filter(pk=calendar.advisor_id)
    before = len(free_slots_of(advisors, question_of(Policy.objects.current(), now=NOW), policy=Policy()))

    assert read_due(now=NOW) == 1
    after = len(free_slots_of(advisors, question_of(Policy.objects.current(), now=NOW), policy=Policy()))
    assert (busy(), before - after) == (["11-24 10:00-11:00"], 2)  # 11.00 and 11.30 in Amsterdam
    assert state() == ("", NOW, None, NOW + timedelta(minutes=10))


def test_what_is_not_due_is_left_alone(calendar):
    OtherCalendar.objects.update(due_at=NOW + timedelta(seconds=1))

    assert (read_due(now=NOW), busy()) == (0, [])


def test_a_calendar_of_somebody_who_holds_no_talks_is_not_read(server):
    make_other_calendar(advisor=make_advisor(is_active=False), address=server.address("/agenda"))

    assert (read_due(now=NOW), server.asked) == (0, [])


def test_a_calendar_is_read_once_whoever_looks(calendar, server):
    read_due(now=NOW)
    read_due(now=NOW)

    assert len(server.asked) == 1


def test_reading_again_replaces_what_was_read_and_keeps_what_stayed(calendar, server):
    read_calendar(calendar.pk, now=NOW)
    kept = AgendaEntry.objects.get().pk
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, WEDNESDAY))
    read_calendar(calendar.pk, now=NOW)

    assert busy() == ["11-24 10:00-11:00", "11-25 10:00-11:00"]
    assert AgendaEntry.objects.first().pk == kept
    server.pages["/agenda"] = (200, {}, ics(WEDNESDAY))
    read_calendar(calendar.pk, now=NOW)
    assert busy() == ["11-25 10:00-11:00"]


def test_what_was_stored_twice_stands_there_once_after_reading_again(calendar, server):
    read_calendar(calendar.pk, now=NOW)
    kept = AgendaEntry.objects.get()
    AgendaEntry.objects.create(
        **{field: getattr(kept, field) for field in ("advisor", "kind", "busy_from", "busy_until", "calendar")}
    )
    read_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get() == kept


@pytest.mark.django_db(transaction=True)
def test_many_readings_at_once_store_a_time_once(calendar, server):
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, WEDNESDAY))
    at_once([lambda: read_calendar(calendar.pk, now=NOW)] * 8, threads=8)

    assert (busy(), state()[0]) == (["11-24 10:00-11:00", "11-25 10:00-11:00"], "")


def test_a_calendar_leaves_those_of_others_alone(calendar, server):
    other = make_other_calendar(address=server.address("/agenda"))
    read_calendar(calendar.pk, now=NOW)
    read_calendar(other.pk, now=NOW)
    server.pages["/agenda"] = (200, {}, ics())
    read_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get().calendar == other


def test_what_did_not_change_is_not_sent_again(calendar, server):
    read_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = (304, {}, b"")
    read_calendar(calendar.pk, now=NOW + timedelta(hours=1))

    assert [headers.get("If-None-Match") for _method, _path, headers in server.asked] == [None, '"1"']
    assert (busy(), state()[1]) == (["11-24 10:00-11:00"], NOW + timedelta(hours=1))


def test_on_another_day_all_is_read_because_the_horizon_moved(calendar, server):
    read_calendar(calendar.pk, now=NOW)
    read_calendar(calendar.pk, now=NOW + timedelta(days=1))

    assert [headers.get("If-None-Match") for _method, _path, headers in server.asked] == [None, None]


def test_a_calendar_that_cannot_be_read_keeps_its_last_state(calendar, server):
    read_calendar(calendar.pk, now=NOW)
    server.pages["/agenda"] = (503, {}, b"")
    later = NOW + timedelta(hours=1)
    read_calendar(calendar.pk, now=later)

    assert busy() == ["11-24 10:00-11:00"]
    assert state() == ("server_fails", NOW, later, later + timedelta(minutes=10))


@pytest.mark.parametrize(("fails_for", "wait"), [(0, 10), (5, 10), (60, 60), (24 * 60, 180)])
def test_the_longer_it_fails_the_less_often_it_is_tried(calendar, server, fails_for, wait):
    server.pages["/agenda"] = (503, {}, b"")
    OtherCalendar.objects.update(failing_since=NOW - timedelta(minutes=fails_for))
    read_calendar(calendar.pk, now=NOW)

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
def test_each_failure_is_named(calendar, server, page, problem):
    server.pages["/agenda"] = page
    read_calendar(calendar.pk, now=NOW)

    assert state()[0] == problem


def test_a_calendar_that_can_be_read_again_is_well(calendar, server):
    OtherCalendar.objects.update(problem="too_slow", failing_since=NOW, alarmed_at=NOW)
    read_calendar(calendar.pk, now=NOW)

    assert OtherCalendar.objects.values_list("problem", "failing_since", "alarmed_at").get() == ("", None, None)


def test_after_a_day_the_advisor_hears_of_it_once(calendar, server):
    server.pages["/agenda"] = (404, {}, b"")
    for hours in (0, 23, 24, 48):
        read_calendar(calendar.pk, now=NOW + timedelta(hours=hours))

    (letter,) = Message.objects.all()
    assert (letter.kind, letter.recipient) == ("calendar_unreadable", calendar.advisor.user.email)
    assert letter.subject == "Je agenda Outlook kan niet worden gelezen"
    assert "Sinds maandag 23 november om 10.00 uur" in letter.text
    assert "127.0.0.1" not in letter.text


def test_a_calendar_that_fails_anew_is_told_anew(calendar, server):
    for day in (0, 10):
        server.pages["/agenda"] = (404, {}, b"")
        read_calendar(calendar.pk, now=NOW + timedelta(days=day))
        read_calendar(calendar.pk, now=NOW + timedelta(days=day + 1))
        server.pages["/agenda"] = (200, {}, ics())
        read_calendar(calendar.pk, now=NOW + timedelta(days=day + 2))

    assert Message.objects.count() == 2


def test_events_that_could_not_be_understood_are_counted(calendar, server):
    server.pages["/agenda"] = (200, {}, ics(TUESDAY, "UID:9\nDTSTART:once"))
    read_calendar(calendar.pk, now=NOW)

    assert (OtherCalendar.objects.get().skipped_events, len(busy())) == (1, 1)


def test_our_own_talks_and_what_the_advisor_declined_do_not_block(calendar, server, settings):
    settings.PUBLIC_URL = "https://spreekuur.example"
    declined = f"UID:3\nATTENDEE;PARTSTAT=DECLINED:mailto:{calendar.advisor.user.email}\n" + TUESDAY.partition("\n")[2]
    server.pages["/agenda"] = (200, {}, ics(TUESDAY.replace("UID:1", "UID:abc@spreekuur.example"), declined))
    read_calendar(calendar.pk, now=NOW)

    assert busy() == []


def test_reading_reaches_a_week_beyond_the_horizon(calendar, server, policy):
    late = NOW + timedelta(days=policy.horizon_days)
    events = [f"DTSTART:{late + timedelta(days=days):%Y%m%dT%H%M%SZ}\nDURATION:PT1H" for days in (6, 8)]
    server.pages["/agenda"] = (200, {}, ics(*events))
    read_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get().busy_from == late + timedelta(days=6)


def test_no_time_is_kept_of_yesterday_and_before(calendar, server):
    server.pages["/agenda"] = (200, {}, ics("DTSTART:20261101T100000Z\nDTEND:20261122T100000Z"))
    read_calendar(calendar.pk, now=NOW)

    assert AgendaEntry.objects.get().busy_from == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_calendar_that_was_removed_is_not_read(calendar, server):
    OtherCalendar.objects.all().delete()
    read_calendar(calendar.pk, now=NOW)

    assert (busy(), server.asked) == ([], [])
