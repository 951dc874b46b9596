from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.calendar.itip import MOST_CHARACTERS, ItipReply, ReplyProblem, parse_reply
from tests.calendar_replies import COUNTERS, REPLIES, STAMPED, Said, google, outlook, outlook_counter

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UID = "3f2c9a40-5b1e-4f0e-9d7c-0c8d0f6f2a11@spreekuur.oostmeer.example"
SENDER = "sevda@kandidaat.example"
SAID = Said(uid=UID, attendee=SENDER)
ACCEPTED = ItipReply(
    uid=UID,
    sequence=0,
    stamped_at=STAMPED,
    attendee=SENDER,
    partstat="ACCEPTED",
    proposed_starts_at=None,
    proposed_ends_at=None,
    comment="",
)
PROPOSED = replace(SAID, starts_at=datetime(2026, 12, 3, 9, 0, tzinfo=UTC), local="20261203T100000")


def read_from(text, sender=SENDER, method=""):
    return parse_reply(text, zone=AMSTERDAM, sender=sender, method=method)


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
@pytest.mark.parametrize("program", REPLIES)
def test_reply_parses_the_same_from_every_client(program, partstat):
    said = replace(SAID, partstat=partstat, sequence=4)

    assert read_from(REPLIES[program](said)) == replace(ACCEPTED, partstat=partstat, sequence=4)


@pytest.mark.parametrize("program", COUNTERS)
def test_counter_has_the_proposed_time(program):
    moment = {
        "proposed_starts_at": datetime(2026, 12, 3, 9, 0, tzinfo=UTC),
        "proposed_ends_at": datetime(2026, 12, 3, 9, 20, tzinfo=UTC),
    }

    assert read_from(COUNTERS[program](PROPOSED)) == replace(ACCEPTED, partstat="TENTATIVE", **moment)


@pytest.mark.parametrize("program", ["outlook", "google"])
def test_reply_has_the_comment(program):
    said = replace(SAID, comment="Het kan ook om elf uur")

    assert read_from(REPLIES[program](said)) == replace(ACCEPTED, comment="Het kan ook om elf uur")


@pytest.mark.parametrize(
    "name",
    ["Aylin: privé", "Yildiz, Aylin", '"Aylin: privé"', "mailto:iemand@elders.example", "a:b;X-NOTE=c:d", "12:30 uur"],
)
def test_a_name_with_a_colon_does_not_hide_the_answer(name):
    line = f"ATTENDEE;CN={name};PARTSTAT=DECLINED:mailto:{SENDER}"
    event = f"BEGIN:VEVENT\nUID:{UID}\nSEQUENCE:0\nDTSTAMP:{STAMPED:%Y%m%dT%H%M%SZ}\n{line}\nEND:VEVENT"

    assert read_from(f"BEGIN:VCALENDAR\nMETHOD:REPLY\n{event}\nEND:VCALENDAR") == replace(ACCEPTED, partstat="DECLINED")


def test_comment_is_unescaped():
    assert read_from(outlook(replace(SAID, comment=r"Ja\, graag\nTot dan"))).comment == "Ja, graag\nTot dan"


ODD = {
    "partstat in small letters": lambda text: text.replace("PARTSTAT=ACCEPTED", "partstat=accepted"),
    "mailto in capitals": lambda text: text.replace("mailto:sevda", "MAILTO:Sevda"),
    "no mailto": lambda text: text.replace("mailto:sevda", "sevda"),
    "brackets": lambda text: text.replace("mailto:sevda@kandidaat.example", "mailto:<sevda@kandidaat.example>"),
    "escaped like in an address of the web": lambda text: text.replace("sevda@", "sevda%40"),
    "names small": lambda text: text.replace("METHOD", "method").replace("UID", "uid").replace("BEGIN", "begin"),
    "line feeds alone": lambda text: text.replace("\r\n", "\n"),
    "a name that ends too early": lambda text: text.replace("CN=Sevda Aydin", 'CN="Sevda; "'),
    "for one time of a series": lambda text: text.replace("UID:", "RECURRENCE-ID:20261124T093000Z\r\nUID:"),
    "a line that is none": lambda text: text.replace("UID:", "???\r\nUID:"),
    "zero bytes": lambda text: text.replace("UID:", "\0UID:"),
    "cut off": lambda text: text.replace("END:VEVENT\r\nEND:VCALENDAR\r\n", ""),
    "others beside": lambda text: text.replace(
        "ATTENDEE;", "ATTENDEE;PARTSTAT=DECLINED:mailto:youssef@oostmeer.example\r\nATTENDEE;", 1
    ),
}


@pytest.mark.parametrize("change", ODD)
def test_reply_parses_in_spite_of_deviations(change):
    assert read_from(ODD[change](google(SAID))) == ACCEPTED


def test_missing_sequence_is_none():
    assert read_from(google(SAID).replace("SEQUENCE:0\r\n", "")) == replace(ACCEPTED, sequence=None)


