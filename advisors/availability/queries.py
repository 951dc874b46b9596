"""Load the input of the slot engine for any number of advisors in two SQL statements."""

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
from advisors.availability.raw_sql import fetch_advisor_rows, fetch_busy_time, parse_string_set, parse_times_and_dates
from advisors.availability.slots import BusyPeriod, Calendar, Slot, SlotQuery, Span, free_slots
from advisors.models import Advisor, TalkChannel
from core.prepared_statements import Joined, Statement
from organisation.models import Policy, User
from organisation.policy.closed_days import closed_days_of

ONE_DAY = timedelta(days=1)  # margin around the query: no talk with its buffers is longer
WHOLE_WEEK = timedelta(days=7)  # margin for the maximum per week
# Advisors, and agenda entries to leave out: as objects or keys, or as a statement that selects the keys.
Advisors = QuerySet[Advisor] | Statement
Entries = Collection[int] | Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisorCalendar:
    """Calendar of one advisor, with the name and addresses that a page shows."""

    name: str
    calendar: Calendar
    addresses: frozenset[str]  # of the locations for talks on site

    @property
    def channels(self) -> frozenset[str]:
        return frozenset[str]().union(*(hours.channels for hours in self.calendar.hours))

    def with_busy_time(self, absences: dict[int, list[Span]], busy: dict[int, list[BusyPeriod]]) -> "AdvisorCalendar":
        key = self.calendar.advisor_id
        calendar = replace(self.calendar, absences=tuple(absences[key]), busy=tuple(busy[key]))
        return AdvisorCalendar(name=self.name, calendar=calendar, addresses=self.addresses)


def slot_query_for(
    policy: Policy, *, now: datetime, channel: str | None = None, language: str | None = None
) -> SlotQuery:
    """Slot query that policy allows a candidate now: from notice to horizon, without closed days."""
    earliest = now + timedelta(hours=policy.notice_hours)
    latest = now + timedelta(days=policy.horizon_days)
    return slot_query_between(earliest, latest, policy=policy, channel=channel, language=language)


def slot_query_between(
    earliest: datetime, latest: datetime, *, policy: Policy, channel: str | None = None, language: str | None = None
) -> SlotQuery:
    """Slot query between two times, regardless of notice and horizon."""
    first, last = earliest - ONE_DAY, latest + ONE_DAY  # in the advisor's time zone it may be another year
    return SlotQuery(
        earliest=earliest,
        latest=latest,
        channel=channel,
        language=language,
        closed_days=closed_days_of(policy, first.year, last.year),
    )


def free_slots_for(advisors: Advisors, query: SlotQuery, *, policy: Policy, without: Entries = ()) -> list[Slot]:
    """Free slots of these advisors, by start and then by advisor. `without`: agenda entries to ignore."""
    return free_slots_in(advisor_calendars_for(advisors, query, policy=policy, without=without), query)


def free_slots_in(calendars: Iterable[AdvisorCalendar], query: SlotQuery) -> list[Slot]:
    """Free slots of all calendars, by start and then by advisor."""
    return sorted(chain.from_iterable(free_slots(one.calendar, query) for one in calendars))


def calendars_for(advisors: Advisors, query: SlotQuery, *, policy: Policy, without: Entries = ()) -> list[Calendar]:
    return [one.calendar for one in advisor_calendars_for(advisors, query, policy=policy, without=without)]


def advisor_calendars_for(
    advisors: Advisors, query: SlotQuery, *, policy: Policy, without: Entries = ()
) -> list[AdvisorCalendar]:
    """Calendars by advisor key, in two statements for any number of advisors: hours, then absences and busy time."""
    defaults = _Defaults.of(policy)
    rows = fetch_advisor_rows(_advisor_keys(advisors))
    calendars = [_advisor_calendar(tuple(own), defaults) for _key, own in groupby(rows, itemgetter(0))]
    margin = WHOLE_WEEK if any(one.calendar.has_caps for one in calendars) else ONE_DAY
    since, until = query.earliest - margin, query.latest + margin
    keys = [one.calendar.advisor_id for one in calendars]
    absences, busy = fetch_busy_time(keys, since, until, without=_entry_keys(without))
    return [one.with_busy_time(absences, busy) for one in calendars]


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
    """,  # noqa: S608  # contains no user input
    advisor=Advisor,
    person=User,
)


def _advisor_keys(advisors: Advisors) -> Statement:
    if isinstance(advisors, Statement):
        return advisors
    return Statement(*advisors.order_by().values("pk").query.sql_with_params())


def _entry_keys(keys: Entries) -> Statement | None:
    if isinstance(keys, Statement):
        return keys
    return Statement(",".join(["%s"] * len(keys)), tuple(keys)) if keys else None


class _Row(NamedTuple):
    """One advisor with one opening, as `fetch_advisor_rows` returns it; without openings that part is None."""

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
    location_is_active: bool | None
    address: str | None


class _Defaults(NamedTuple):
    """Defaults from policy for what an advisor leaves empty, in minutes."""

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


@lru_cache(maxsize=1024)  # an advisor and the hours seldom change; busy time is not part of it
def _advisor_calendar(values: tuple[tuple[Any, ...], ...], defaults: _Defaults) -> AdvisorCalendar:
    rows = [_Row(*parse_times_and_dates(row)) for row in values]
    first = rows[0]
    calendar = Calendar(
        advisor_id=first.advisor,
        zone=ZoneInfo(first.zone),
        length=timedelta(minutes=defaults.length if first.length is None else first.length),
        before=timedelta(minutes=defaults.before if first.before is None else first.before),
        buffer=timedelta(minutes=defaults.buffer if first.buffer is None else first.buffer),
        step=_minutes(defaults.step if first.step is None else first.step),
        hours=tuple(hours for row in rows if row.opening is not None and (hours := _hours(row)).channels),
        languages=parse_string_set(first.languages) & defaults.languages,
        max_per_day=first.max_per_day,
        max_per_week=first.max_per_week,
    )
    addresses = frozenset(row.address for row in rows if row.location_is_active and row.address)
    return AdvisorCalendar(name=first.name, calendar=calendar, addresses=addresses)


def _hours(row: _Row) -> Hours:
    return Hours(
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        channels=usable_channels(
            parse_string_set(row.channels), has_video=bool(row.video_url), has_location=bool(row.location_is_active)
        ),
        location_id=row.location,
        rule=row.rule,
        day=row.day,
        replaces=bool(row.replaces),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        languages=parse_string_set(row.own_languages) or None,
        length=_minutes(row.own_length),
        before=_minutes(row.own_before),
        buffer=_minutes(row.own_buffer),
        step=_minutes(row.own_step),
    )


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def usable_channels(channels: Collection[str], *, has_video: bool, has_location: bool) -> frozenset[str]:
    """Channels that can be used now: on site needs an active location, video needs a video address."""
    usable = {TalkChannel.ONSITE.value: has_location, TalkChannel.VIDEO.value: has_video}
    return frozenset(channel for channel in channels if usable.get(channel, True))
