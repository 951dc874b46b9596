"""Limits on parsing an untrusted calendar."""

from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.errors import (
    CalendarTooDense,
    CalendarTooFull,
    CalendarTooHard,
    NoCalendar,
    PageInsteadOfCalendar,
)
from advisors.external_calendars.ics_parser import ParseOptions, busy_times
from advisors.external_calendars.sandbox import parse_in_sandbox
from core.errors import Refusal
from tests.calendar_samples import calendar, google, outlook, zone
from tests.processes import HANG_SECONDS
from tests.work import calls_of

pytestmark = pytest.mark.process

READER = ParseOptions(
    window=Span(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)),
    zone=ZoneInfo("Europe/Amsterdam"),
    own_addresses=frozenset({"y.benali@oostmeer.example"}),
    own_host="spreekuur.example",
)
PATIENT = {"seconds": HANG_SECONDS, "wait_seconds": HANG_SECONDS}
DAILY_SINCE_1900 = calendar(
    *(f"UID:{number}\nDTSTART:19000101T{number % 24:02}0000Z\nRRULE:FREQ=DAILY" for number in range(5000))
)


def test_the_sandbox_gives_the_result_of_the_parser():
    documents = [outlook(), google("UID:1\nDTSTART:20261124T100000\nDTEND:20261124T110000\nSUMMARY:Café")]

    assert parse_in_sandbox(documents, READER, **PATIENT) == busy_times(documents, READER)


def documents_of_one_event(count, program):
    """As CalDAV gives them: each event with its zones."""
    event = "UID:{0}\nDTSTART;TZID=W. Europe Standard Time:20261124T{1:02}{2:02}00\nDURATION:PT1M"
    return [
        calendar(event.format(number, *divmod(number % 1440, 60)), head=zone("W. Europe Standard Time")).replace(
            b"//Test//Test", f"//{program.format(number)}".encode()
        )
        for number in range(count)
    ]


def test_the_sandbox_reads_thousands_of_documents_of_one_event():
    reading = parse_in_sandbox(documents_of_one_event(2000, "One"), READER, **PATIENT)

    assert (len(reading.busy), reading.skipped) == (1440, 0)


@pytest.mark.parametrize("program", ["One", "Number {}"])
def test_a_document_costs_no_more_among_many(program):
    """Written by one program, or by as many as there are events."""
    documents = documents_of_one_event(150, program)

    few, more, many = [calls_of(partial(busy_times, documents[:count], READER)) for count in (50, 100, 150)]

    assert many - more < 1.1 * (more - few)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"<html>", PageInsteadOfCalendar),
        (calendar("UID:1\nDTSTART:20261124T100000Z\nRRULE:FREQ=SECONDLY"), CalendarTooDense),
        (b"BEGIN:VTODO\n" * 30_000 + b"END:VCALENDAR", NoCalendar),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 500_000 + b"END:VCALENDAR", CalendarTooFull),
    ],
    ids=["page", "bomb", "no-calendar", "never-ends"],
)
def test_the_sandbox_ends_with_a_reason(content, refusal):
    with pytest.raises(Refusal) as caught:
        parse_in_sandbox([content], READER, **PATIENT)
    assert type(caught.value) is refusal


def test_the_sandbox_ends_what_asks_for_too_much_work():
    """However fast the machine, one second of CPU is not enough for hundreds of millions of times."""
    with pytest.raises(CalendarTooHard):
        parse_in_sandbox([DAILY_SINCE_1900], READER, seconds=1, wait_seconds=HANG_SECONDS)
