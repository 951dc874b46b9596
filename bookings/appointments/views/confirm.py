"""The page on which a chosen moment is confirmed; booking and moving share it."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from advisors.availability.errors import SlotTaken
from bookings.appointments.forms import MomentForm, PhoneForm
from bookings.appointments.views.slot_picker import place_elsewhere, query_of
from bookings.availability.options import Choice
from bookings.availability.queries import pool_of
from bookings.availability.slot_listing import value_of
from bookings.models import Booking, Invitation
from bookings.requests import Wish
from candidates.access.session import is_whole_session
from organisation.models import Policy


@dataclass(frozen=True)
class Instead:
    value: str
    starts_at: datetime


@dataclass(frozen=True)
class Summary:
    """The moment that was chosen, in words; or, when it is gone, what is free instead."""

    starts_at: datetime
    channel: str
    advisor_name: str  # empty: the first one free of more
    place: str  # whose clock shows the time, when it is not ours
    back_query: str  # to the page on which this was chosen
    refusal: SlotTaken | None = None
    instead: tuple[Instead, ...] = ()


def details_page(
    request: HttpRequest,
    invitation: Invitation,
    form: PhoneForm,
    *,
    moment: MomentForm | None = None,
    booking: Booking | None = None,
    refusal: SlotTaken | None = None,
    status: int = 200,
) -> HttpResponse:
    """`moment` is what was chosen, when the form was not sent yet; `booking` is the appointment that moves."""
    context = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "booking": booking,
        "form": form,
        "summary": _summary_of(invitation, MomentForm.wish(moment or form), refusal),
        "is_whole_session": bool(booking) or is_whole_session(request),  # a text's code moves its own as well
    }
    return render(request, "bookings/appointments/confirm.html", context, status=status)


def taken_page(
    request: HttpRequest, invitation: Invitation, form: PhoneForm, refusal: SlotTaken, *, booking: Booking | None = None
) -> HttpResponse:
    """Keep what was typed and offer what is still free."""
    again = type(form)(_refused_data(request, refusal), known_phone=form.known_phone)
    again.is_valid()
    return details_page(request, invitation, again, booking=booking, refusal=refusal, status=409)


def _summary_of(invitation: Invitation, wish: Wish, refusal: SlotTaken | None) -> Summary:
    choice = Choice(wish.channel, wish.language, wish.advisor_id)
    return Summary(
        starts_at=wish.starts_at,
        channel=wish.channel,
        advisor_name=_name_of_advisor(invitation, wish.advisor_id),
        place=place_elsewhere(invitation.candidate, wish.starts_at),
        back_query=query_of(choice, slot=value_of(wish.starts_at)),
        refusal=refusal,
        instead=tuple(
            Instead(value_of(slot.starts_at), slot.starts_at) for slot in (refusal.alternatives if refusal else ())
        ),
    )


def _name_of_advisor(invitation: Invitation, advisor_id: int | None) -> str:
    """Of the one who was chosen, or who is the only one with hours."""
    pool = pool_of(invitation, advisor_id=advisor_id).select_related("user")
    found = list(pool if advisor_id else pool.filter(openings__isnull=False).distinct()[:2])
    return found[0].name if len(found) == 1 else ""


def _refused_data(request: HttpRequest, refusal: SlotTaken) -> QueryDict:
    """What was sent; without the advisor when only others are still free."""
    data = request.POST.copy()
    if any(str(slot.advisor_id) != data.get("advisor", "") for slot in refusal.alternatives):
        data["advisor"] = ""
    return data
