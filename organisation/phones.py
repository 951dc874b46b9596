"""Phone numbers as people write them, kept as E.164."""

import re

import phonenumbers

INVENTED = re.compile(r"\+316000\d{5}")  # the demo's range; nobody has such a number


def e164(text: str, *, region: str, with_invented: bool) -> str:
    """`06 12 34 56 78`, `0031612345678` and `+31 6 12345678` become `+31612345678`. Raises ValueError."""
    try:
        number = phonenumbers.parse(text.replace("(0)", ""), region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number) or (with_invented and INVENTED.fullmatch(written)):
        return written
    raise ValueError("not a phone number")
