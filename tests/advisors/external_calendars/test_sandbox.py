"""What a stranger's calendar may cost."""

from datetime import UTC, datetime
from time import monotonic
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.errors import CalendarTooDense, CalendarTooHard, NoCalendar, PageInsteadOfCalendar
from advisors.external_calendars.ics_parser import Reader, busy_times
from advisors.external_calendars.sandbox import read_apart
from core.errors import Refusal
from tests.calendar_samples import calendar, google, outlook, zone

READER = Reader(
    window=Span(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)),
    zone=ZoneInfo("Europe/Amsterdam"),
    own_addresses=frozenset({"y.benali@oostmeer.example"}),
    own_host="spreekuur.example",
)
DAILY_SINCE_1900 = calendar(
    *(f"UID:{number}\nDTSTART:19000101T{number % 24:02}0000Z\nRRULE:FREQ=DAILY" for number in range(5000))
)


def test_read_apart_finds_what_reading_here_finds():
    documents = [outlook(), google("UID:1\nDTSTART:20261124T100000\nDTEND:20261124T110000\nSUMMARY:Café")]

    assert read_apart(documents, READER) == busy_times(documents, READER)


@pytest.mark.parametrize("program", ["One", "Number {}"])
def test_read_apart_has_time_for_thousands_of_documents_of_one_event(program):
    """CalDAV gives each event with its zones; written by one program, or by as many as there are events."""
    event = "UID:{0}\nDTSTART;TZID=W. Europe Standard Time:20261124T{1:02}{2:02}00\nDURATION:PT1M"
    documents = [
        calendar(event.format(number, *divmod(number % 1440, 60)), head=zone("W. Europe Standard Time")).replace(
            b"//Test//Test", f"//{program.format(number)}".encode()
        )
        for number in range(2000)
    ]

    reading = read_apart(documents, READER)

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
def test_read_apart_ends_with_a_reason(content, refusal):
    began = monotonic()

    with pytest.raises(Refusal) as caught:
        read_apart([content], READER, seconds=1)
    assert (type(caught.value), monotonic() - began < 12) == (refusal, True)
