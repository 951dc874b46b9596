"""Busy times in files of calendar programs (each sample names its source) and of RFC 5545.

Events in this file follow RFC 5545: 3.6.1 (VEVENT), 3.8.2 (start, end, duration, TRANSP), 3.8.4.1 with 3.2.12
(ATTENDEE and its PARTSTAT), 3.8.4.4 (RECURRENCE-ID), 3.8.5 (RRULE, RDATE, EXDATE), 3.8.1.11 (STATUS).
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from advisors.availability.slots import Span
from advisors.external_calendars.errors import (
    CalendarCutOff,
    CalendarTooDense,
    CalendarTooFull,
    NoCalendar,
    PageInsteadOfCalendar,
)
from advisors.external_calendars.ics_parser import ParseOptions, busy_times
from tests.calendar_samples import apple, calendar, google, nextcloud, outlook, zone

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY = "DTSTART:20261124T100000Z\nDTEND:20261124T110000Z\n"


def options(since="2026-11-22", until="2026-12-31", **fields):
    window = Span(*(datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (since, until)))
    return ParseOptions(window=window, zone=AMSTERDAM, **fields)


def busy_text(content, *, by=None):
    """Busy times such as "11-24 10:00-11:00", in UTC."""
    busy = busy_times([content], by or options()).busy
    return [f"{span.start:%m-%d %H:%M}-{span.end:%H:%M}" for span in busy]


@pytest.mark.parametrize(
    "tzid",
    ["W. Europe Standard Time", "Customized Time Zone", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome"],
)
def test_outlook_calendars_are_parsed_with_any_zone_name(tzid):
    """In the sample, 1 December is excluded, the 8th moved; free days and working elsewhere do not block."""
    content = outlook(tzid=tzid).replace(tzid.encode(), f'"{tzid}"'.encode() if "," in tzid else tzid.encode())

    content = content.replace(b'TZID:"', b"TZID:").replace(b'"\r\nBEGIN:STANDARD', b"\r\nBEGIN:STANDARD")
    assert busy_text(content) == ["11-24 08:00-09:00", "12-08 13:00-14:00", "12-15 08:00-09:00"]


def test_google_calendars_are_parsed():
    """With a line per EXDATE, and a moved occurrence."""
    uid = "UID:6vui5pik8466jo53fhh503ssd9@google.com\nSTATUS:CONFIRMED\nTRANSP:OPAQUE\n"
    content = google(
        f"{uid}DTSTART;TZID=Europe/Amsterdam:20261123T090000\nDTEND;TZID=Europe/Amsterdam:20261123T093000\n"
        "RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=Europe/Amsterdam:20261124T090000\n"
        "EXDATE;TZID=Europe/Amsterdam:20261125T090000",
        f"{uid}RECURRENCE-ID;TZID=Europe/Amsterdam:20261126T090000\nDTSTART;TZID=Europe/Amsterdam:20261126T110000\n"
        "DTEND;TZID=Europe/Amsterdam:20261126T113000",
    )

    assert busy_text(content) == ["11-23 08:00-08:30", "11-26 10:00-10:30", "11-27 08:00-08:30"]


def test_a_day_of_google_lasts_from_midnight_in_its_zone():
    assert busy_text(google("UID:1\nDTSTART;VALUE=DATE:20261126\nDTEND;VALUE=DATE:20261127")) == ["11-25 23:00-23:00"]


def test_recurring_utc_events_follow_the_default_zone_of_google():
    content = google("UID:1\nDTSTART:20261024T070000Z\nDTEND:20261024T080000Z\nRRULE:FREQ=DAILY;COUNT=2")

    assert busy_text(content, by=options(since="2026-10-20")) == ["10-24 07:00-08:00", "10-25 08:00-09:00"]


def test_recurring_utc_events_stay_in_utc_without_a_default_zone():
    content = calendar("UID:1\nDTSTART:20261024T070000Z\nDTEND:20261024T080000Z\nRRULE:FREQ=DAILY;COUNT=2")

    assert busy_text(content, by=options(since="2026-10-20")) == ["10-24 07:00-08:00", "10-25 07:00-08:00"]


def test_apple_calendars_are_parsed():
    assert busy_text(apple()) == ["11-24 12:00-12:30", "11-25 15:00-15:30", "11-26 12:00-12:30"]


def test_nextcloud_calendars_are_parsed():
    assert busy_text(nextcloud()) == ["11-24 09:00-09:30"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("UID:1\n" + TUESDAY, ["11-24 10:00-11:00"]),
        (TUESDAY, ["11-24 10:00-11:00"]),  # without UID
        ("UID:1\nTRANSP:TRANSPARENT\n" + TUESDAY, []),
        ("UID:1\nSTATUS:CANCELLED\n" + TUESDAY, []),
        ("UID:1\nSTATUS:TENTATIVE\n" + TUESDAY, ["11-24 10:00-11:00"]),
        ("UID:1\nTRANSP:TRANSPARENT\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\n" + TUESDAY, ["11-24 10:00-11:00"]),
        ("UID:1\nATTENDEE;PARTSTAT=DECLINED:mailto:Y.Benali@oostmeer.example\n" + TUESDAY, []),
        ("UID:1\nATTENDEE;PARTSTAT=ACCEPTED:mailto:y.benali@oostmeer.example\n" + TUESDAY, ["11-24 10:00-11:00"]),
        ("UID:1\nATTENDEE;PARTSTAT=DECLINED:mailto:colleague@oostmeer.example\n" + TUESDAY, ["11-24 10:00-11:00"]),
        ("UID:5b0f@spreekuur.example\n" + TUESDAY, []),  # our own talk
        ("UID:1\nDTSTART:20261124T100000\nDTEND:20261124T110000", ["11-24 09:00-10:00"]),  # floating: local time
        ("UID:1\nDTSTART;TZID=Nowhere/Known:20261124T100000\nDURATION:PT1H", ["11-24 09:00-10:00"]),
        ("UID:1\nDTSTART;VALUE=DATE:20261124", ["11-23 23:00-23:00"]),
        ("UID:1\nDTSTART:20261124T100000Z", []),  # no duration
        (
            "UID:1\nDTSTART:20261124T100000Z\nDTEND:20261124T090000Z",
            ["11-24 09:00-10:00"],
        ),  # ends before its start
        ("UID:1\nDTSTART:20260101T100000Z\nDTEND:20270101T100000Z", ["11-22 00:00-00:00"]),  # cut to the window
        ("UID:1\nDTSTART:20200101T100000Z\nDTEND:20200101T110000Z", []),
        ("UID:1\n" + TUESDAY + "RDATE:20261126T100000Z", ["11-24 10:00-11:00", "11-26 10:00-11:00"]),
        ("UID:1\n" + TUESDAY + "RDATE;VALUE=PERIOD:20261126T100000Z/PT2H", ["11-24 10:00-11:00", "11-26 10:00-12:00"]),
        ("UID:1\nDTSTART:20261122T230000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=1", ["11-22 23:00-00:00"]),
    ],
)
def test_events_block_according_to_status_transparency_and_attendance(event, expected):
    own = options(own_addresses=frozenset({"y.benali@oostmeer.example"}), own_host="spreekuur.example")

    assert busy_text(calendar(event), by=own) == expected


def test_the_calendar_name_of_google_identifies_the_owner():
    assert busy_text(google("UID:1\nATTENDEE;PARTSTAT=DECLINED:mailto:y.benali@mail.example\n" + TUESDAY)) == []


def test_a_cancelled_occurrence_leaves_the_others():
    content = calendar(
        "UID:1\n" + TUESDAY + "RRULE:FREQ=WEEKLY;COUNT=3",
        "UID:1\nRECURRENCE-ID:20261201T100000Z\nSTATUS:CANCELLED\nDTSTART:20261201T100000Z\nDTEND:20261201T110000Z",
    )

    assert busy_text(content) == ["11-24 10:00-11:00", "12-08 10:00-11:00"]


@pytest.mark.parametrize(
    ("since", "start", "expected"),
    [
        ("2026-10-20", "20261024T100000", ["10-24 08:00-09:00", "10-25 09:00-10:00", "10-26 09:00-10:00"]),
        ("2027-03-20", "20270327T100000", ["03-27 09:00-10:00", "03-28 08:00-09:00", "03-29 08:00-09:00"]),
        ("2027-10-20", "20271030T100000", ["10-30 08:00-09:00", "10-31 09:00-10:00", "11-01 09:00-10:00"]),
        # In local time: the hour that comes twice is busy twice, rather than too short.
        ("2026-10-20", "20261024T023000", ["10-24 00:30-01:30", "10-25 00:30-02:30", "10-26 01:30-02:30"]),
    ],
)
@pytest.mark.parametrize("tzid", ["Europe/Amsterdam", "W. Europe Standard Time", "Amsterdam time"])
def test_a_series_of_three_stays_at_its_time_when_the_clock_changes(since, start, expected, tzid):
    until = datetime.fromisoformat(since) + timedelta(days=30)
    content = calendar(f"UID:1\nDTSTART;TZID={tzid}:{start}\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3", head=zone(tzid))

    assert busy_text(content, by=options(since, until.date().isoformat())) == expected


def test_a_whole_day_on_which_the_clock_changes_lasts_23_or_25_hours():
    content = calendar("UID:1\nDTSTART;VALUE=DATE:20270328", "UID:2\nDTSTART;VALUE=DATE:20261025")

    busy = busy_times([content], options("2026-10-20", "2027-04-20")).busy

    assert [span.end - span.start for span in busy] == [timedelta(hours=25), timedelta(hours=23)]


def test_a_time_zone_of_one_calendar_does_not_affect_another():
    """Two programs may use one name for different zones."""
    east = zone("Customized Time Zone").replace("+0200", "+0900").replace("+0100", "+0900")
    event = "UID:1\nDTSTART;TZID=Customized Time Zone:20261124T100000\nDURATION:PT1H"

    assert busy_text(calendar(event, head=east)) == ["11-24 01:00-02:00"]
    assert busy_text(calendar(event, head=zone("Customized Time Zone"))) == ["11-24 09:00-10:00"]


@pytest.mark.parametrize(
    ("tzid", "folded", "expected"),
    [
        ("Customized Time Zone", "Customized\n  Time Zone", ["02:00", "09:00", "11:00"]),
        ("W. Europe Standard Time", "W. Europe Stan\n dard Time", ["09:00", "10:00", "11:00"]),  # its own meaning
    ],
)
def test_a_time_zone_of_one_document_does_not_affect_another(tzid, folded, expected):
    """Two programs write into one CalDAV calendar; a folded name is the same name."""
    west, east = zone(tzid), zone(folded).replace("+0200", "+0900").replace("+0100", "+0900")
    documents = [
        calendar(f"UID:1\nDTSTART;TZID={tzid}:20261124T{hour}0000\nDURATION:PT30M", head=head)
        for hour, head in [(10, west), (11, east), (12, west)]
    ]

    busy = busy_times(documents, options()).busy

    assert [f"{span.start:%H:%M}" for span in busy] == expected


def test_overlapping_times_are_joined_and_adjacent_ones_are_not():
    content = calendar(
        *(f"DTSTART:20261124T{at}00Z\nDURATION:PT{lasts}M" for at, lasts in [("1000", 60), ("1030", 60), ("1130", 30)])
    )

    assert busy_text(content) == ["11-24 10:00-11:30", "11-24 11:30-12:00"]


def test_an_event_that_cannot_be_parsed_is_counted_and_skipped():
    wrong = ["UID:2\nDTSTART:yesterday", "UID:3\nSUMMARY:Never", "UID:4\n" + TUESDAY + "RRULE:FREQ=OFTEN"]

    reading = busy_times([calendar("UID:1\n" + TUESDAY, *wrong)], options())

    assert (len(reading.busy), reading.skipped) == (1, 3)


WHOLE_WINDOW = "11-22 00:00-12-31 00:00"  # the whole window


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("DTSTART:00010101T000000Z\nDTEND:99991231T235959Z", WHOLE_WINDOW),
        ("DTSTART:00010101T000000\nDTEND:99991231T235959", WHOLE_WINDOW),
        ("DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231", WHOLE_WINDOW),
        ("DTSTART;TZID=America/New_York:00010101T000000\nDTEND;TZID=America/New_York:99991231T235959", WHOLE_WINDOW),
        ("DTSTART:00010101T000000Z\nDURATION:P3652000D", WHOLE_WINDOW),
        ("DTSTART:20200101T000000Z\nDTEND:99991231T235959Z", WHOLE_WINDOW),
        ("DTSTART:20200101T000000Z\nDURATION:P4000000D", WHOLE_WINDOW),
        ("DTSTART:20261124T100000Z\nDTEND:99991231T235959Z", "11-24 10:00-12-31 00:00"),
        ("DTSTART:20261124T100000Z\nDURATION:P4000000D", "11-24 10:00-12-31 00:00"),
        ("DTSTART:20261124T100000Z\nDURATION:P4000000D\nRRULE:FREQ=WEEKLY;COUNT=3", "11-24 10:00-12-31 00:00"),
        ("DTSTART:20261124T100000Z\nDTEND:99991231T235959Z\nRRULE:FREQ=DAILY", "11-24 10:00-12-31 00:00"),
        ("DTSTART:00010101T000000Z\nDURATION:P3D", None),
        ("DTSTART:20270301T100000Z\nDURATION:P4000000D", None),
        ("DTSTART:20270301T100000Z\nDTEND:99991231T235959Z", None),
    ],
)
def test_an_endless_event_is_busy_for_the_whole_window(event, expected):
    """RFC 5545, 3.3.4 and 3.3.6: a year has four digits, a duration any number."""
    reading = busy_times([calendar(f"UID:1\n{event}")], options())

    assert [f"{span.start:%m-%d %H:%M}-{span.end:%m-%d %H:%M}" for span in reading.busy] == [expected] * bool(expected)
    assert reading.skipped == 0


def test_a_series_counts_from_its_own_start():
    event = "UID:1\nDTSTART:20261112T100000Z\nDTEND:20261112T110000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3"

    assert busy_text(calendar(event)) == ["11-26 10:00-11:00", "12-10 10:00-11:00"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_times_are_parsed_in_any_encoding(encoding):
    content = calendar("UID:1\nSUMMARY:Eén café\n" + TUESDAY).decode().encode(encoding)

    assert busy_text(content) == ["11-24 10:00-11:00"]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NoCalendar),
        (b"\x89PNG\r\n\x1a\n", NoCalendar),
        (b"BEGIN:VCARD\r\nEND:VCARD", NoCalendar),
        (b"<!DOCTYPE html>\n<html><title>Sign in</title></html>", PageInsteadOfCalendar),
        (b"\n<HTML>", PageInsteadOfCalendar),
        (calendar("UID:1\n" + TUESDAY)[:-20], CalendarCutOff),
        (calendar(*["UID:1\n" + TUESDAY] * 5001), CalendarTooFull),
        (calendar("UID:1\n" + TUESDAY + "RRULE:FREQ=SECONDLY"), CalendarTooDense),
        (calendar("UID:1\n" + TUESDAY + "RRULE:FREQ=MINUTELY;COUNT=100000000"), CalendarTooDense),
        (calendar("UID:1\n" + TUESDAY + "RRULE:FREQ=HOURLY"), CalendarTooDense),
        (calendar("UID:1\n" + TUESDAY + "RRULE:FREQ=DAILY;INTERVAL=0"), CalendarTooDense),
        (calendar("UID:1\n" + TUESDAY + "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5"), CalendarTooDense),
    ],
)
def test_an_unreadable_calendar_is_refused(content, refusal):
    with pytest.raises(refusal):
        busy_times([content], options())


def test_events_before_the_window_are_ignored():
    past = [f"UID:{number}\nDTSTART:20200101T100000Z\nDTEND:20200101T110000Z" for number in range(6000)]

    assert busy_text(calendar(*past, "UID:now\n" + TUESDAY)) == ["11-24 10:00-11:00"]
