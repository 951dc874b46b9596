"""Calendar files as programs publish them, written by us after their documentation.

None comes from a live account. Each names the source of its format.
"""

WESTERN_EUROPE = """\
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
"""


def calendar(*events, head=""):
    """The bytes of a file with these events, each given as lines without BEGIN and END."""
    body = "".join(f"BEGIN:VEVENT\nDTSTAMP:20261101T000000Z\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//Test//EN\n{head}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def zone(name):
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{WESTERN_EUROPE}END:VTIMEZONE\n"


def outlook(*, tzid="W. Europe Standard Time"):
    """Outlook on the web, "publish a calendar".

    Head, VTIMEZONE from 1601 and BUSYSTATUS: github.com/sabre-io/vobject/pull/618 (also for the name
    "(UTC+01:00) Amsterdam, Berlin, ..."), github.com/runely/calendar-homey/issues/680 ("Customized Time Zone").
    The meaning of X-MICROSOFT-CDO-BUSYSTATUS: [MS-OXCICAL] on learn.microsoft.com, its values in [MS-OXOCAL] 2.2.1.2.
    """
    head = f"METHOD:PUBLISH\nX-WR-CALNAME:Agenda\n{zone(tzid)}"
    return calendar(
        f"""
UID:040000008200E00074C5B7101A82E00800000000AA
RRULE:FREQ=WEEKLY;UNTIL=20261215T080000Z;INTERVAL=1;BYDAY=TU;WKST=MO
EXDATE;TZID={tzid}:20261201T090000
SUMMARY:Busy
DTSTART;TZID={tzid}:20261013T090000
DTEND;TZID={tzid}:20261013T100000
TRANSP:OPAQUE
STATUS:CONFIRMED
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
""",
        f"""
UID:040000008200E00074C5B7101A82E00800000000AA
RECURRENCE-ID;TZID={tzid}:20261208T090000
SUMMARY:Busy
DTSTART;TZID={tzid}:20261208T140000
DTEND;TZID={tzid}:20261208T150000
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
""",
        """
UID:040000008200E00074C5B7101A82E00800000000AB
SUMMARY:Free
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261127
TRANSP:TRANSPARENT
X-MICROSOFT-CDO-BUSYSTATUS:FREE
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
""",
        """
UID:040000008200E00074C5B7101A82E00800000000AC
SUMMARY:Working elsewhere
DTSTART;VALUE=DATE:20261127
DTEND;VALUE=DATE:20261128
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE
""",
        head=head,
    )


def google(*events):
    """Google Calendar, "secret address in iCal format".

    Head, X-WR-TIMEZONE and times in UTC: github.com/mangstadt/biweekly/issues/90. A line per EXDATE:
    github.com/TesteurManiak/icalendar_parser/issues/43. A moved time keeps its UID and has a RECURRENCE-ID:
    github.com/thenly/all-in-one-event-calendar/issues/1298. The name of a first calendar is its owner's address.
    """
    head = "CALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:y.benali@mail.example\nX-WR-TIMEZONE:Europe/Amsterdam\n"
    return calendar(*events, head=head)


def apple():
    """iCloud, "public calendar": a zone by its name with its history as RRULE and RDATE, and a moved time.

    github.com/Aupajo/almanack/issues/24 (the zone), github.com/pimutils/khal/issues/141 (CALENDARSERVER.ORG, the
    order of lines, an event that recurs with one time moved).
    """
    head = """\
X-WR-CALNAME:Werk
X-APPLE-CALENDAR-COLOR:#FF2968
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:STANDARD
DTSTART:19400516T000000
RDATE:19400516T000000
TZNAME:CET
TZOFFSETFROM:+0020
TZOFFSETTO:+0200
END:STANDARD
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
    uid = "UID:0BC3AA9C-FE47-471A-8ECC-1C2F9B7C00E0\nX-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\nTRANSP:OPAQUE\n"
    return calendar(
        f"{uid}DTSTART;TZID=Europe/Amsterdam:20261124T130000\nDTEND;TZID=Europe/Amsterdam:20261124T133000\n"
        "RRULE:FREQ=DAILY;COUNT=3\nSEQUENCE:0",
        f"{uid}RECURRENCE-ID;TZID=Europe/Amsterdam:20261125T130000\nDTSTART;TZID=Europe/Amsterdam:20261125T160000\n"
        "DTEND;TZID=Europe/Amsterdam:20261125T163000\nSEQUENCE:1",
        head=head,
    )


def nextcloud():
    """Nextcloud, "copy subscription link" (?export of SabreDAV).

    Head, REFRESH-INTERVAL, and an event whose zone has no VTIMEZONE: github.com/nextcloud/server/issues/48598. The
    X-LIC-LOCATION beside a zone and the order of an event's lines: github.com/nextcloud/server/issues/8959.
    """
    head = (
        "CALSCALE:GREGORIAN\nX-WR-CALNAME:Persoonlijk\nX-APPLE-CALENDAR-COLOR:#0082c9\n"
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H\nX-PUBLISHED-TTL:PT4H\n" + zone("Central Europe Standard Time")
    )
    return calendar(
        "UID:7d3a1d0c\nDTSTART;TZID=W. Europe Standard Time:20261124T100000\n"
        "DTEND;TZID=W. Europe Standard Time:20261124T103000\nSTATUS:CONFIRMED",
        "UID:7d3a1d0d\nDTSTART;TZID=Europe/Amsterdam:20261124T150000\nDURATION:PT45M\nSTATUS:CANCELLED",
        head=head,
    )
