from datetime import date, datetime, time

from django import template
from django.conf import settings
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language

from core.formatting import day_in_short, day_in_words, mask_phone, time_in_words

register = template.Library()  # days and times in the reader's zone: the employer's, or the one a candidate chose


@register.filter
def in_words(day: date | datetime | None, with_year: object = False) -> str:
    """`{{ booking.starts_at|in_words }}`, or with the year `{{ invitation.valid_until|in_words:"year" }}`."""
    if not day:
        return ""
    return day_in_words(day, _language(), get_current_timezone(), with_year=bool(with_year))


@register.filter
def in_short(day: date | datetime | None, with_weekday: object = False) -> str:
    """`24 nov` for a list; `{{ day|in_short:"weekday" }}` for `di 24 nov`."""
    if not day:
        return ""
    return day_in_short(day, _language(), get_current_timezone(), with_weekday=bool(with_weekday))


@register.filter
def at_time(moment: datetime | time | None) -> str:
    return "" if moment is None else time_in_words(moment, _language(), get_current_timezone())


@register.filter
def masked_phone(number: object) -> str:
    return mask_phone(str(number)) if number else ""


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
