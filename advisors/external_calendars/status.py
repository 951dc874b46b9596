"""How fresh our copy of a calendar elsewhere is, and why it is not fresher, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from advisors.external_calendars import errors as calendar_refusals
from advisors.models import Advisor, OtherCalendar
from core import errors
from core.errors import Refusal
from core.formatting import day_in_words, time_in_words

SENTENCES = {
    kind.code: kind.sentence
    for room in (errors, calendar_refusals)
    for kind in vars(room).values()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}


@dataclass(frozen=True, kw_only=True)
class CalendarState:
    calendar: OtherCalendar
    age: str  # "read at 09:12"
    problem: str  # a sentence, or empty
    writing_problem: str  # as above

    @property
    def needs_care(self) -> bool:
        return bool(self.problem or self.writing_problem)


def problem_in_words(code: str, language: str | None = None) -> str:
    with translation.override(language or get_language() or settings.LANGUAGE_CODE):
        return str(SENTENCES.get(code, Refusal.sentence)) if code else ""


def calendar_states_of(advisor: Advisor, *, now: datetime) -> list[CalendarState]:
    """One statement."""
    return [
        CalendarState(
            calendar=calendar,
            age=age_in_words(calendar, ZoneInfo(advisor.time_zone), now=now),
            problem=problem_in_words(calendar.problem),
            writing_problem=problem_in_words(calendar.writing_problem),
        )
        for calendar in OtherCalendar.objects.filter(advisor=advisor)
    ]


def age_in_words(calendar: OtherCalendar, zone: ZoneInfo, *, now: datetime) -> str:
    """ "read at 09:12"; with the day when that is not today, and since when it fails."""
    if calendar.failing_since is not None:
        since = calendar.read_at or calendar.failing_since
        return _("could not be read since %(moment)s") % {"moment": _moment(since, zone, now)}
    if calendar.read_at is None:
        return _("not read yet")
    if calendar.read_at.astimezone(zone).date() == now.astimezone(zone).date():
        return _("read at %(time)s") % {"time": _moment(calendar.read_at, zone, now)}
    return _("read on %(moment)s") % {"moment": _moment(calendar.read_at, zone, now)}


def _moment(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    language = get_language() or settings.LANGUAGE_CODE
    clock = time_in_words(moment, language, zone)
    if moment.astimezone(zone).date() == now.astimezone(zone).date():
        return clock
    return f"{day_in_words(moment, language, zone)} {clock}"
