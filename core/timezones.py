"""Time zones: choices for a form, names to show, and the zone of the employer."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import Locale, get_global
from babel.dates import get_timezone_location
from django.conf import settings

EMPLOYER_ZONE = ZoneInfo(settings.TIME_ZONE)
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@lru_cache(maxsize=256)
def zone_for_name(name: str) -> ZoneInfo:
    """Time zone by its IANA name; the employer's for a name that the time zone data does not (or no longer) have.

    A time that may be an hour off is better than a message that fails.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return EMPLOYER_ZONE


@lru_cache(maxsize=4)
def zone_choices(language: str) -> tuple[tuple[str, str], ...]:
    """Form choices such as ("Europe/London", "Verenigd Koninkrijk: Londen"), sorted by label."""
    real = (
        name for name in available_timezones() if name.startswith(REGIONS) and name in get_global("zone_territories")
    )
    return tuple(sorted(((name, _country_and_city(name, language)) for name in real), key=lambda pair: pair[1]))


def city_of(name: str, language: str) -> str:
    """City that names a zone, in the language: "Londen"."""
    return str(get_timezone_location(name, locale=language, return_city=True))


def is_elsewhere(zone: ZoneInfo, moment: datetime) -> bool:
    """True when clocks in this zone differ from those of the employer at that moment."""
    return moment.astimezone(zone).utcoffset() != moment.astimezone(EMPLOYER_ZONE).utcoffset()


def _country_and_city(name: str, language: str) -> str:
    country = Locale.parse(language).territories.get(get_global("zone_territories")[name], "")
    return f"{country}: {city_of(name, language)}" if country else city_of(name, language)
