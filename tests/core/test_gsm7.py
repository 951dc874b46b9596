import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.formatting import one_line
from core.gsm7 import BASIC, EXTENSION, fits, is_readable, normalise, segments, septets
from tests.sms_oracles import counted_by_twilio

# 3GPP TS 23.038 V17, table of 6.2.1, by code; 0x1B is the escape to the extension table.
TABLE = [
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
]


def test_the_alphabet_is_that_of_the_standard():
    alphabet = "".join(TABLE)

    assert len(alphabet) == 128
    assert set(alphabet) - {"\x1b"} == BASIC
    assert {"\f", "^", "{", "}", "\\", "[", "~", "]", "|", "€"} == EXTENSION


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë", "Zoe"),
        ("Yıldız", "Yildiz"),
        ("Ayşe Çelik", "Ayse Çelik"),  # the alphabet has Ç but not ç
        ("Gonçalo", "Goncalo"),
        ("Łukasz Wałęsa", "Lukasz Walesa"),
        ("Nguyễn Thị Đào", "Nguyen Thi Dào"),
        ("Þórður Straße Bjørn Åse", "Thordur Straße Bjørn Åse"),
        ("Sørensen, André, Müller, Peña, Òscar", "Sørensen, André, Müller, Peña, Oscar"),
        ("e\u0301e\u0308", "ée"),  # combining marks
        ("Œuvre ĳs ﬁets", "OEuvre ijs fiets"),
        ("‘s avonds’ “ja” „nee” «oui»", '\'s avonds\' "ja" "nee" "oui"'),
        ("9–12 uur — of later…", "9-12 uur - of later..."),
        ("kamer\u00a02,\u202f3", "kamer 2, 3"),
        ("kom 👩‍🔬 langs 🎉", "kom langs"),
        ("نور Noor Нур", "Noor"),
        ("½ m²", "1/2 m2"),
        ("Ɓala Ɗan Ƙasa Ɛsi Ɔkɔfɛ ɓɗƙ", "Bala Dan Kasa Esi Okofe bdk"),
        ("ＡＢＣ", "ABC"),
        ("a\tb\x00c\r\nd", "a bc\nd"),
        ("€ 5 [a]", "€ 5 [a]"),
        ("https://o.example/a_b~c?d=1&e=2", "https://o.example/a_b~c?d=1&e=2"),
    ],
)
def test_normalise_keeps_the_alphabet_and_replaces_the_rest(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *[(name, True) for name in ("Zoë", "Nguyễn Thị Đào", "Ɛsi Ɔkɔfɛ", "李 Wei", "O'Neill", "Jo")],
        *[(name, False) for name in ("Γιώργος Παπαδόπουλος", "ΓΙΩΡΓΟΣ", "Ольга Ким", "محمد علي", "Ольга Smit", "")],
    ],
)
def test_is_readable_when_most_letters_survive(name, expected):
    assert is_readable(name) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("éèàöüä", 6), ("€", 2), ("[~]", 6), ("\n", 1), ("a" * 161, 161)],
)
def test_septets_counts_the_extension_double(text, expected):
    assert septets(text) == expected


@pytest.mark.parametrize("text", ["Zoë", "ç", "á", "’", "🎉", "\u00a0", "\x1b", "`"])
def test_septets_refuses_characters_outside_the_alphabet(text):
    with pytest.raises(ValueError, match="not in GSM-7"):
        septets(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("a" * 160, True), ("a" * 161, False), ("€" * 80, True), ("€" * 81, False)]
)
def test_fits_is_one_message(text, expected):
    assert fits(text) is expected


@given(st.text())
@example("\ud800")
def test_septets_counts_any_normalised_text(text):
    written = normalise(text)

    assert septets(written) >= len(written)
    assert normalise(written) == written


@given(st.text())
@example("Œuvre ½")
@example("\u0301a")
def test_a_name_takes_no_more_septets_within_a_text_than_alone(text):
    name = one_line(text)

    assert septets(normalise(f"a {name} b")) <= septets("a  b") + septets(normalise(name))


@pytest.mark.oracle
def test_segments_are_what_twilio_counts():
    texts = [
        letter * width for letter in ("a", "€", "a€", "é\n") for width in (1, 53, 76, 77, 80, 81, 153, 154, 160, 161)
    ]
    texts += ["a" * count for count in (305, 306, 307, 459, 460, 1530)] + ["a" * 152 + "€" * 10]

    assert [("GSM-7", segments(text)) for text in texts] == counted_by_twilio(texts)


@pytest.mark.oracle
def test_twilio_sends_the_whole_alphabet_as_we_do():
    outside = ["Zoë", "ç", "á", "’", "🎉", "ı", "`", "ł"]
    texts = ["".join(sorted(BASIC - {"\r"})), "".join(sorted(EXTENSION - {"\f"})), *outside]

    assert counted_by_twilio(texts) == [("GSM-7", 1)] * 2 + [("UCS-2", 1)] * len(outside)
