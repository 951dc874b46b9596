"""Countries whose numbers may get texts, by the names that people know."""

from collections.abc import Collection

from babel.core import Locale

# Europe, and where people here often have a number of.
TEXTED = (
    "NL", "BE", "DE", "LU", "FR", "GB", "IE", "DK", "SE", "NO", "FI", "IS", "AT", "CH", "LI", "IT", "ES", "PT", "PL",
    "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "EE", "LV", "LT", "MT", "CY", "UA", "TR", "MA", "SR", "AW", "CW",
    "BQ", "SX", "US", "CA",
)  # fmt: skip


def countries_in_words(language: str, *, first: Collection[str] = ()) -> list[tuple[str, str]]:
    """("NL", "Nederland") of each, in order of the names; those of `first` stand on top."""
    names = Locale.parse(language).territories
    codes = {*TEXTED, *first}
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: (one[0] not in first, one[1]))
