"""The time zones in which somebody can be told times."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel.core import Locale, get_global
from babel.dates import get_timezone_location
from django.conf import settings

HOME = ZoneInfo(settings.TIME_ZONE)
PARTS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Of a name that the time zone data has dropped since, or that never was one, the employer's: said late by an hour
    or more, and not left out.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return HOME


@lru_cache(maxsize=4)
def zones_in_words(language: str) -> tuple[tuple[str, str], ...]:
    """Names of zones with the country and town by which people know them, in order of those."""
    real = (name for name in available_timezones() if name.startswith(PARTS) and name in get_global("zone_territories"))
    return tuple(sorted(((name, _country_and_town(name, language)) for name in real), key=lambda pair: pair[1]))


def place_of(name: str, language: str) -> str:
    """The town: "Londen"."""
    return str(get_timezone_location(name, locale=language, return_city=True))


def is_elsewhere(zone: ZoneInfo, moment: datetime) -> bool:
    """Whether a clock in this zone shows another time then than ours does."""
    return moment.astimezone(zone).utcoffset() != moment.astimezone(HOME).utcoffset()


def _country_and_town(name: str, language: str) -> str:
    """A country with one zone is named by itself; people still look for the town."""
    country = Locale.parse(language).territories.get(get_global("zone_territories")[name], "")
    return f"{country}: {place_of(name, language)}" if country else place_of(name, language)
