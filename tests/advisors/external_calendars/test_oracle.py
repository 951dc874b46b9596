"""Busy times agree with ical.js, an independent parser.

The samples of programs name their sources; the events that stand here follow RFC 5545, 3.6.1, and 3.8.5 for the rules.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.ics_parser import ParseOptions, busy_times
from tests.calendar_oracles import expanded_by_ical_js
from tests.calendar_samples import apple, calendar, google, nextcloud, outlook, zone

pytestmark = pytest.mark.oracle

AMSTERDAM = "Europe/Amsterdam"
FREE = {"TRANSPARENT", "CANCELLED", "FREE", "WORKINGELSEWHERE"}


def weekly(start="20261005", **fields):
    lines = {
        "UID": "1",
        f"DTSTART;TZID={AMSTERDAM}": f"{start}T093000",
        "DURATION": "PT45M",
        "RRULE": "FREQ=WEEKLY;BYDAY=MO,TH",
    } | fields
    return calendar("\n".join(f"{name}:{value}" for name, value in lines.items()), head=zone(AMSTERDAM))


SAMPLES = {
    "outlook": outlook(),
    "outlook-customized": outlook(tzid="Customized Time Zone"),
    "apple": apple(),
    "nextcloud": nextcloud().replace(b"TZID:Central Europe", b"TZID:W. Europe"),  # ical.js knows no Windows names
    "google": google("UID:1\nDTSTART:20261124T090000Z\nDTEND:20261124T093000Z"),
    "floating": calendar("UID:1\nDTSTART:20261024T090000\nDTEND:20261024T093000\nRRULE:FREQ=DAILY;COUNT=5"),
    "days": calendar("UID:1\nDTSTART;VALUE=DATE:20261023\nDTEND;VALUE=DATE:20261024\nRRULE:FREQ=DAILY;COUNT=5"),
    "weekly": weekly(),
    "until": weekly(RRULE="FREQ=WEEKLY;UNTIL=20261102T083000Z"),
    "count": weekly(RRULE="FREQ=WEEKLY;INTERVAL=2;COUNT=6;WKST=SU"),
    "monthly": weekly("20261007", RRULE="FREQ=MONTHLY;BYDAY=1WE,-1FR"),
    "yearly": weekly("20261025", RRULE="FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU"),
    "exdate": weekly(**{"EXDATE;TZID=Europe/Amsterdam": "20261026T093000,20261029T093000"}),
    "rdate": weekly(**{"RRULE": "FREQ=WEEKLY;COUNT=2", "RDATE;TZID=Europe/Amsterdam": "20261025T093000"}),
}


@pytest.mark.parametrize(("since", "until"), [("2026-10-01", "2026-12-31"), ("2027-03-01", "2027-04-30")])
@pytest.mark.parametrize("sample", SAMPLES)
def test_busy_times_match_ical_js(sample, since, until):
    window = Span(*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (since, until)))

    ours = busy_times([SAMPLES[sample]], ParseOptions(window=window, zone=ZoneInfo(AMSTERDAM))).busy
    theirs = expanded_by_ical_js(SAMPLES[sample], since=since, until=until, zone=AMSTERDAM)

    busy = [one for one in theirs if not FREE & set(one["words"])]
    expected = sorted(tuple(datetime.fromisoformat(one[end]) for end in ("starts_at", "ends_at")) for one in busy)
    assert [tuple(span) for span in ours] == expected
