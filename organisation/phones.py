"""One rule for every phone number that somebody types, imports or sends; kept as E.164."""

import re

import phonenumbers

_TYPED = re.compile(r"[\d\s+()./\-]{4,40}")  # no letters: the library would read 06-BELMIJ as a number
INVENTED = re.compile(r"\+316000\d{5}")  # the demo's range; nobody has such a number


def e164(text: str, *, region: str, with_invented: bool) -> str:
    """`06 12 34 56 78`, `0031612345678` and `+31 (0)6 12345678` become `+31612345678`. Raises ValueError."""
    text = text.strip()
    if not _TYPED.fullmatch(text):
        raise ValueError("not a phone number")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if phonenumbers.is_valid_number(number) or (with_invented and INVENTED.fullmatch(written)):
        return written
    raise ValueError("not a phone number")
