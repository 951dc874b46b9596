"""Mails read as values. The calendar parts are as Outlook, Gmail and Apple are documented to write them (RFC 6047, 2.4
and 3.2, rfc-editor.org/rfc/rfc6047; MS-OXCICAL, learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcical)."""

import email.message
from base64 import b64encode
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox.inbound.classify import is_report
from outbox.inbound.parser import LONGEST_PARAMETERS, read
from outbox.inbound.size_limit import trim
from outbox.reply_addresses import address_about
from tests.outbox.inbound.samples import REPLY, SEVDA, calendar_mail, mail, parts

OURS = "booking:1"
WHOLE = calendar_mail(to="antwoord@oostmeer.example")
TEXT = "Content-Type: text/plain; charset=utf-8"


def values_of(raw, *names, to=""):
    found = read(trim(BytesIO(raw)), to=to)
    return tuple(getattr(found, name) for name in names)


def encoded(text, charset):
    return b64encode(text.encode(charset))


@pytest.mark.parametrize(
    ("said", "content"),
    [
        ("text/calendar; charset=utf-8; method=REPLY", REPLY),
        ('text/calendar; charset="UTF-8"; method="reply"', REPLY.replace("\n", "\r\n")),
        ("text/calendar; method=REPLY; charset=us-ascii", REPLY),  # says less than is in it
        ("text/calendar; charset=utf-8; method=REPLY", REPLY.encode("cp1252")),
        ("text/calendar; charset=iso-8859-1", REPLY.encode("latin-1")),
        ("text/calendar; charset=utf-16; method=REPLY", REPLY.encode("utf-16")),
        ("text/calendar; charset=utf-8; method=REPLY", REPLY.encode("utf-16-le")),
        ("text/calendar; charset=onbekend; method=REPLY", REPLY),
        ("text/calendar; charset=punycode; method=REPLY", REPLY),
        ("text/calendar; charset=base64; method=REPLY", REPLY),
        ("text/calendar; method=REPLY\r\nContent-Transfer-Encoding: base64", encoded(REPLY, "utf-8")),
        ('application/ics; name="invite.ics"\r\nContent-Disposition: attachment', REPLY),
        ('application/octet-stream; name="Antwoord.ICS"', REPLY),
        ("text/calendar; method=REPLY", REPLY.replace("BEGIN:VEVENT", "\0BEGIN:VEVENT")),
    ],
)
def test_an_answer_of_a_calendar_is_read_whatever_it_says_of_its_characters(said, content):
    found = values_of(calendar_mail(content, said=said), "calendar", "text", "is_cut", "about", "sender")

    assert found == (REPLY, "Sorry, ik ben ziek.", False, OURS, SEVDA)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_a_calendar_object_that_does_not_answer_is_an_attachment(method):
    content = REPLY.replace("METHOD:REPLY", f"METHOD:{method}")
    raw = calendar_mail(content, said=f"application/ics; method={method}\r\nContent-Disposition: attachment")

    assert values_of(raw, "calendar", "text", "is_cut") == ("", "Sorry, ik ben ziek.", True)


