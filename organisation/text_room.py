"""How much of a text message policy may fill. One message is 160 septets of GSM-7 (3GPP TS 23.038)."""

import unicodedata

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
