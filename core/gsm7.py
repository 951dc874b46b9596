"""Text messages in the GSM 7-bit alphabet: 3GPP TS 23.038, 6.2.1 (default alphabet and extension table). Pure.

One character outside it turns the whole message into UCS-2, which holds 70 characters instead of 160.
"""

import re
import unicodedata

ONE_MESSAGE = 160  # septets
ONE_PART = 153  # septets of one segment of several: its header of six octets takes seven (3GPP TS 23.040, 9.2.3.24.1)
READABLE = 0.75  # share of the letters of a name that must survive
LONGEST_TEMPLATE = 81  # septets of sms_video.nl.txt without its values; a test counts every sms_* file
TIME_LENGTH = len("09.30")
FIRST_NAME_LENGTH = 10  # of the advisor; a longer one is cut
SHORT_PATH_LENGTH = len("/a/") + 10
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape and the character: two septets
NEAREST = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›′`´ʼʻ", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "\t": " ",
        "\u2044": "/",
        "ẞ": "SS",
        "Œ": "OE",
        "œ": "oe",
        "Þ": "Th",
        "þ": "th",
        "Ð": "D",
        "ð": "d",
        "Đ": "D",
        "đ": "d",
        "Ħ": "H",
        "ħ": "h",
        "ı": "i",
        "ĸ": "k",
        "Ł": "L",
        "ł": "l",
        "Ŋ": "N",
        "ŋ": "n",
        "Ŧ": "T",
        "ŧ": "t",
        "Ə": "E",
        "ə": "e",
        "Ɓ": "B",
        "ɓ": "b",
        "Ɗ": "D",
        "ɗ": "d",
        "Ƙ": "K",
        "ƙ": "k",
        "Ɛ": "E",
        "ɛ": "e",
        "Ɔ": "O",
        "ɔ": "o",
    }
)


def normalise(text: str) -> str:
    """Convert to GSM-7: characters outside the alphabet become the nearest letters, or are dropped."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    written = "".join(character if _is_known(character) else _nearest(character) for character in composed)
    return re.sub(r" {2,}", " ", written).strip()


def is_readable(name: str) -> bool:
    """True when most letters of the name survive: of Γιώργος Παπαδόπουλος only Γ Π are left, of Ольга nothing."""
    letters = [character for character in unicodedata.normalize("NFC", name) if character.isalpha()]
    survive = sum(1 for character in letters if normalise(character))
    return survive > 0 and survive >= READABLE * len(letters)


def septets(text: str) -> int:
    """Length in septets. Raises ValueError for a character outside GSM-7: `normalise` first."""
    if unknown := sorted({character for character in text if not _is_known(character)}):
        raise ValueError(f"not in GSM-7: {unknown}")
    return sum(2 if character in EXTENSION else 1 for character in text)


def fits(text: str) -> bool:
    """True when the text fits in one message. Raises ValueError for a character outside GSM-7."""
    return septets(text) <= ONE_MESSAGE


def segments(text: str) -> int:
    """Number of segments, each of which is paid for. Raises ValueError for a character outside GSM-7."""
    if fits(text):
        return 1
    parts, used = 1, 0
    for character in text:
        width = septets(character)
        if used + width > ONE_PART:  # an escape and its character stay together
            parts, used = parts + 1, 0
        used += width
    return parts


def max_short_name_length(public_url: str) -> int:
    """Septets left for the employer's short name in the longest text message of the product."""
    other = (LONGEST_TEMPLATE, TIME_LENGTH, FIRST_NAME_LENGTH, SHORT_PATH_LENGTH, septets(normalise(public_url)))
    return ONE_MESSAGE - sum(other)


def _is_known(character: str) -> bool:
    return character in BASIC or character in EXTENSION


def _nearest(character: str) -> str:
    """Nearest characters of the alphabet: `ë` loses its diacritic, `ł` is in the table."""
    parts = unicodedata.normalize("NFKD", character.translate(NEAREST)).translate(NEAREST)
    return "".join(part for part in parts if _is_known(part))
