"""What each day of an advisor comes to: talks, free moments, why there are none. Pure; days are the advisor's own."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from advisors.availability.intervals import away_in_hours, day_of, opened_on, without
from advisors.availability.slots import Calendar, Question, Rule, Span, Taken, blocks_of, free_slots

CAPS = {Rule.FULL_DAY, Rule.FULL_WEEK}


@dataclass(frozen=True, kw_only=True)
class DayCount:
    date: date
    talks: int
    held: int
    free: int  # moments that can still be booked, however far ahead
    has_room: bool  # also for what is too soon to book
    has_hours: bool
    is_closed: bool
    is_away: bool  # all hours of the day, or all day
    is_partly_away: bool
    cap: int | None  # the number of talks a day or a week that was reached
    is_past: bool  # its hours are over

    @property
    def is_full(self) -> bool:
        """There were hours, and nothing is left of them."""
        return self.has_hours and not (self.has_room or self.is_past or self.is_away or self.is_closed)


def days_between(first: date, last: date) -> list[date]:
    """The last one included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def question_for(calendar: Calendar, first: date, last: date, closed_days: frozenset[date]) -> Question:
    """Everything that these days hold, the last one included."""
    return Question(earliest=day_of(calendar, first).start, latest=day_of(calendar, last).end, closed_days=closed_days)


def counts_of(
    calendar: Calendar, days: list[date], *, closed_days: frozenset[date], notice: timedelta, now: datetime
) -> list[DayCount]:
    """Of days that follow each other; `notice` is how long ahead policy lets a candidate book."""
    everything = question_for(calendar, days[0], days[-1], closed_days)
    still = replace(everything, earliest=max(everything.earliest, now))
    starts = [slot.starts_at for slot in free_slots(calendar, still)]
    free = Counter(start.astimezone(calendar.zone).date() for start in starts if start >= now + notice)
    has_room = {start.astimezone(calendar.zone).date() for start in starts}
    talks, held = (_starts_per_day(calendar, kind) for kind in ("booking", "hold"))
    caps = _caps_of(calendar, everything)
    return [
        DayCount(
            date=day,
            talks=talks[day],
            held=held[day],
            free=free[day],
            has_room=day in has_room,
            has_hours=bool(opened := opened_on(calendar, day)),
            is_closed=day in closed_days,
            is_away=not without(opened or [day_of(calendar, day)], calendar.absences),
            is_partly_away=bool(away_in_hours(calendar, day)),
            cap=caps.get(day),
            is_past=all(span.end <= now for span in opened or [day_of(calendar, day)]),
        )
        for day in days
    ]


def cap_on(calendar: Calendar, day: date) -> int | None:
    """The number of talks that may not be passed, on a day on which it was reached."""
    return _caps_of(calendar, question_for(calendar, day, day, frozenset())).get(day)


def _starts_per_day(calendar: Calendar, kind: str) -> Counter[date]:
    starts = (_talk_in(taken).start for taken in calendar.taken if taken.kind == kind)
    return Counter(start.astimezone(calendar.zone).date() for start in starts)


def _talk_in(taken: Taken) -> Span:
    return taken.talk or Span(taken.start, taken.end)


def _caps_of(calendar: Calendar, question: Question) -> dict[date, int | None]:
    capped = ((block, block.why) for block in blocks_of(calendar, question) if block.why and block.why.rule in CAPS)
    return {datetime.fromtimestamp(block.start, calendar.zone).date(): why.talks for block, why in capped}
