"""The moment that was chosen, in words; or, when it is gone, what is free instead."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, QueryDict

from advisors.models import Advisor
from advisors.refusals import SlotTaken
from bookings.models import Invitation
from bookings.moments import value_of
from bookings.offers import Choice
from bookings.queries import pool_of
from bookings.views.chooser import query_of
from bookings.wishes import Wish


@dataclass(frozen=True)
class Instead:
    value: str
    starts_at: datetime


@dataclass(frozen=True)
class Summary:
    starts_at: datetime
    channel: str
    advisor_name: str  # empty: the first one free
    back_query: str  # to the page on which this was chosen
    refusal: SlotTaken | None = None
    instead: tuple[Instead, ...] = ()


def summary_of(invitation: Invitation, wish: Wish, refusal: SlotTaken | None = None) -> Summary:
    advisor = pool_of(invitation, advisor_id=wish.advisor_id).select_related("user") if wish.advisor_id else None
    found: Advisor | None = advisor.first() if advisor is not None else None
    choice = Choice(wish.channel, wish.language, wish.advisor_id)
    return Summary(
        starts_at=wish.starts_at,
        channel=wish.channel,
        advisor_name=found.name if found else "",
        back_query=query_of(choice, slot=value_of(wish.starts_at)),
        refusal=refusal,
        instead=tuple(
            Instead(value_of(slot.starts_at), slot.starts_at) for slot in (refusal.alternatives if refusal else ())
        ),
    )


def refused_data(request: HttpRequest, refusal: SlotTaken) -> QueryDict:
    """What was sent; without the advisor when only others are still free."""
    data = request.POST.copy()
    if any(str(slot.advisor_id) != data.get("advisor", "") for slot in refusal.alternatives):
        data["advisor"] = ""
    return data
