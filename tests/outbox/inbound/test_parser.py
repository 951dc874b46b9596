"""Mails read as values. The calendar parts are as Outlook, Gmail and Apple are documented to write them (RFC 6047, 2.4
and 3.2, rfc-editor.org/rfc/rfc6047; MS-OXCICAL, learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcical)."""

import email.message
from base64 import b64encode
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox.inbound.classify import is_delivery_report
from outbox.inbound.parser import MAX_PARAMETERS, parse_mail
from outbox.inbound.size_limit import trim
from outbox.reply_addresses import reply_address
from tests.outbox.inbound.samples import REPLY, SEVDA, calendar_mail, mail, parts

OURS = "booking:1"
WHOLE = calendar_mail(to="antwoord@oostmeer.example")
TEXT = "Content-Type: text/plain; charset=utf-8"


def values_of(raw, *names, to=""):
    found = parse_mail(trim(BytesIO(raw)), to=to)
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
def test_a_calendar_reply_is_read_in_any_character_set(said, content):
    found = values_of(calendar_mail(content, said=said), "calendar", "text", "is_cut", "about", "sender")

    assert found == (REPLY, "Sorry, ik ben ziek.", False, OURS, SEVDA)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_a_calendar_object_that_is_no_reply_is_an_attachment(method):
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
def test_the_text_of_a_mail(raw, text, is_cut):
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
def test_a_broken_mail_is_read_as_far_as_possible(raw, text):
    assert values_of(raw(), "text", "about", "sender") == (text, OURS, SEVDA)


def test_a_mail_of_a_thousand_parts_is_read_up_to_a_limit():
    raw = parts((TEXT, "Hoi."), *[("Content-Type: image/png", "x")] * 1000)

    assert values_of(raw, "text", "is_cut", "about") == ("Hoi.", True, OURS)


@pytest.mark.parametrize("raw", [b"", b"\0" * 1000, b"\r\n\r\n", b"\xff\xfe" * 500, b"Hoi", b":\r\n:\r\n\r\nx"])
def test_random_bytes_have_no_sender_and_no_subject(raw):
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
def test_the_sender_of_a_mail(said, sender):
    assert values_of(mail(**{"from": said}), "sender") == (sender,)


def test_a_line_break_in_a_subject_stays_on_its_line():
    raw = mail(subject="=?utf-8?q?Ziek=0D=0ABcc=3A_iemand=40elders.example?=")

    assert values_of(raw, "subject") == ("Ziek Bcc: iemand@elders.example",)


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Vraag over mijn carrière".encode(), "Vraag over mijn carrière"),
        ("Vraag over mijn carrière".encode("cp1252"), "Vraag over mijn carrière"),
        ("Café €5".encode("cp1252"), "Café €5"),
        ("Één =?utf-8?q?tw=C3=A9?= =?utf-8?q?e?= drie".encode(), "Één twée drie"),
        ("Großstraße ÿ".encode("cp1252"), "Großstraße ÿ"),
    ],
)
def test_a_subject_of_bytes_without_encoding_is_read(raw, subject):
    content = mail(subject="SUBJECT").replace(b"SUBJECT", raw)

    assert values_of(content, "subject") == (subject,)


def test_a_calendar_reply_in_a_forwarded_message_is_found():
    forwarded = parts(("Content-Type: text/plain", "Zie bijlage"), ("Content-Type: message/rfc822", calendar_mail()))

    assert values_of(forwarded, "calendar", "text") == (REPLY, "Zie bijlage")


@pytest.mark.parametrize("name", ["delivered_to", "x_original_to", "envelope_to", "x_forwarded_to", "cc"])
def test_the_reply_address_is_found_in_every_header_that_servers_use(name):
    """Postfix virtual(8) and local(8), postfix.org; Exim's envelope_to_add, exim.org; Gmail's X-Forwarded-To."""
    raw = mail(to="Iemand <iemand@elders.example>", **{name: f"<{reply_address('booking:7')}>"})

    assert values_of(raw, "about") == ("booking:7",)


def test_the_envelope_recipient_precedes_the_headers():
    raw = mail(to="undisclosed-recipients:;")

    assert values_of(raw, "about", to=reply_address("booking:8")) == ("booking:8",)


