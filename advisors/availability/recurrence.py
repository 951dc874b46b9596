"""Days on which something recurs by an RFC 5545 rule (3.3.10), such as the first Wednesday of the month. Pure."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"})
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LONGEST_RULE = 200  # characters
A_YEAR = timedelta(days=366)  # within which a rule must name a day: others never open
MOST = {"BYMONTH": range(1, 13), "BYMONTHDAY": range(-31, 32), "BYSETPOS": range(-366, 367)}  # RFC 5545, and never 0
REPEATS_AFTER = 400  # years: the calendar of Gregory, weekdays included
LAST_YEAR = 9997  # the search ends at 9999


class RuleNotUnderstood(ValueError):
    """`part` is what we could not read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def checked_rule(rule: str, *, first: date) -> str:
    """The rule as it is kept, in capitals and without its name. Raises RuleNotUnderstood for what would be ignored.

    Ask it where nobody waits: a rule without any day takes a fifth of a second.
    """
    kept = rule.strip().upper().removeprefix("RRULE:")
    if not kept or len(kept) > LONGEST_RULE:
        raise RuleNotUnderstood(kept[:LONGEST_RULE])
    parts = dict(_pair(part) for part in kept.split(";"))
    for name in parts:
        if name not in UNDERSTOOD:
            raise RuleNotUnderstood(name)
    for name in ("INTERVAL", "COUNT"):
        if not parts.get(name, "1").isdecimal() or int(parts.get(name, "1")) == 0:
            raise RuleNotUnderstood(f"{name}={parts[name]}")
    if parts.get("FREQ") not in FREQUENCIES:
        raise RuleNotUnderstood(f"FREQ={parts.get('FREQ', '')}")
    _refuse_what_never_is(parts)
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "COUNT")
    try:
        is_empty = _is_empty(_rule(endless, first, first + A_YEAR), first)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleNotUnderstood(kept) from error
    if is_empty:
        raise RuleNotUnderstood(kept)
    return kept


@lru_cache(maxsize=1024)
def days_of(rule: str, first: date, since: date, until: date) -> frozenset[date]:
    """The days from `since` to `until`, both included, on which a checked rule that began on `first` recurs."""
    found: list[date] = []
    for year in range(max(first, since).year, until.year + 1):
        days = days_of_year(rule, first, year)
        found += days[bisect_left(days, since) : bisect_right(days, until)]
    return frozenset(found)


@lru_cache(maxsize=1024)  # a page asks it of every day, and each time the rule is followed from its first day on
def days_of_year(rule: str, first: date, year: int) -> tuple[date, ...]:
    """In order."""
    last = date(year, 12, 31)
    start, end = (datetime.combine(day, time.min) for day in (date(year, 1, 1), last))
    return tuple(moment.date() for moment in _rule(rule, first, last).between(start, end, inc=True))


def next_days(rule: str, first: date, *, since: date, count: int) -> list[date]:
    """The coming days of a checked rule within a year, to show what it means."""
    return sorted(days_of(rule, first, since, since + A_YEAR))[:count]


def _pair(part: str) -> tuple[str, str]:
    name, separator, value = part.partition("=")
    if not separator or not value:
        raise RuleNotUnderstood(part)
    return name, value


def _refuse_what_never_is(parts: dict[str, str]) -> None:
    """Numbers that no month or day has, and a place among the days of one day."""
    for name, known in MOST.items():
        for number in parts.get(name, "1").split(","):
            if not _is_number(number) or int(number) == 0 or int(number) not in known:
                raise RuleNotUnderstood(f"{name}={parts[name]}")
    if parts["FREQ"] == "DAILY" and "BYSETPOS" in parts:
        raise RuleNotUnderstood(f"BYSETPOS={parts['BYSETPOS']}")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").removeprefix("+").isdecimal()


def _is_empty(made: rrule, first: date) -> bool:
    """Whether a rule that began on `first` ends before it names a day.

    Such a rule, as 30 February is, would be searched until the year 9999; so look at those years, which have the same
    days.
    """
    years = (LAST_YEAR - first.year) // REPEATS_AFTER * REPEATS_AFTER
    starts, ends = datetime.combine(first, time.min), made._until
    moved = made.replace(dtstart=starts.replace(year=starts.year + years), until=ends.replace(year=ends.year + years))
    return next(iter(moved), None) is None


def _rule(rule: str, first: date, until: date) -> rrule:
    """Days have no zone: an UNTIL in UTC counts by its day. It never looks further than `until`."""
    parts = [part if not part.startswith("UNTIL=") else part[: len("UNTIL=20261231")] for part in rule.split(";")]
    made = rrulestr(";".join(parts), dtstart=datetime.combine(first, time.min))
    assert isinstance(made, rrule)
    if "COUNT=" in rule:  # has an end of its own; RFC 5545 allows no second one
        return made
    last = datetime.combine(until, time.min)
    return made.replace(until=min(last, made._until or last))
