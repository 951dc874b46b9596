"""Feeds the engine: any number of advisors, days and years of history in two SQL statements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.opening_hours import Hours
from advisors.availability.raw_sql import busy_time_of, rows_of, with_days, words_in
from advisors.availability.slots import Calendar, Question, Slot, Span, Taken, free_slots
from advisors.models import Advisor, TalkChannel
from core.prepared_statements import Joined, Statement
from core.working_days import public_holidays
from organisation.models import Policy, User

ONE_DAY = timedelta(days=1)  # around what is asked: no talk with its buffers is longer
WHOLE_WEEK = timedelta(days=7)  # the cap per week counts all of it
# Who is asked about, and own time to be given back: as such, or as a statement that gives the keys.
Advisors = QuerySet[Advisor] | Statement
Entries = Collection[int] | Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """An advisor's calendar, with what a page tells about the advisor."""

    name: str
    calendar: Calendar
    addresses: frozenset[str]  # where talks on site are held

    @property
    def channels(self) -> frozenset[str]:
        return frozenset[str]().union(*(hours.channels for hours in self.calendar.hours))

    def with_time(self, absences: dict[int, list[Span]], taken: dict[int, list[Taken]]) -> "Diary":
        key = self.calendar.advisor_id
        calendar = replace(self.calendar, absences=tuple(absences[key]), taken=tuple(taken[key]))
        return Diary(name=self.name, calendar=calendar, addresses=self.addresses)


def question_of(policy: Policy, *, now: datetime, channel: str | None = None, language: str | None = None) -> Question:
    """What policy lets a candidate ask at this moment: from notice to horizon, without the days that are closed."""
    earliest = now + timedelta(hours=policy.notice_hours)
    latest = now + timedelta(days=policy.horizon_days)
    return question_between(earliest, latest, policy=policy, channel=channel, language=language)


def question_between(
    earliest: datetime, latest: datetime, *, policy: Policy, channel: str | None = None, language: str | None = None
) -> Question:
    """The same between any two moments, whatever notice and horizon are."""
    first, last = earliest - ONE_DAY, latest + ONE_DAY  # where the advisor is it may be another year
    return Question(
        earliest=earliest,
        latest=latest,
        channel=channel,
        language=language,
        closed_days=closed_days_of(policy, first.year, last.year),
    )


def free_slots_of(advisors: Advisors, question: Question, *, policy: Policy, without: Entries = ()) -> list[Slot]:
    """The free moments of these advisors, by start and then by advisor. `without` is own time, to be given back."""
    return slots_in(diaries_of(advisors, question, policy=policy, without=without), question)


def slots_in(diaries: Iterable[Diary], question: Question) -> list[Slot]:
    """By start, then by advisor."""
    return sorted(chain.from_iterable(free_slots(diary.calendar, question) for diary in diaries))


def calendars_of(advisors: Advisors, question: Question, *, policy: Policy, without: Entries = ()) -> list[Calendar]:
    return [diary.calendar for diary in diaries_of(advisors, question, policy=policy, without=without)]


def diaries_of(advisors: Advisors, question: Question, *, policy: Policy, without: Entries = ()) -> list[Diary]:
    """Two statements, whatever the number of advisors: who with their hours, absences with taken time. By key."""
    usual = _Usual.of(policy)
    diaries = [_diary(tuple(own), usual) for _key, own in groupby(rows_of(_those(advisors)), itemgetter(0))]
    around = WHOLE_WEEK if any(diary.calendar.has_caps for diary in diaries) else ONE_DAY
    since, until = question.earliest - around, question.latest + around
    those = [diary.calendar.advisor_id for diary in diaries]
    absences, taken = busy_time_of(those, since, until, without=_entries(without))
    return [diary.with_time(absences, taken) for diary in diaries]


def advisor_with_user(advisor_id: int) -> Advisor:
    found = _WITH_USER(advisor_id)
    if found is None:
        raise Advisor.DoesNotExist
    advisor: Advisor
    advisor, advisor.user = found
    return advisor


