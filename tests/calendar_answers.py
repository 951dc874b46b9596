"""What calendar programs answer to an invite of ours: written by us after what is documented of their habits.

None was taken from a live account. Each names where its shape comes from.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tests.calendar_samples import zone

STAMPED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an answer says, whatever program writes it; `local` is the same moment on the clock in Amsterdam."""

    uid: str
    attendee: str
    organiser: str = "antwoord@oostmeer.example"
    name: str = "Sevda Aydin"
    partstat: str = "ACCEPTED"
    sequence: int = 0
    stamped_at: datetime = STAMPED
    starts_at: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # of the talk, or the moment that is proposed
    local: str = "20261124T103000"
    comment: str = ""


def lines(text):
    """Folded as RFC 5545, 3.1 asks: at 75 octets, ended by CRLF."""
    folded = []
    for line in text.strip().splitlines():
        while len(line) > 74:
            folded.append(line[:74])
            line = " " + line[74:]
        folded.append(line)
    return "\r\n".join(folded) + "\r\n"


def utc(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")


def outlook(said):
    """Exchange and Outlook on the web: no ORGANIZER, the attendee first, Windows' name of the zone.

    github.com/nextcloud/calendar/issues/7962 has a whole one; that the organiser is left out is also said in
    github.com/nextcloud/server/issues/58904 and github.com/cyrusimap/cyrus-imapd/pull/4169. A word of the reader is
    a COMMENT that ends in a line break.
    """
    comment = f"COMMENT;LANGUAGE=nl-NL:{said.comment}\\n\n" if said.comment else ""
    return lines(f"""\
BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
{zone("W. Europe Standard Time").strip()}
BEGIN:VEVENT
ATTENDEE;PARTSTAT={said.partstat};CN={said.name}:mailto:{said.attendee}
{comment}UID:{said.uid}
SUMMARY;LANGUAGE=nl-NL:Geaccepteerd: Gesprek met Youssef Benali
DTSTART;TZID=W. Europe Standard Time:{said.local}
DTEND;TZID=W. Europe Standard Time:{said.local[:-4]}5000
CLASS:PRIVATE
PRIORITY:5
DTSTAMP:{utc(said.stamped_at)}
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:{said.sequence}
LOCATION;LANGUAGE=nl-NL:Telefonisch
X-MICROSOFT-CDO-APPT-SEQUENCE:{said.sequence}
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
X-MICROSOFT-CDO-INSTTYPE:0
END:VEVENT
END:VCALENDAR
""")


def outlook_counter(said):
    """ "Propose new time": DTSTART is the proposal, X-MS-OLK-ORIGINALSTART what it was; nothing else may differ.

    [MS-OXCICAL] 2.1.3.1.1.20.10 (DTSTART), .59 and .60 (X-MS-OLK-ORIGINALEND, X-MS-OLK-ORIGINALSTART) and
    [MS-STANOICAL] 2.2.122, on learn.microsoft.com.
    """
    as_reply = outlook(replace(said, partstat="TENTATIVE"))
    original = "X-MS-OLK-ORIGINALSTART;TZID=W. Europe Standard Time:20261124T103000\r\n"
    return as_reply.replace("METHOD:REPLY", "METHOD:COUNTER").replace("END:VEVENT", f"{original}END:VEVENT")


def google(said):
    """Gmail and Google Calendar: times in UTC, the guests beside the attendee, a word in X-RESPONSE-COMMENT.

    github.com/nextcloud/mail/pull/6782 ("Example of a REPLY ics when clicking accept in gmail"), the word:
    github.com/ical-org/ical.net/pull/286 and github.com/Neuvernetzung/ts-ics/issues/236.
    """
    comment = f';X-RESPONSE-COMMENT="{said.comment}"' if said.comment else ""
    attendee = f"CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.partstat};CN={said.name};X-NUM-GUESTS=0{comment}"
    return lines(f"""\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REPLY
BEGIN:VEVENT
DTSTART:{utc(said.starts_at)}
DTEND:{utc(said.starts_at)}
DTSTAMP:{utc(said.stamped_at)}
ORGANIZER;CN=Marit de Wit:mailto:{said.organiser}
UID:{said.uid}
ATTENDEE;{attendee}:mailto:{said.attendee}
CLASS:PRIVATE
CREATED:20261123T091500Z
DESCRIPTION:Youssef Benali belt je op ***01.
LAST-MODIFIED:{utc(said.stamped_at)}
LOCATION:Telefonisch
SEQUENCE:{said.sequence}
STATUS:CONFIRMED
SUMMARY:Gesprek met Youssef Benali (Oostmeer)
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
""")


def google_counter(said):
    """ "Propose a new time": a COUNTER that names the whole guest list (github.com/Foundry376/Mailspring-Sync/pull/130,
    github.com/nextcloud/mail/issues/10077)."""
    other = "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Youssef:mailto:youssef@oostmeer.example"
    as_reply = google(replace(said, partstat="TENTATIVE")).replace("METHOD:REPLY", "METHOD:COUNTER")
    return as_reply.replace("ATTENDEE;", f"{lines(other)}ATTENDEE;", 1)


def apple(said):
    """Calendar of macOS and iOS, and iCloud, whose server was published: only the essential properties are left,
    REQUEST-STATUS is added, all X- go.

    github.com/apple/ccs-calendarserver, scheduling/itip.py (generateAttendeeReply). CN and EMAIL of an attendee:
    github.com/sabre-io/dav, tests/Sabre/CalDAV/Schedule/DeliverNewEventTest.php.
    """
    about = f'CN="{said.name}";CUTYPE=INDIVIDUAL;EMAIL="{said.attendee}";PARTSTAT={said.partstat};ROLE=REQ-PARTICIPANT'
    return lines(f"""\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//macOS 15.1//EN
CALSCALE:GREGORIAN
METHOD:REPLY
{zone("Europe/Amsterdam").strip()}
BEGIN:VEVENT
DTEND;TZID=Europe/Amsterdam:{said.local[:-4]}5000
UID:{said.uid}
DTSTAMP:{utc(said.stamped_at)}
STATUS:CONFIRMED
SUMMARY:Gesprek met Youssef Benali (Oostmeer)
DTSTART;TZID=Europe/Amsterdam:{said.local}
SEQUENCE:{said.sequence}
ORGANIZER;CN="Marit de Wit":MAILTO:{said.organiser}
ATTENDEE;{about}:/aMjMwNTg1NTc/principal/
REQUEST-STATUS:2.0;Success
END:VEVENT
END:VCALENDAR
""")


def thunderbird(said):
    """Thunderbird: the event as it was sent, with one attendee left; it remembers in X-MOZ what it received.

    github.com/mozilla/releases-comm-central, calendar/itip/CalItipMessageSender.sys.mjs (what is sent: also a DECLINED
    when somebody deletes the event) and calendar/base/modules/utils/calItipUtils.sys.mjs (X-MOZ-RECEIVED-SEQUENCE).
    """
    return lines(f"""\
BEGIN:VCALENDAR
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
CREATED:20261123T091500Z
LAST-MODIFIED:{utc(said.stamped_at)}
DTSTAMP:{utc(said.stamped_at)}
UID:{said.uid}
SUMMARY:Gesprek met Youssef Benali (Oostmeer)
STATUS:CONFIRMED
ORGANIZER;CN=Marit de Wit:mailto:{said.organiser}
ATTENDEE;CN={said.name};PARTSTAT={said.partstat};ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{said.attendee}
X-MOZ-RECEIVED-SEQUENCE:{said.sequence}
X-MOZ-RECEIVED-DTSTAMP:20261123T091500Z
DTSTART:{utc(said.starts_at)}
DTEND:{utc(said.starts_at)}
CLASS:PRIVATE
DESCRIPTION:Youssef Benali belt je op ***01.
LOCATION:Telefonisch
SEQUENCE:{said.sequence}
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:Gesprek
TRIGGER:-PT15M
ATTENDEE:mailto:of-the-alarm@elders.example
END:VALARM
END:VEVENT
END:VCALENDAR
""")


REPLIES = {"outlook": outlook, "google": google, "apple": apple, "thunderbird": thunderbird}
COUNTERS = {"outlook": outlook_counter, "google": google_counter}
