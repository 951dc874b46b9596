"""Why a moment of an advisor can be booked or not: asks the engine that lists, and puts its answer into words."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from advisors.availability.queries import calendars_of, closed_days_of, question_of
from advisors.availability.slots import Calendar, Question, blocks_of, why_not
from advisors.explain.labels import Asked, Elsewhere, words_of
from advisors.models import Advisor, OtherCalendar, TalkChannel
from organisation.closed_days import why_closed
from organisation.models import Policy


class Explanation(NamedTuple):
    starts_at: datetime
    words: str  # why it is not free; nothing when it is

    @property
    def is_free(self) -> bool:
        return not self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainer:
    """Explains the moments of one day of one advisor."""

    calendar: Calendar
    question: Question
    day: date
    now: datetime
    elsewhere: dict[int, Elsewhere]
    policy: Policy
    holds_talks: bool

    def of(self, moment: datetime) -> Explanation:
        return Explanation(moment, self._words(moment))

    def every_start(self) -> list[Explanation]:
        """Of the grid of this day, whatever takes it away."""
        whole = _day(self.day, self.calendar.zone, self.question)
        blocks = list(blocks_of(self.calendar, whole))
        starts = sorted({start for block in blocks for start in block.starts})
        return [self.of(datetime.fromtimestamp(start, UTC)) for start in starts]

    def _words(self, moment: datetime) -> str:
        if not self.holds_talks:
            return _("this career advisor holds no talks now")
        why = why_not(self.calendar, self.question, moment)
        if why is None:
            return ""
        channel = self.question.channel
        asked = Asked(
            starts_at=moment,
            now=self.now,
            zone=self.calendar.zone,
            channel=None if channel is None else str(TalkChannel(channel).label),
            language=self.question.language,
            elsewhere=self.elsewhere,
            closed=why_closed(self.policy, moment.astimezone(self.calendar.zone).date()),
        )
        return words_of(why, asked)


def explanation_of(
    advisor: Advisor,
    moment: datetime,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
) -> Explanation:
    day = moment.astimezone(ZoneInfo(advisor.time_zone)).date()
    return explainer_of(advisor, day, policy=policy, now=now, channel=channel, language=language).of(moment)


def explainer_of(
    advisor: Advisor,
    day: date,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
) -> Explainer:
    """In four statements. `day` is local to the advisor; channel and language are what a candidate would ask."""
    question = question_of(policy, now=now, channel=channel, language=language)
    closed_days = question.closed_days | closed_days_of(policy, day.year, day.year)
    question = replace(question, closed_days=closed_days)
    only = Advisor.objects.filter(pk=advisor.pk)
    (calendar,) = calendars_of(only, _day(day, ZoneInfo(advisor.time_zone), question), policy=policy)
    others = OtherCalendar.objects.filter(advisor=advisor)
    return Explainer(
        calendar=calendar,
        question=question,
        day=day,
        now=now,
        elsewhere={one.pk: Elsewhere(one.name, one.read_at, one.failing_since is not None) for one in others},
        policy=policy,
        holds_talks=only.active().exists(),
    )


def _day(day: date, zone: ZoneInfo, question: Question) -> Question:
    """The same question about all of this day, whatever notice and horizon say."""
    start = datetime.combine(day, time.min, tzinfo=zone)
    last = datetime.combine(day, time.max, tzinfo=zone)
    return replace(question, earliest=start.astimezone(UTC), latest=last.astimezone(UTC))