@pytest.mark.parametrize(
    ("raw", "text", "is_cut"),
    [
        (lambda: mail("Hoi.\r\n"), "Hoi.", False),
        (lambda: mail(""), "", False),
        (lambda: mail("Café", content_type="text/plain; charset=utf-8"), "Café", False),
        (lambda: mail("Café".encode("latin-1"), content_type="text/plain; charset=utf-8"), "Café", False),
        (lambda: mail("Café".encode("latin-1"), content_type=None), "Café", False),
        (lambda: mail(b"a\0b\x1b[31m\x80\xff"), "ab[31m€ÿ", False),
        (
            lambda: mail("<p>Ik ben <b>ziek</b>.</p><script>x()</script>", content_type="text/html"),
            "Ik ben ziek.",
            False,
        ),
        (lambda: parts((TEXT, ""), ("Content-Type: text/html", "<p>Hoi")), "Hoi", False),
        (lambda: parts(("Content-Type: application/pdf; name=cv.pdf", "x")), "", True),
        (lambda: parts((TEXT, "Zie bijlage."), ("Content-Type: image/png", "x")), "Zie bijlage.", True),
        (lambda: parts((f"{TEXT}\r\nContent-Disposition: attachment", "Mijn cv")), "", True),
        # RFC 8551, 3.4.3.3 and 3.2: signed, and enveloped
        (lambda: parts((TEXT, "Getekend."), ("Content-Type: application/pkcs7-signature", "x")), "Getekend.", False),
        (lambda: mail("MIIB", content_type="application/pkcs7-mime; smime-type=enveloped-data"), "", True),
        (lambda: parts((TEXT, "Kijk."), ("Content-Type: message/rfc822", "Subject: x\r\n\r\ny")), "Kijk.", True),
    ],
)
def test_the_words_of_a_mail(raw, text, is_cut):
    assert values_of(raw(), "text", "is_cut") == (text, is_cut)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (lambda: parts((TEXT, "Hoi.")).partition(b"--grens--")[0], "Hoi."),  # no end
        (
            lambda: parts(("X: y", "Hoi."), boundary="een").replace(b"--een\r\n", b"--1\r\n"),
            "--1\nX: y\n\nHoi.",
        ),
        (lambda: mail("Hoi.", content_type='multipart/mixed; boundary=""'), "Hoi."),
        (lambda: mail("Hoi.", content_type="multipart/mixed"), "Hoi."),
        (lambda: mail("=?x", content_type="text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64"), "=?x"),
        (lambda: mail("Hoi.", content_type="text/plain; charset*=x'y"), "Hoi."),
        (lambda: mail("Hoi.", content_type="text/plain; charset*0=u; charset*=x''y"), "Hoi."),
        (lambda: mail("Hoi.", content_type="message/rfc822"), ""),
    ],
)
def test_of_a_broken_mail_is_read_what_can_be_read(raw, text):
    assert values_of(raw(), "text", "about", "sender") == (text, OURS, SEVDA)


def test_a_mail_of_a_thousand_parts_is_read_up_to_a_limit():
    raw = parts((TEXT, "Hoi."), *[("Content-Type: image/png", "x")] * 1000)

    assert values_of(raw, "text", "is_cut", "about") == ("Hoi.", True, OURS)


@pytest.mark.parametrize("raw", [b"", b"\0" * 1000, b"\r\n\r\n", b"\xff\xfe" * 500, b"Hoi", b":\r\n:\r\n\r\nx"])
def test_what_is_hardly_a_mail_has_no_sender_and_is_about_nothing(raw):
    assert values_of(raw, "sender", "about", "calendar") == ("", "", "")


@pytest.mark.parametrize(
    ("said", "sender"),
    [
        (f"{SEVDA}", SEVDA),
        (f"Sevda <{SEVDA}>", SEVDA),
        (f"=?utf-8?q?Sevda_=0D=0ABcc=3A_x=40y.example?= <{SEVDA}>", SEVDA),
        (f"=?utf-8?b?PGFAYi5leGFtcGxlPg==?= <{SEVDA}>", SEVDA),  # a name that looks like an address
        (f"Sevda\r\n Aydin <{SEVDA}>", SEVDA),
        (f'"Aydin, Sevda" <{SEVDA}>', SEVDA),
        ("Sevda <geen adres>", ""),
        ("<>", ""),
        (f"{'a' * 250}@x.example", ""),
        ("(" * 5000 + SEVDA, SEVDA),
    ],
)
def test_who_a_mail_is_from(said, sender):
    assert values_of(mail(**{"from": said}), "sender") == (sender,)


def test_a_line_break_in_a_subject_stays_on_its_line():
    raw = mail(subject="=?utf-8?q?Ziek=0D=0ABcc=3A_iemand=40elders.example?=")

    assert values_of(raw, "subject") == ("Ziek Bcc: iemand@elders.example",)


