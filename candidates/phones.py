"""One rule for every phone number that somebody types, imports or sends."""

import re

import phonenumbers

from candidates.refusals import PhoneUnclear

_TYPED = re.compile(r"[\d\s+()./\-]{4,40}")  # no letters: the library would read 06-BELMIJ as a number
_DEMO = re.compile(r"\+316000000\d\d")  # an invented range, no mobile number of anybody


def phone_of(text: str, *, demo: bool) -> str:
    """The number in E.164 (`+31612345678`), read as Dutch when it names no country; an empty text stays empty.

    Raises PhoneUnclear. With `demo` the invented range +316000000NN passes too.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        if not _TYPED.fullmatch(text):
            raise PhoneUnclear
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException as error:
        raise PhoneUnclear from error
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if phonenumbers.is_valid_number(number) or (demo and _DEMO.fullmatch(written)):
        return written
    raise PhoneUnclear
