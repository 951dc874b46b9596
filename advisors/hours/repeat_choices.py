"""Common recurrences of opening hours: as form choices, as RFC 5545 rules and as labels."""

import re

from babel.dates import get_day_names
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import active_language

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # RFC 5545, 3.3.10
EVERY_TWO_WEEKS = re.compile(r"FREQ=WEEKLY;INTERVAL=2;BYDAY=(?P<code>[A-Z]{2})")
ONCE_A_MONTH = re.compile(r"FREQ=MONTHLY;BYDAY=(?P<which>[1-4]|-1)(?P<code>[A-Z]{2})")


class Repeats(TextChoices):
    WEEK = "week", gettext_lazy("Every week")
    TWO_WEEKS = "two_weeks", gettext_lazy("Every two weeks")
    FIRST = "1", gettext_lazy("Every month: the first")
    SECOND = "2", gettext_lazy("Every month: the second")
    THIRD = "3", gettext_lazy("Every month: the third")
    FOURTH = "4", gettext_lazy("Every month: the fourth")
    LAST = "-1", gettext_lazy("Every month: the last")
    RULE = "rule", gettext_lazy("By a rule of your own")


LABELS: dict[Repeats, Promise] = {
    Repeats.TWO_WEEKS: gettext_lazy("Every two weeks on %(day)s"),
    Repeats.FIRST: gettext_lazy("Every first %(day)s of the month"),
    Repeats.SECOND: gettext_lazy("Every second %(day)s of the month"),
    Repeats.THIRD: gettext_lazy("Every third %(day)s of the month"),
    Repeats.FOURTH: gettext_lazy("Every fourth %(day)s of the month"),
    Repeats.LAST: gettext_lazy("Every last %(day)s of the month"),
}


def rule_of(repeats: Repeats, weekday: int) -> str:
    """Recurrence rule of a choice, except for every week. Every two weeks counts from the week of the first day."""
    if repeats == Repeats.TWO_WEEKS:
        return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={CODES[weekday]}"
    return f"FREQ=MONTHLY;BYDAY={repeats.value}{CODES[weekday]}"


def repeats_of(rule: str) -> tuple[Repeats, int | None]:
    """Choice and weekday that give this rule; `Repeats.RULE` when no choice does."""
    if not rule:
        return Repeats.WEEK, None
    if found := EVERY_TWO_WEEKS.fullmatch(rule):
        return Repeats.TWO_WEEKS, CODES.index(found["code"])
    if found := ONCE_A_MONTH.fullmatch(rule):
        return Repeats(found["which"]), CODES.index(found["code"])
    return Repeats.RULE, None


def format_rule(rule: str) -> str:
    repeats, weekday = repeats_of(rule)
    if weekday is None:
        return _("By the rule %(rule)s") % {"rule": rule}
    return str(LABELS[repeats]) % {"day": format_weekday(weekday)}


def format_weekday(weekday: int) -> str:
    """Weekday within a sentence: `woensdag`, `Wednesday`."""
    language = active_language()
    return str(get_day_names(locale=language.replace("-", "_"))[weekday])
