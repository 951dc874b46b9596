"""Phone numbers: parsing to E.164, the form in which they are stored, mobile or not, and countries."""

import re
from collections.abc import Collection

import phonenumbers
from babel.core import Locale
from django.conf import settings

from core.errors import InvalidPhone
from core.text_input import normalise_code

_TYPED = re.compile(r"[\d\s+()./\-]{4,40}")  # no letters: the library would read 06-BELMIJ as a number
DEMO_NUMBER = re.compile(r"\+316000\d{5}")  # range of the demo data; not assigned to anybody
_SMS_TYPES = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
# Europe, and other countries from which candidates often have a number.
SMS_COUNTRIES = (
    "NL", "BE", "DE", "LU", "FR", "GB", "IE", "DK", "SE", "NO", "FI", "IS", "AT", "CH", "LI", "IT", "ES", "PT", "PL",
    "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "EE", "LV", "LT", "MT", "CY", "UA", "TR", "MA", "SR", "AW", "CW",
    "BQ", "SX", "US", "CA",
)  # fmt: skip


def to_e164(text: str, *, region: str, allow_demo: bool) -> str:
    """Convert `06 12 34 56 78`, `0031612345678` or `+31 (0)6 12345678` to `+31612345678`. Raises ValueError."""
    text = normalise_code(text)
    if not _TYPED.fullmatch(text):
        raise ValueError("not a phone number")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    if phonenumbers.is_valid_number(number) or (allow_demo and DEMO_NUMBER.fullmatch(written)):
        return written
    raise ValueError("not a phone number")


def parse_phone(text: str, *, demo: bool) -> str:
    """Parse to E.164 (`+31612345678`), of the default region when it names no country; empty stays empty.

    Raises InvalidPhone. With `demo` the range of the demo data, +316000NNNNN, is valid too.
    """
    if not normalise_code(text):
        return ""
    try:
        return to_e164(text, region=settings.PHONENUMBER_DEFAULT_REGION, allow_demo=demo)
    except ValueError as error:
        raise InvalidPhone from error


def is_mobile(number: str) -> bool:
    """True when the E.164 number can receive text messages: mobile, or in a country where fixed looks like mobile.

    False for premium, shared-cost, pager, voicemail and internet numbers.
    """
    if DEMO_NUMBER.fullmatch(number):
        return True
    found = _parse(number)
    return found is not None and phonenumbers.number_type(found) in _SMS_TYPES


def country_of(number: str) -> str:
    """ISO country code such as "NL" of an E.164 number, also among countries that share +1, +7 or +44; else ""."""
    found = _parse(number)
    return (phonenumbers.region_code_for_number(found) or "") if found else ""


def country_choices(language: str, *, first: Collection[str] = ()) -> list[tuple[str, str]]:
    """Form choices such as ("NL", "Nederland"), sorted by name, with the codes in `first` on top."""
    names = Locale.parse(language).territories
    codes = {*SMS_COUNTRIES, *first}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: (one[0] not in first, one[1]))


def _parse(number: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
