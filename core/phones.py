"""One rule for every phone number that somebody types, imports or sends; kept as E.164."""

import re

import phonenumbers

_TYPED = re.compile(r"[\d\s+()./\-]{4,40}")  # no letters: the library would read 06-BELMIJ as a number
INVENTED = re.compile(r"\+316000\d{5}")  # the demo's range; nobody has such a number
_TAKES_TEXTS = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


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


def is_mobile(number: str) -> bool:
    """Whether a text message can reach this number in E.164; some countries do not tell mobile from fixed.

    Premium, shared-cost, pager, voicemail and internet numbers are none of it.
    """
    if INVENTED.fullmatch(number):
        return True
    found = _parsed(number)
    return found is not None and phonenumbers.number_type(found) in _TAKES_TEXTS


def country_of(number: str) -> str:
    """ "NL" for a number in E.164; countries that share +1, +7 or +44 are told apart. "" when nobody has it."""
    found = _parsed(number)
    return (phonenumbers.region_code_for_number(found) or "") if found else ""


def _parsed(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
