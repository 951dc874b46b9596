"""Countries to whose phone numbers policy may allow text messages."""

from collections.abc import Collection

from babel.core import Locale

# Europe, and other countries from which candidates often have a number.
SMS_COUNTRIES = (
    "NL", "BE", "DE", "LU", "FR", "GB", "IE", "DK", "SE", "NO", "FI", "IS", "AT", "CH", "LI", "IT", "ES", "PT", "PL",
    "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "EE", "LV", "LT", "MT", "CY", "UA", "TR", "MA", "SR", "AW", "CW",
    "BQ", "SX", "US", "CA",
)  # fmt: skip


def country_choices(language: str, *, first: Collection[str] = ()) -> list[tuple[str, str]]:
    """Form choices such as ("NL", "Nederland"), sorted by name, with the codes in `first` on top."""
    names = Locale.parse(language).territories
    codes = {*SMS_COUNTRIES, *first}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: (one[0] not in first, one[1]))
