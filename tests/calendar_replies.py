"""Replies of calendar programs to our invites, written by us after their documentation.

None comes from a live account. Each names the source of its format.
"""

import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from tests.calendar_samples import zone

LENGTH = timedelta(minutes=20)
LOCAL = "%Y%m%dT%H%M%S"
STAMPED = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Said:
    """Content of a reply, whatever program writes it; `local` is the start time in Amsterdam."""

    uid: str
    attendee: str
    organiser: str = "antwoord@oostmeer.example"
    name: str = "Sevda Aydin"
    partstat: str = "ACCEPTED"
    sequence: int = 0
    stamped_at: datetime = STAMPED
    starts_at: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # of the booking, or the proposed start
    local: str = "20261124T103000"
    comment: str = ""


def ends_of(said):
    """End time in Amsterdam; an invalid start as it is."""
    try:
        return f"{datetime.strptime(said.local, LOCAL) + LENGTH:{LOCAL}}"
    except ValueError:
        return said.local


def lines(text):
    """Fold lines at 75 octets and end them with CRLF (RFC 5545, 3.1)."""
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
DTEND;TZID=W. Europe Standard Time:{ends_of(said)}
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
    """Gmail and Google Calendar: times in UTC, all guests, and the remark in X-RESPONSE-COMMENT.

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
DTEND:{utc(said.starts_at + LENGTH)}
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
DTEND;TZID=Europe/Amsterdam:{ends_of(said)}
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
DTEND:{utc(said.starts_at + LENGTH)}
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


def _encoded(text):
    return "\r\n".join(wrap(base64.b64encode(text.encode()).decode(), 76)) + "\r\n"


def _parts(boundary, *parts):
    return "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"


def outlook_mail(text, said):
    """Exchange: an alternative of text and the object, in base64 (MS-ASCMD 4.16.1.2 and MS-OXCMAIL 2.1.3.2 on
    learn.microsoft.com; github.com/linagora/tmail-backend/issues/1064 on the parameter of the Content-Type)."""
    alternatives = _parts(
        "_000_AM0",
        'Content-Type: text/plain; charset="us-ascii"\r\n\r\n',
        'Content-Type: text/html; charset="us-ascii"\r\n\r\n<html><body></body></html>',
        'Content-Type: text/calendar; charset="utf-8"; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + _encoded(text),
    )
    return _mail(
        said,
        'Content-Type: multipart/alternative; boundary="_000_AM0"',
        "Subject: Geweigerd: Gesprek met Youssef Benali",
        "X-MS-Has-Attach:",
        "Content-Class: urn:content-classes:calendarmessage",
        body=alternatives,
    )


def google_mail(text, said):
    """Gmail: automatic mail in the name of the attendee, who is From and Reply-To; the object twice.

    An "Accepted:" of Google with its headers stands in the tests of more than one open source reader of mail, found by
    the words "Sender: Google Calendar <calendar-notification@google.com>" and "Auto-Submitted: auto-generated".
    """
    alternatives = _parts(
        "alt",
        'Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\r\n\r\nSevda heeft geantwoord.',
        'Content-Type: text/html; charset="UTF-8"\r\n\r\n<p>Sevda heeft geantwoord.</p>',
        'Content-Type: text/calendar; charset="UTF-8"; method=REPLY\r\nContent-Transfer-Encoding: 7bit\r\n\r\n' + text,
    )
    attachment = (
        'Content-Type: application/ics; name="invite.ics"\r\nContent-Disposition: attachment; filename="invite.ics"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n" + _encoded(text)
    )
    body = _parts("mixed", f'Content-Type: multipart/alternative; boundary="alt"\r\n\r\n{alternatives}', attachment)
    return _mail(
        said,
        'Content-Type: multipart/mixed; boundary="mixed"',
        f"Reply-To: {said.attendee}",
        "Sender: Google Calendar <calendar-notification@google.com>",
        "Auto-Submitted: auto-generated",
        "Subject: Afgewezen: Gesprek @ di 24 nov. 2026 10:30",
        body=body,
    )


def apple_mail(text, said):
    """Mail of macOS: text, and the object as a part with a file name (RFC 6047, 4.2 has the same shape)."""
    part = (
        "Content-Type: text/calendar; charset=utf-8; method=REPLY; name=iCal-20261123-103000.ics\r\n"
        "Content-Disposition: attachment; filename=iCal-20261123-103000.ics\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + text.replace("=", "=3D")
    )
    body = _parts("Apple-Mail-1", "Content-Type: text/plain; charset=utf-8\r\n\r\nSevda heeft geantwoord.", part)
    return _mail(said, 'Content-Type: multipart/mixed; boundary="Apple-Mail-1"', "Subject: Gesprek", body=body)


def thunderbird_mail(text, said):
    """As calendar/itip/CalItipEmailTransport.sys.mjs writes it (github.com/mozilla/releases-comm-central)."""
    alternatives = _parts(
        "Boundary_(ID_ry)",
        "Content-type: text/plain; charset=UTF-8\r\nContent-transfer-encoding: 8BIT\r\n\r\nSevda heeft geantwoord.",
        f"Content-type: text/calendar; method=REPLY; charset=UTF-8\r\nContent-transfer-encoding: 8BIT\r\n\r\n{text}",
    )
    attachment = (
        "Content-type: application/ics; name=invite.ics\r\nContent-transfer-encoding: 8BIT\r\n"
        f"Content-disposition: attachment; filename=invite.ics\r\n\r\n{text}"
    )
    inner = f'Content-type: multipart/alternative; boundary="Boundary_(ID_ry)"\r\n\r\n{alternatives}'
    body = _parts("Boundary_(ID_qy)", inner, attachment)
    return _mail(said, 'Content-type: multipart/mixed; boundary="Boundary_(ID_qy)"', "Subject: Gesprek", body=body)


def _mail(said, *headers, body):
    head = (
        f"From: {said.name} <{said.attendee}>",
        f"To: Marit de Wit <{said.organiser}>",
        "Date: Mon, 23 Nov 2026 10:30:00 +0100",
        f"Message-ID: <{said.sequence}.{said.partstat}.{utc(said.stamped_at)}@kandidaat.example>",
        "MIME-Version: 1.0",
        *headers,
    )
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


MAILS = {
    "outlook": (outlook, outlook_mail),
    "google": (google, google_mail),
    "apple": (apple, apple_mail),
    "thunderbird": (thunderbird, thunderbird_mail),
}
