"""Limits on parsing an untrusted calendar."""

from datetime import UTC, datetime
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.errors import CalendarTooDense, CalendarTooHard, NoCalendar, PageInsteadOfCalendar
from advisors.external_calendars.ics_parser import ParseOptions, busy_times
from advisors.external_calendars.sandbox import parse_in_sandbox
from core.errors import Refusal
from tests.calendar_samples import calendar, google, outlook, zone

READER = ParseOptions(
    window=Span(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)),
    zone=ZoneInfo("Europe/Amsterdam"),
    own_addresses=frozenset({"y.benali@oostmeer.example"}),
    own_host="spreekuur.example",
)
DAILY_SINCE_1900 = calendar(
    *(f"UID:{number}\nDTSTART:19000101T{number % 24:02}0000Z\nRRULE:FREQ=DAILY" for number in range(5000))
)


def test_the_sandbox_gives_the_result_of_the_parser():
    documents = [outlook(), google("UID:1\nDTSTART:20261124T100000\nDTEND:20261124T110000\nSUMMARY:Café")]

    assert parse_in_sandbox(documents, READER) == busy_times(documents, READER)


@pytest.mark.parametrize("program", ["One", "Number {}"])
def test_the_sandbox_has_time_for_thousands_of_documents(program):
    """CalDAV returns each event with its time zones, from one program or from many."""
    event = "UID:{0}\nDTSTART;TZID=W. Europe Standard Time:20261124T{1:02}{2:02}00\nDURATION:PT1M"
    documents = [
        calendar(event.format(number, *divmod(number % 1440, 60)), head=zone("W. Europe Standard Time")).replace(
            b"//Test//Test", f"//{program.format(number)}".encode()
        )
        for number in range(2000)
    ]

    reading = parse_in_sandbox(documents, READER)

    assert (len(reading.busy), reading.skipped) == (1440, 0)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"<html>", PageInsteadOfCalendar),
        (calendar("UID:1\nDTSTART:20261124T100000Z\nRRULE:FREQ=SECONDLY"), CalendarTooDense),
        (DAILY_SINCE_1900, CalendarTooHard),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 500_000 + b"END:VCALENDAR", CalendarTooHard),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VTODO\n" * 30_000 + b"END:VCALENDAR", NoCalendar),
    ],
    ids=["page", "bomb", "centuries", "never-ends", "nested"],
)
def test_the_sandbox_ends_with_a_reason(content, refusal):
    began = monotonic()

    with pytest.raises(Refusal) as caught:
        parse_in_sandbox([content], READER, seconds=1)
    assert (type(caught.value), monotonic() - began < 12) == (refusal, True)
