"""Status of an external calendar as text: age of our copy, and problems."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from advisors.external_calendars import errors as calendar_errors
from advisors.models import Advisor, ExternalCalendar
from core import encryption, errors, http_errors
from core.errors import Refusal
from core.formatting import active_language, format_day, format_time

SENTENCES = {
    kind.code: kind.sentence
    for module in (errors, http_errors, encryption, calendar_errors)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Refusal)
}


@dataclass(frozen=True, kw_only=True)
class CalendarStatus:
    calendar: ExternalCalendar
    age: str  # "read at 09:12"
    problem: str  # a sentence; empty when there is none
    writing_problem: str  # as above

    @property
    def has_problem(self) -> bool:
        return bool(self.problem or self.writing_problem)


def problem_sentence(code: str, language: str | None = None) -> str:
    """Sentence for an error code; empty for an empty code."""
    with translation.override(language or active_language()):
        return str(SENTENCES.get(code, Refusal.sentence)) if code else ""


def calendar_statuses_for(advisor: Advisor, *, now: datetime) -> list[CalendarStatus]:
    """Statuses of an advisor's calendars, in one statement."""
    return [
        CalendarStatus(
            calendar=calendar,
            age=format_age(calendar, ZoneInfo(advisor.time_zone), now=now),
            problem=problem_sentence(calendar.problem),
            writing_problem=problem_sentence(calendar.writing_problem),
        )
        for calendar in ExternalCalendar.objects.filter(advisor=advisor)
    ]


def format_age(calendar: ExternalCalendar, zone: ZoneInfo, *, now: datetime) -> str:
    """Age such as "read at 09:12": with the day when that is not today, or since when reads fail."""
    if calendar.failing_since is not None:
        since = calendar.read_at or calendar.failing_since
        return _("could not be read since %(moment)s") % {"moment": _format_time(since, zone, now)}
    if calendar.read_at is None:
        return _("not read yet")
    if calendar.read_at.astimezone(zone).date() == now.astimezone(zone).date():
        return _("read at %(time)s") % {"time": _format_time(calendar.read_at, zone, now)}
    return _("read on %(moment)s") % {"moment": _format_time(calendar.read_at, zone, now)}


def _format_time(time_at: datetime, zone: ZoneInfo, now: datetime) -> str:
    language = active_language()
    clock = format_time(time_at, language, zone)
    if time_at.astimezone(zone).date() == now.astimezone(zone).date():
        return clock
    return f"{format_day(time_at, language, zone)} {clock}"
