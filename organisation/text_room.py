"""How much of a text message policy may fill. One message is 160 septets of GSM-7 (3GPP TS 23.038)."""

ONE_MESSAGE = 160
LONGEST_WORDS = 81  # bookings/letters/sms_video.nl.txt without its values; a test counts every sms_* file
TIME = len("09.30")
FIRST_NAME = 10  # of the advisor; a longer one is cut
SHORT_PATH = len("/a/") + 10


def width_of(text: str) -> int:
    """Septets, on the safe side: outside ASCII a likeness may take two (`Œ` becomes `OE`)."""
    return sum(1 if character.isascii() and character not in "^{}[]\\~|" else 2 for character in text)


def room_for_short_name(public_url: str) -> int:
    """Septets that are left beside the longest words, a time, a first name and the short address."""
    return ONE_MESSAGE - LONGEST_WORDS - TIME - FIRST_NAME - SHORT_PATH - width_of(public_url)
