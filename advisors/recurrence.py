"""Days on which something recurs by an RFC 5545 rule (3.3.10), such as the first Wednesday of the month. Pure."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT", "UNTIL", "WKST"})
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
LONGEST_RULE = 200  # characters
SOONEST_REPEAT = 1  # years within which a rule must name a day: others never open


class RuleNotUnderstood(ValueError):
    """`part` is what we could not read."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def checked_rule(rule: str, *, first: date) -> str:
    """The rule as it is kept, in capitals and without its name. Raises RuleNotUnderstood for what would be ignored."""
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
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "COUNT")
    try:
        is_empty = not days_of(endless, first, first, first + timedelta(days=366 * SOONEST_REPEAT))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleNotUnderstood(kept) from error
    if is_empty:  # a rule without a day, such as 30 February, would be searched until the year 9999
        raise RuleNotUnderstood(kept)
    return kept


@lru_cache(maxsize=1024)
def days_of(rule: str, first: date, since: date, until: date) -> frozenset[date]:
    """The days from `since` to `until`, both included, on which a checked rule that began on `first` recurs."""
    if first > until:
        return frozenset()
    after, before = datetime.combine(since, time.min), datetime.combine(until, time.min)
    return frozenset(moment.date() for moment in _rule(rule, first, until).between(after, before, inc=True))


def next_days(rule: str, first: date, *, since: date, count: int) -> list[date]:
    """The coming days of a checked rule within a year, to show what it means."""
    return sorted(days_of(rule, first, since, since + timedelta(days=366 * SOONEST_REPEAT)))[:count]


def _pair(part: str) -> tuple[str, str]:
    name, separator, value = part.partition("=")
    if not separator or not value:
        raise RuleNotUnderstood(part)
    return name, value


def _rule(rule: str, first: date, until: date) -> rrule:
    """Days have no zone: an UNTIL in UTC counts by its day. It never looks further than `until`."""
    parts = [part if not part.startswith("UNTIL=") else part[: len("UNTIL=20261231")] for part in rule.split(";")]
    made = rrulestr(";".join(parts), dtstart=datetime.combine(first, time.min))
    assert isinstance(made, rrule)
    if "COUNT=" in rule:  # has an end of its own; RFC 5545 allows no second one
        return made
    last = datetime.combine(until, time.min)
    return made.replace(until=min(last, made._until or last))