@pytest.mark.parametrize(
    ("text", "method", "expected"),
    [
        (google(SAID).replace("METHOD:REPLY\r\n", ""), "REPLY", ACCEPTED),
        (google(SAID).replace("METHOD:REPLY\r\n", ""), "", ACCEPTED),
        (google(SAID).replace("METHOD:REPLY\r\n", ""), "request", ReplyProblem.OTHER_METHOD),
        (google(SAID).replace("METHOD:REPLY", "METHOD:REFRESH"), "REPLY", ReplyProblem.OTHER_METHOD),
    ],
)
def test_method_may_come_from_the_content_type(text, method, expected):
    assert read_from(text, method=method) == expected


UNREAD = [
    ("", ReplyProblem.NO_CALENDAR),
    ("Ja hoor, prima\n", ReplyProblem.NO_CALENDAR),
    ("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", ReplyProblem.NO_EVENT),
    (google(SAID) + google(replace(SAID, uid="other")), ReplyProblem.NO_EVENT),
    (google(SAID).replace("UID:", "X-UID:"), ReplyProblem.NO_EVENT),
    (google(SAID).replace("SEQUENCE:0", "SEQUENCE:-1"), ReplyProblem.NO_SEQUENCE),
    (google(SAID).replace("SEQUENCE:0", "SEQUENCE:99999999999999999999"), ReplyProblem.NO_SEQUENCE),
    (google(SAID).replace("ATTENDEE;", "X-ATTENDEE;"), ReplyProblem.NO_ATTENDEE),
    (google(SAID).replace("mailto:sevda@kandidaat.example", "urn:uuid:1"), ReplyProblem.NO_ATTENDEE),
    (google(replace(SAID, partstat="DELEGATED")), ReplyProblem.NO_ANSWER),
    (google(replace(SAID, partstat="NEEDS-ACTION")), ReplyProblem.NO_ANSWER),
    (outlook_counter(PROPOSED).replace("DTSTART", "X-DTSTART"), ReplyProblem.NO_MOMENT),
    (outlook_counter(replace(PROPOSED, local="20261203")), ReplyProblem.NO_MOMENT),
    (outlook_counter(replace(PROPOSED, local="00010101T000000")), ReplyProblem.NO_MOMENT),
    (outlook_counter(replace(PROPOSED, local="20261399T100000")), ReplyProblem.NO_MOMENT),
    ("BEGIN:VCALENDAR\n" + "X" * MOST_CHARACTERS, ReplyProblem.TOO_LONG),
    ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 15_000, ReplyProblem.NO_EVENT),  # within each other
]


@pytest.mark.parametrize(("text", "reason"), UNREAD)
def test_unusable_reply_gives_a_reason(text, reason):
    assert read_from(text) == reason


def test_reply_with_several_attendees_needs_the_sender_among_them():
    assert read_from(ODD["others beside"](google(SAID)), sender="iemand@elders.example") == ReplyProblem.NO_ATTENDEE


UTC_ONLY = "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0000\nEND:STANDARD\n"
ZONES = [
    ("W. Europe Standard Time", "", datetime(2026, 12, 3, 9, 0, tzinfo=UTC)),
    ('"Europe/Amsterdam"', "", datetime(2026, 12, 3, 9, 0, tzinfo=UTC)),
    ("/freeassociation.sourceforge.net/America/Paramaribo", "", datetime(2026, 12, 3, 13, 0, tzinfo=UTC)),
    ('"tzone://Microsoft/Utc"', UTC_ONLY, datetime(2026, 12, 3, 10, 0, tzinfo=UTC)),
    ("Customized Time Zone", None, datetime(2026, 12, 3, 9, 0, tzinfo=UTC)),  # defined with our own offsets
    ("Customized Time Zone", "BEGIN:STANDARD\nTZOFFSETTO:-2500\nEND:STANDARD\n", ReplyProblem.NO_MOMENT),
    ("Nergens/Niets", "", ReplyProblem.NO_MOMENT),
    ("../../etc/passwd", "", ReplyProblem.NO_MOMENT),
    ("Europe", "", ReplyProblem.NO_MOMENT),
]


@pytest.mark.parametrize(("name", "definition", "expected"), ZONES)
def test_a_zone_is_known_by_its_name_or_by_its_offsets(name, definition, expected):
    text = outlook_counter(PROPOSED).replace("\r\n ", "").replace("TZID=W. Europe Standard Time", f"TZID={name}")
    text = text.replace("TZID:W. Europe Standard Time", f"TZID:{name}")
    if definition is not None:
        before, _, after = text.partition("BEGIN:STANDARD")
        text = before + definition.replace("\n", "\r\n") + "END:VTIMEZONE" + after.partition("END:VTIMEZONE")[2]

    found = read_from(text)

    assert (found if isinstance(found, ReplyProblem) else found.proposed_starts_at) == expected


def test_floating_time_is_in_the_given_zone():
    text = outlook_counter(PROPOSED).replace("\r\n ", "").replace(";TZID=W. Europe Standard Time", "")

    assert read_from(text).proposed_starts_at == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


LINES = st.sampled_from(
    [*google(SAID).split("\r\n"), *outlook_counter(PROPOSED).split("\r\n"), "BEGIN:", "END", ";:", 'A;B="', " ", "\0"]
)


@given(st.lists(LINES | st.text(max_size=40), max_size=30).map("\r\n".join) | st.text(max_size=300), st.text())
def test_no_text_raises_an_exception(text, sender):
    assert isinstance(read_from(text, sender=sender), ItipReply | ReplyProblem)