ANSWER = "Ik kom wat later.\n\nGroet, Sevda\n\n"
ASKED = [f"regel {number}" for number in range(1, 9)]


@pytest.mark.parametrize(
    "mark",
    [
        "Op ma 23 nov 2026 om 09:00 schreef Marit de Wit <loopbaan@oostmeer.example>:\n",
        "On Mon, Nov 23, 2026 at 9:00 AM Marit <loopbaan@oostmeer.example> wrote:\n",
    ],
)
def test_text_that_is_marked_as_quoted_is_shortened(mark):
    raw = mail(ANSWER + mark + "\n".join(f"> {line}" for line in ASKED))

    assert values_of(raw, "text") == (ANSWER + mark + "> regel 1\n> regel 2\n> regel 3\n> regel 4\n[...]",)


QUOTED = "\n".join(f"> {line}" for line in ASKED)
WROTE = "Op 23-11-2026 om 09:00 schreef Marit de Wit:"
LETTER = "\n".join(ASKED)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"{WROTE}\n{QUOTED}\n\nIk kan niet.", ["Ik kan niet."]),
        (f"Goedemorgen,\n\n{WROTE}\n{QUOTED}\n\nIk kan niet.\nKan het later?", ["Ik kan niet.", "Kan het later?"]),
        (f"Zie hieronder.\n\n{WROTE}\n{QUOTED}\nDat lukt niet.\n{QUOTED}\nEen tolk graag.", ["Dat lukt niet.", "tolk"]),
        (f"Dag,\n\n{WROTE}\n{LETTER}\n\nIk kan niet.", ["Ik kan niet."]),  # a program that marks no quotes
        (f"Dag,\n{'_' * 32}\nVan: Marit\nVerzonden: maandag\n{LETTER}\nDonderdag dan?", ["Donderdag dan?"]),  # Outlook
        ("Ik kan niet op:\nVan: maandag\nTot: vrijdag\na\nb\nc\nDaarna wel.", ["Van: maandag", "Daarna wel."]),
        (
            f"Mijn gegevens:\n{'_' * 24}\nnaam\nadres\nplaats\nland\ntelefoon\nBel me maar.",
            ["telefoon", "Bel me maar."],
        ),
        (f"Kijk eens.\n\n---- Doorgestuurd bericht ----\nVan: HR\n\n{LETTER}", ["Kijk eens.", "regel 1", "regel 8"]),
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_every_word_of_the_writer_remains(body, words, kind):
    said = (
        body
        if kind == "text/plain"
        else "".join(f"<div>{line.replace('>', '&gt;')}</div>" for line in body.split("\n"))
    )

    [text] = values_of(mail(said, content_type=f"{kind}; charset=utf-8"), "text")

    assert [word for word in words if word not in text] == []


def test_a_very_long_text_is_cut():
    text, is_cut = values_of(mail("woord " * 5000), "text", "is_cut")

    assert (len(text) < 20_100, text.endswith("[...]"), is_cut) == (True, True, True)


@pytest.mark.parametrize(
    "piece", ["<a ", "<a x='", "<!--", "<![", "</", "<?", "&", "<script>", "<div style='padding:9em'>a<br>"]
)
def test_html_that_a_parser_takes_minutes_for_is_read_in_one_pass(piece):
    """HTMLParser of the standard library needs quadratic time for several of these; it would hang a worker."""
    [text] = values_of(mail("Hoi.<br>" + piece * (500_000 // len(piece)), content_type="text/html"), "text")

    assert text.startswith("Hoi.")


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
def test_the_parser_of_python_gets_no_long_parameters(raw, monkeypatch):
    """It takes quadratic time: a mail of 150 KB took longer than a task may."""
    given, parse = [], email.message._parseparam
    monkeypatch.setattr(email.message, "_parseparam", lambda header: given.append(len(str(header))) or parse(header))

    is_delivery_report(parse_mail(trim(BytesIO(raw()))))

    assert 0 < max(given) <= MAX_PARAMETERS


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
def test_a_mail_with_random_changes_is_read(changes):
    raw = WHOLE
    for place, length, bit in changes:
        raw = raw[:place] + bit + raw[place + length :]

    values = values_of(raw, "sender", "subject", "text", "calendar")

    assert not any("\0" in value for value in values)
    assert "\n" not in values[1]