@pytest.mark.parametrize("name", ["delivered_to", "x_original_to", "envelope_to", "x_forwarded_to", "cc"])
def test_our_address_is_found_wherever_a_server_writes_it(name):
    """Postfix virtual(8) and local(8), postfix.org; Exim's envelope_to_add, exim.org; Gmail's X-Forwarded-To."""
    raw = mail(to="Iemand <iemand@elders.example>", **{name: f"<{address_about('booking:7')}>"})

    assert values_of(raw, "about") == ("booking:7",)


def test_to_whom_it_came_goes_before_what_its_writer_wrote():
    raw = mail(to="undisclosed-recipients:;")

    assert values_of(raw, "about", to=address_about("booking:8")) == ("booking:8",)


ANSWER = "Ik kom wat later.\n\nGroet, Sevda\n\n"
ASKED = [f"regel {number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    ("mark", "prefix"),
    [
        ("Op ma 23 nov 2026 om 09:00 schreef Marit de Wit <loopbaan@oostmeer.example>:\n", "> "),
        ("On Mon, Nov 23, 2026 at 9:00 AM Marit <loopbaan@oostmeer.example> wrote:\n", "> "),
        ("-----Oorspronkelijk bericht-----\n", ""),
        ("________________________________\n", ""),
        ("Van: Marit de Wit <loopbaan@oostmeer.example>\n", ""),
    ],
)
def test_what_a_mail_answers_is_kept_short(mark, prefix):
    raw = mail(ANSWER + mark + "\n".join(prefix + line for line in ASKED))

    [text] = values_of(raw, "text")

    assert text.startswith(ANSWER.strip())
    assert text.endswith("[...]")
    assert "regel 2" in text
    assert "regel 6" not in text


def test_a_very_long_text_is_cut():
    text, is_cut = values_of(mail("woord " * 5000), "text", "is_cut")

    assert (len(text) < 8100, text.endswith("[...]"), is_cut) == (True, True, True)


LONG = 'x="' + ";" * 30_000


@pytest.mark.parametrize(
    "raw",
    [
        lambda: mail("Hoi.", content_type=f"text/plain; {LONG}"),
        lambda: mail("Hoi.", content_type="text/plain; " + LONG.replace(";", ";\r\n ")),
        lambda: mail("Hoi.", content_type=f"text/plain; é; {LONG}"),
        lambda: mail("Hoi.", content_disposition=f"inline; {LONG}"),
        lambda: parts((TEXT, "Hoi."), content_type=f"multipart/mixed; {LONG[:2000]}"),
        lambda: mail("Hoi.", content_type=f"multipart/report; {LONG}"),
        lambda: parts((f"Content-Disposition: inline; {LONG[:15_000]}", "Hoi.")),
    ],
)
def test_python_is_not_given_more_parameters_than_anybody_writes(raw, monkeypatch):
    """It looks at all of them again for every semicolon: a mail of 150 KB took longer than a task may."""
    given, parse = [], email.message._parseparam
    monkeypatch.setattr(email.message, "_parseparam", lambda header: given.append(len(str(header))) or parse(header))

    is_report(read(trim(BytesIO(raw()))))

    assert 0 < max(given) <= LONGEST_PARAMETERS


SHRAPNEL = [
    b"=?utf-8?q?",
    b"?=",
    b'"',
    b"\r\n",
    b"--grens",
    b"boundary=",
    b"charset=",
    b"*0*=",
    b"<",
    b"(",
    b"\0",
    b"\xff",
]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 9), st.sampled_from(SHRAPNEL)), min_size=1, max_size=9))
@settings(max_examples=300)
def test_whatever_is_done_to_a_mail_it_is_read(changes):
    raw = WHOLE
    for place, length, bit in changes:
        raw = raw[:place] + bit + raw[place + length :]

    words = values_of(raw, "sender", "subject", "text", "calendar")

    assert not any("\0" in word for word in words)
    assert "\n" not in words[1]
