"""Text messages in the GSM 7 bit alphabet: 3GPP TS 23.038, 6.2.1 (default alphabet and extension table).

One character outside it turns the whole message into UCS-2, with room for 70 characters instead of 160.
"""

import re
import unicodedata

ONE_MESSAGE = 160  # septets
ONE_PART = 153  # of several: a header of six octets takes the room of seven (3GPP TS 23.040, 9.2.3.24.1)
READABLE = 0.75  # of the letters of a name
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape and the character: two septets
LIKE = str.maketrans(
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
    """The text in GSM-7: likenesses for letters and signs that it lacks, and nothing for what has no likeness."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    written = "".join(character if _is_known(character) else _likeness(character) for character in composed)
    return re.sub(r" {2,}", " ", written).strip()


def is_readable(name: str) -> bool:
    """Whether most letters of it survive: of Γιώργος Παπαδόπουλος the alphabet has Γ Π, and of Ольга nothing."""
    letters = [character for character in unicodedata.normalize("NFC", name) if character.isalpha()]
    survive = sum(1 for character in letters if normalise(character))
    return survive > 0 and survive >= READABLE * len(letters)


def septets(text: str) -> int:
    """The room that the text takes; ValueError when a character is not in GSM-7."""
    if unknown := sorted({character for character in text if not _is_known(character)}):
        raise ValueError(f"not in GSM-7: {unknown}")
    return sum(2 if character in EXTENSION else 1 for character in text)


def fits(text: str) -> bool:
    """Whether the text is one message; ValueError when a character is not in GSM-7."""
    return septets(text) <= ONE_MESSAGE


def segments(text: str) -> int:
    """How many messages are paid for; ValueError when a character is not in GSM-7."""
    if fits(text):
        return 1
    parts, used = 1, 0
    for character in text:
        width = septets(character)
        if used + width > ONE_PART:  # an escape and its character stay together
            parts, used = parts + 1, 0
        used += width
    return parts


def _is_known(character: str) -> bool:
    return character in BASIC or character in EXTENSION


def _likeness(character: str) -> str:
    """`ë` is an `e` with a mark: the mark falls away. What cannot be taken apart has its likeness in the table."""
    parts = unicodedata.normalize("NFKD", character.translate(LIKE)).translate(LIKE)
    return "".join(part for part in parts if _is_known(part))


ONE_MESSAGE = 160
LONGEST_WORDS = 81  # bookings/letters/sms_video.nl.txt without its values; a test counts every sms_* file
TIME = len("09.30")
FIRST_NAME = 10  # of the advisor; a longer one is cut
SHORT_PATH = len("/a/") + 10


def width_of(text: str) -> int:
    """Septets, on the safe side: outside ASCII a likeness takes two (`Œ` becomes `OE`) or more (`½` becomes `1/2`)."""
    return sum(_width_of(character) for character in text)


def room_for_short_name(public_url: str) -> int:
    """Septets that are left beside the longest words, a time, a first name and the short address."""
    return ONE_MESSAGE - LONGEST_WORDS - TIME - FIRST_NAME - SHORT_PATH - width_of(public_url)


def _width_of(character: str) -> int:
    if character.isascii():
        return 2 if character in "^{}[]\\~|" else 1
    parts = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    return max(2, sum(_width_of(part) if part.isascii() else 2 for part in parts))