_WITH_USER = Joined(
    f"""
    SELECT {{advisor}}, {{person}} FROM {Advisor._meta.db_table} advisor
    JOIN {User._meta.db_table} person ON person.id = advisor.user_id WHERE advisor.id = %s
    """,  # noqa: S608  # nothing in it comes from outside
    advisor=Advisor,
    person=User,
)


def _those(advisors: Advisors) -> Statement:
    if isinstance(advisors, Statement):
        return advisors
    return Statement(*advisors.order_by().values("pk").query.sql_with_params())


def _entries(keys: Entries) -> Statement | None:
    if isinstance(keys, Statement):
        return keys
    return Statement(",".join(["%s"] * len(keys)), tuple(keys)) if keys else None


def closed_days_of(policy: Policy, first_year: int, last_year: int) -> frozenset[date]:
    """Dutch public holidays when policy says so, and the employer's own closed days."""
    own = {date.fromisoformat(day) for day in policy.closed_days}
    if not policy.closes_on_public_holidays:
        return frozenset(own)
    return frozenset(own).union(*(public_holidays(year) for year in range(first_year, last_year + 1)))


class _Row(NamedTuple):
    """Of an advisor and one opening, as `rows_of` reads them; the part of the opening is empty for who has none."""

    advisor: int
    name: str
    video_url: str
    zone: str
    languages: str
    length: int | None
    before: int | None
    buffer: int | None
    step: int | None
    max_per_day: int | None
    max_per_week: int | None
    opening: int | None
    weekday: int | None
    starts: time
    ends: time
    channels: str
    location: int | None
    rule: str
    day: date | None
    replaces: bool
    valid_from: date | None
    valid_until: date | None
    own_languages: str
    own_length: int | None
    own_before: int | None
    own_buffer: int | None
    own_step: int | None
    place_is_used: bool | None
    address: str | None


class _Usual(NamedTuple):
    """What policy says where an advisor says nothing; minutes."""

    length: int
    before: int
    buffer: int
    step: int | None
    languages: frozenset[str]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        return cls(
            policy.session_minutes,
            policy.buffer_before_minutes,
            policy.buffer_minutes,
            policy.step_minutes,
            frozenset(policy.languages),
        )


@lru_cache(maxsize=1024)  # who an advisor is and when they work seldom changes; time that is taken is not in it
def _diary(values: tuple[tuple[Any, ...], ...], usual: _Usual) -> Diary:
    rows = [_Row(*with_days(row)) for row in values]
    first = rows[0]
    calendar = Calendar(
        advisor_id=first.advisor,
        zone=ZoneInfo(first.zone),
        length=timedelta(minutes=usual.length if first.length is None else first.length),
        before=timedelta(minutes=usual.before if first.before is None else first.before),
        buffer=timedelta(minutes=usual.buffer if first.buffer is None else first.buffer),
        step=_minutes(usual.step if first.step is None else first.step),
        hours=tuple(hours for row in rows if row.opening is not None and (hours := _hours(row)).channels),
        languages=words_in(first.languages) & usual.languages,
        max_per_day=first.max_per_day,
        max_per_week=first.max_per_week,
    )
    addresses = frozenset(row.address for row in rows if row.place_is_used and row.address)
    return Diary(name=first.name, calendar=calendar, addresses=addresses)


def _hours(row: _Row) -> Hours:
    return Hours(
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        channels=channels_that_work(
            words_in(row.channels), has_video=bool(row.video_url), has_place=bool(row.place_is_used)
        ),
        location_id=row.location,
        rule=row.rule,
        day=row.day,
        replaces=bool(row.replaces),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        languages=words_in(row.own_languages) or None,
        length=_minutes(row.own_length),
        before=_minutes(row.own_before),
        buffer=_minutes(row.own_buffer),
        step=_minutes(row.own_step),
    )


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def channels_that_work(channels: Collection[str], *, has_video: bool, has_place: bool) -> frozenset[str]:
    """Of an opening's channels: on site needs a location in use, video needs a room."""
    works = {TalkChannel.ONSITE.value: has_place, TalkChannel.VIDEO.value: has_video}
    return frozenset(channel for channel in channels if works.get(channel, True))
