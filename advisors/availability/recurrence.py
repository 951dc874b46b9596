"""Dates of a recurrence rule (RFC 5545, 3.3.10), such as the first Wednesday of the month. Pure."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

SUPPORTED_PARTS = frozenset(
    {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
)
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LONGEST_RULE = 200  # characters
A_YEAR = timedelta(days=366)  # a rule without a date within a year is refused
RANGES = {
    "BYMONTH": range(1, 13),
    "BYMONTHDAY": range(-31, 32),
    "BYSETPOS": range(-366, 367),
}  # RFC 5545; 0 is not allowed
REPEATS_AFTER = 400  # years after which the Gregorian calendar repeats, weekdays included
LAST_YEAR = 9997  # dateutil searches until 9999


class RuleNotUnderstood(ValueError):
    """A recurrence rule, or a part of it, that is not supported; `part` is the part that was refused."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def checked_rule(rule: str, *, first: date) -> str:
    """Rule as it is stored: upper case, without `RRULE:`. Raises RuleNotUnderstood.

    Call it outside a lock: a rule without any date takes a fifth of a second to check.
    """
    kept = rule.strip().upper().removeprefix("RRULE:")
    if not kept or len(kept) > LONGEST_RULE:
        raise RuleNotUnderstood(kept[:LONGEST_RULE])
    parts = dict(_pair(part) for part in kept.split(";"))
    for name in parts:
        if name not in SUPPORTED_PARTS:
            raise RuleNotUnderstood(name)
    for name in ("INTERVAL", "COUNT"):
        if not parts.get(name, "1").isdecimal() or int(parts.get(name, "1")) == 0:
            raise RuleNotUnderstood(f"{name}={parts[name]}")
    if parts.get("FREQ") not in FREQUENCIES:
        raise RuleNotUnderstood(f"FREQ={parts.get('FREQ', '')}")
    _check_ranges(parts)
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "COUNT")
    try:
        is_empty = _is_empty(_rule(endless, first, first + A_YEAR), first)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleNotUnderstood(kept) from error
    if is_empty:
        raise RuleNotUnderstood(kept)
    return kept


@lru_cache(maxsize=1024)
def occurrences_between(rule: str, first: date, since: date, until: date) -> frozenset[date]:
    """Dates of a checked rule from `since` to `until`, both included; the rule starts on `first`."""
    found: list[date] = []
    for year in range(max(first, since).year, until.year + 1):
        days = occurrences_in_year(rule, first, year)
        found += days[bisect_left(days, since) : bisect_right(days, until)]
    return frozenset(found)


@lru_cache(maxsize=1024)  # dateutil expands the rule from its first day on, so do it once a year and not once a day
def occurrences_in_year(rule: str, first: date, year: int) -> tuple[date, ...]:
    """Dates of a checked rule in one year, in order."""
    last = date(year, 12, 31)
    start, end = (datetime.combine(day, time.min) for day in (date(year, 1, 1), last))
    return tuple(value.date() for value in _rule(rule, first, last).between(start, end, inc=True))


def next_occurrences(rule: str, first: date, *, since: date, count: int) -> list[date]:
    """Next dates of a checked rule within a year."""
    return sorted(occurrences_between(rule, first, since, since + A_YEAR))[:count]


def _pair(part: str) -> tuple[str, str]:
    name, separator, value = part.partition("=")
    if not separator or not value:
        raise RuleNotUnderstood(part)
    return name, value


def _check_ranges(parts: dict[str, str]) -> None:
    """Refuse numbers outside the range of their part, and BYSETPOS in a daily rule."""
    for name, known in RANGES.items():
        for number in parts.get(name, "1").split(","):
            if not _is_number(number) or int(number) == 0 or int(number) not in known:
                raise RuleNotUnderstood(f"{name}={parts[name]}")
    if parts["FREQ"] == "DAILY" and "BYSETPOS" in parts:
        raise RuleNotUnderstood(f"BYSETPOS={parts['BYSETPOS']}")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").removeprefix("+").isdecimal()


def _is_empty(parsed: rrule, first: date) -> bool:
    """True when a rule that starts on `first` has no date, such as 30 February.

    dateutil would search until the year 9999, so the rule is moved to the last years of that range, which have the
    same calendar.
    """
    years = (LAST_YEAR - first.year) // REPEATS_AFTER * REPEATS_AFTER
    starts, ends = datetime.combine(first, time.min), parsed._until
    moved = parsed.replace(dtstart=starts.replace(year=starts.year + years), until=ends.replace(year=ends.year + years))
    return next(iter(moved), None) is None


def _rule(rule: str, first: date, until: date) -> rrule:
    """Parsed rule that ends at `until` at the latest. Dates have no time zone: an UNTIL in UTC counts by its date."""
    parts = [part if not part.startswith("UNTIL=") else part[: len("UNTIL=20261231")] for part in rule.split(";")]
    parsed = rrulestr(";".join(parts), dtstart=datetime.combine(first, time.min))
    assert isinstance(parsed, rrule)
    if "COUNT=" in rule:  # RFC 5545 allows COUNT or UNTIL, not both
        return parsed
    last = datetime.combine(until, time.min)
    return parsed.replace(until=min(last, parsed._until or last))
