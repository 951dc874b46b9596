"""Why nobody talks on a day, in words: the employer's own reason, or the name of the holiday."""

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.working_days import holiday_name
from organisation.models import Policy


def why_closed(policy: Policy, day: date) -> str:
    """Empty on a day on which talks are held. The same days as `advisors.queries.closed_days_of`."""
    if day.isoformat() in policy.closed_days:
        return str(policy.closed_days[day.isoformat()]) or _("closed")
    return holiday_name(day, get_language() or "nl") if policy.closes_on_public_holidays else ""


def own_closed_days(policy: Policy, since: date) -> list[tuple[date, str]]:
    """The employer's own closed days from this day on, in order, with the reason."""
    days = [(date.fromisoformat(day), str(why)) for day, why in sorted(policy.closed_days.items())]
    return [(day, why) for day, why in days if day >= since]
