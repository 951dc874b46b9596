"""Summary of each day of an advisor: bookings, holds, free slots. Pure; days are local to the advisor."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from advisors.availability.intervals import absent_intervals_on, day_interval, open_intervals_on, subtract
from advisors.availability.slots import BusyPeriod, Calendar, Rule, SlotQuery, Span, blocks_of, free_slots

CAPS = {Rule.FULL_DAY, Rule.FULL_WEEK}


@dataclass(frozen=True, kw_only=True)
class DaySummary:
    date: date
    talks: int
    on_hold: int
    free: int  # slots that can still be booked; the horizon does not count
    has_free_time: bool  # also within the notice period
    has_hours: bool
    is_closed: bool
    is_away: bool  # during all hours of the day, or all day
    is_partly_away: bool
    cap: int | None  # the maximum per day or week, when it is reached
    is_past: bool  # all hours are over

    @property
    def is_full(self) -> bool:
        """True when the day has hours and all of them are taken."""
        return self.has_hours and not (self.has_free_time or self.is_past or self.is_away or self.is_closed)


def days_between(first: date, last: date) -> list[date]:
    """Days from the first to the last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def query_for_days(calendar: Calendar, first: date, last: date, closed_days: frozenset[date]) -> SlotQuery:
    """Slot query over these whole days, the last one included."""
    return SlotQuery(
        earliest=day_interval(calendar, first).start, latest=day_interval(calendar, last).end, closed_days=closed_days
    )


def summarise_days(
    calendar: Calendar, days: list[date], *, closed_days: frozenset[date], notice: timedelta, now: datetime
) -> list[DaySummary]:
    """Summaries of consecutive days; `notice` is the minimum time between booking and talk."""
    everything = query_for_days(calendar, days[0], days[-1], closed_days)
    from_now = replace(everything, earliest=max(everything.earliest, now))
    starts = [slot.starts_at for slot in free_slots(calendar, from_now)]
    free = Counter(start.astimezone(calendar.zone).date() for start in starts if start >= now + notice)
    days_with_free_time = {start.astimezone(calendar.zone).date() for start in starts}
    talks, holds = (_starts_per_day(calendar, kind) for kind in ("booking", "hold"))
    caps = _caps_of(calendar, everything)
    return [
        DaySummary(
            date=day,
            talks=talks[day],
            on_hold=holds[day],
            free=free[day],
            has_free_time=day in days_with_free_time,
            has_hours=bool(opened := open_intervals_on(calendar, day)),
            is_closed=day in closed_days,
            is_away=not subtract(opened or [day_interval(calendar, day)], calendar.absences),
            is_partly_away=bool(absent_intervals_on(calendar, day)),
            cap=caps.get(day),
            is_past=all(span.end <= now for span in opened or [day_interval(calendar, day)]),
        )
        for day in days
    ]


def cap_on(calendar: Calendar, day: date) -> int | None:
    """Maximum number of talks per day or week that was reached on this day, else None."""
    return _caps_of(calendar, query_for_days(calendar, day, day, frozenset())).get(day)


def _starts_per_day(calendar: Calendar, kind: str) -> Counter[date]:
    starts = (_talk_in(period).start for period in calendar.busy if period.kind == kind)
    return Counter(start.astimezone(calendar.zone).date() for start in starts)


def _talk_in(period: BusyPeriod) -> Span:
    return period.talk or Span(period.start, period.end)


def _caps_of(calendar: Calendar, query: SlotQuery) -> dict[date, int | None]:
    capped = ((block, block.why) for block in blocks_of(calendar, query) if block.why and block.why.rule in CAPS)
    return {datetime.fromtimestamp(block.start, calendar.zone).date(): why.talks for block, why in capped}
