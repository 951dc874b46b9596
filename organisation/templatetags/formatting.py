from datetime import date, datetime, time

from django import template
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from ua_parser import parse as parse_user_agent

from core.formatting import active_language, format_day, format_short_day, format_time
from core.masking import mask_phone

MAX_USER_AGENT = 300  # characters
register = template.Library()  # days and times in the reader's zone: the employer's, or the one a candidate chose


@register.filter
def in_words(day: date | datetime | None, with_year: object = False) -> str:
    """`{{ booking.starts_at|in_words }}`, or with the year `{{ invitation.valid_until|in_words:"year" }}`."""
    if not day:
        return ""
    return format_day(day, _language(), get_current_timezone(), with_year=bool(with_year))


@register.filter
def in_short(day: date | datetime | None, with_weekday: object = False) -> str:
    """`24 nov` for a list; `{{ day|in_short:"weekday" }}` for `di 24 nov`."""
    if not day:
        return ""
    return format_short_day(day, _language(), get_current_timezone(), with_weekday=bool(with_weekday))


@register.filter
def at_time(moment: datetime | time | None) -> str:
    return "" if moment is None else format_time(moment, _language(), get_current_timezone())


@register.filter
def masked_phone(number: object) -> str:
    return mask_phone(str(number)) if number else ""


def _language() -> str:
    return active_language()


@register.filter
def device(user_agent: str) -> str:
    """Browser and operating system of a session, such as "Firefox on Windows"; as far as they are known."""
    found = parse_user_agent(user_agent[:MAX_USER_AGENT])
    browser = found.user_agent.family if found.user_agent else _("Unknown browser")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": found.os.family} if found.os else browser
