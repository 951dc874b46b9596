"""Explain why a slot of an advisor is free or not, with the slot engine that lists the free slots."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from advisors.availability.queries import calendars_for, slot_query_for
from advisors.availability.slots import Calendar, SlotQuery, blocks_of, why_not
from advisors.explain.labels import CalendarFreshness, ExplainContext, describe_reason
from advisors.models import Advisor, ExternalCalendar, TalkChannel
from organisation.models import Policy
from organisation.policy.closed_days import closed_days_of, closed_reason


class Explanation(NamedTuple):
    starts_at: datetime
    text: str  # why it is not free; empty when it is

    @property
    def is_free(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the slots of one day of one advisor."""

    calendar: Calendar
    query: SlotQuery
    day: date
    now: datetime
    external_calendars: dict[int, CalendarFreshness]
    policy: Policy
    holds_talks: bool

    def explain(self, starts_at: datetime) -> Explanation:
        return Explanation(starts_at, self._text(starts_at))

    def every_start(self) -> list[Explanation]:
        """Explanations of every start on the grid of this day."""
        whole_day = _whole_day(self.day, self.calendar.zone, self.query)
        blocks = list(blocks_of(self.calendar, whole_day))
        starts = sorted({start for block in blocks for start in block.starts})
        return [self.explain(datetime.fromtimestamp(start, UTC)) for start in starts]

    def _text(self, starts_at: datetime) -> str:
        if not self.holds_talks:
            return _("this career advisor holds no talks now")
        why = why_not(self.calendar, self.query, starts_at)
        if why is None:
            return ""
        channel = self.query.channel
        context = ExplainContext(
            starts_at=starts_at,
            now=self.now,
            zone=self.calendar.zone,
            channel=None if channel is None else str(TalkChannel(channel).label),
            language=self.query.language,
            external_calendars=self.external_calendars,
            closed=closed_reason(self.policy, starts_at.astimezone(self.calendar.zone).date()),
        )
        return describe_reason(why, context)


def explain_slot(
    advisor: Advisor,
    starts_at: datetime,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
) -> Explanation:
    """Explanation of one start; channel and language are what a candidate would ask for."""
    day = starts_at.astimezone(ZoneInfo(advisor.time_zone)).date()
    explainer = explainer_for(advisor, day, policy=policy, now=now, channel=channel, language=language)
    return explainer.explain(starts_at)


def explainer_for(
    advisor: Advisor,
    day: date,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
) -> Explainer:
    """Explainer for one day (local to the advisor), in four statements; channel and language as a candidate asks."""
    query = slot_query_for(policy, now=now, channel=channel, language=language)
    closed_days = query.closed_days | closed_days_of(policy, day.year, day.year)
    query = replace(query, closed_days=closed_days)
    only = Advisor.objects.filter(pk=advisor.pk)
    (calendar,) = calendars_for(only, _whole_day(day, ZoneInfo(advisor.time_zone), query), policy=policy)
    external = ExternalCalendar.objects.filter(advisor=advisor)
    return Explainer(
        calendar=calendar,
        query=query,
        day=day,
        now=now,
        external_calendars={
            one.pk: CalendarFreshness(one.name, one.read_at, one.failing_since is not None) for one in external
        },
        policy=policy,
        holds_talks=only.active().exists(),
    )


def _whole_day(day: date, zone: ZoneInfo, query: SlotQuery) -> SlotQuery:
    """Same query over all of this day, regardless of notice and horizon."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    last = datetime.combine(day, time.max, tzinfo=zone)
    return replace(query, earliest=start.astimezone(UTC), latest=last.astimezone(UTC))
