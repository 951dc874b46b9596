"""Busy times of a corpus of calendars with the faults that calendar programs make; agreement with ical.js.

The files are our own, after public bug reports of calendar programs; what each must give stands in expected.json.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.ics_parser import ParseOptions, busy_times
from tests.calendar_oracles import expanded_by_ical_js
from tests.calendar_samples import calendar

CORPUS = Path(__file__).parent.parent.parent / "corpus" / "calendars"
EXPECTED = json.loads((CORPUS / "expected.json").read_text())
SINCE, UNTIL, ZONE = "2026-11-20", "2026-12-20", "Europe/Amsterdam"
# ical.js refuses these, cannot know the advisor's address, or takes the older version of an event as well.
BEYOND_ICAL_JS = {
    "attendee-colon-declined", "cache-comment-behind", "freebusy-broken",
    "rule-twice", "duration-time-weeks", "exdate-empty", "exdate-text",
    "microsoft-custom", "microsoft-custom-calendar-zone", "microsoft-utc", "microsoft-utc-quoted", "rule-empty",
    "rule-spaces", "same-uid-newer", "text-not-folded", "two-calendars", "zone-broken", "zone-two-names",
}  # fmt: skip


def parsed(content):
    window = Span(*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (SINCE, UNTIL)))
    own = frozenset({"advisor@oostmeer.example"})
    return busy_times([content], ParseOptions(window=window, zone=ZoneInfo(ZONE), own_addresses=own))


@pytest.mark.parametrize("name", EXPECTED)
def test_busy_times_of_the_corpus(name):
    found = parsed((CORPUS / f"{name}.ics").read_bytes())

    assert [f"{span.start:%m-%d %H:%M}-{span.end:%H:%M}" for span in found.busy] == EXPECTED[name]
    assert found.skipped == 0


@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name in EXPECTED if name not in BEYOND_ICAL_JS])
def test_the_corpus_agrees_with_ical_js(name):
    content = (CORPUS / f"{name}.ics").read_bytes()

    theirs = expanded_by_ical_js(content, since=SINCE, until=UNTIL, zone=ZONE)
    busy = [one for one in theirs if "CANCELLED" not in one["words"]]

    times = sorted(tuple(datetime.fromisoformat(one[end]) for end in ("starts_at", "ends_at")) for one in busy)
    assert [tuple(span) for span in parsed(content).busy] == times


def test_every_file_of_the_corpus_has_an_expectation():
    assert {path.stem for path in CORPUS.glob("*.ics")} == set(EXPECTED)


def test_an_override_of_no_date_is_an_event():
    found = parsed(calendar("UID:1\nDTSTART:20261124T130000Z\nDTEND:20261124T140000Z\nRECURRENCE-ID:morgen"))

    assert (len(found.busy), found.skipped) == (1, 0)


def test_an_event_that_cannot_be_read_names_its_day():
    found = parsed(calendar("UID:1\nDTSTART:20261124T250000\nDTEND:20261124T260000", "UID:2\nDTSTART:morgen"))

    assert (found.busy, found.skipped, found.skipped_days) == ([], 2, [date(2026, 11, 24)])


@pytest.mark.parametrize(
    "line", ["DTSTART" + ";a=b" * 50_000, "DTSTART" + ";" + "a" * 100_000 + "\nRRULE" + ';"' * 50_000]
)
def test_a_line_that_never_ends_is_skipped_without_a_search(line):
    """However the parameters can be cut: a search for every way would not end."""
    assert parsed(calendar(f"UID:1\n{line}")).skipped == 1
