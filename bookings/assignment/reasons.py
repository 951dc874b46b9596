"""Assignment reasons as text, from what assignment/fairness.py stored with the booking."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _

from advisors.models import Advisor
from bookings.assignment.fairness import (
    ASKED_FOR,
    FURTHEST_BELOW_SHARE,
    HANDED_OVER,
    NOBODY_ELSE_FREE,
    ONLY_ONE_FREE,
    SAME_ADVISOR,
)
from bookings.models import Booking


def reasons_of(bookings: Iterable[Booking]) -> dict[int, str]:
    """Text of the reason by key of the booking, in one statement at most; "" when no reason was stored."""
    because = {booking.pk: booking.chosen_because for booking in bookings}
    wanted = {reason["from"] for reason in because.values() if "from" in reason}
    before = Advisor.objects.filter(pk__in=wanted).select_related("user") if wanted else ()
    names = {advisor.pk: advisor.name for advisor in before}
    return {booking_id: format_reason(reason, names) for booking_id, reason in because.items()}


def format_reason(because: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Format one reason; `names` are of the advisors from whom a booking was taken over."""
    rule = because.get("rule", "")
    if rule == FURTHEST_BELOW_SHARE:
        return _furthest_below(because)
    if rule == HANDED_OVER:
        return _("Taken over from %(name)s.") % {"name": names.get(because["from"], _("a colleague"))}
    return {
        NOBODY_ELSE_FREE: _("The first one free: nobody who has a share of the talks was free."),
        ONLY_ONE_FREE: _("The first one free: nobody else was free at that moment."),
        ASKED_FOR: _("The candidate chose this advisor."),
        SAME_ADVISOR: _("The candidate chose whom they spoke before."),
    }.get(rule, "")


def _furthest_below(because: Mapping[str, Any]) -> str:
    numbers = {name: localize(value) for name, value in because.items()}
    return (
        _(
            "The first one free, and furthest below their share: %(talks)s of the talks in %(days)s days, where "
            "%(share)s of %(of)s is fair for %(hours)s open hours. Free at that moment: %(free)s."
        )
        % numbers
    )
