"""The page on which a candidate confirms a chosen slot, for a new booking and for a move."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from advisors.availability.errors import SlotTaken
from bookings.appointments.forms import SlotForm, SlotPhoneForm
from bookings.appointments.views.slot_picker import foreign_city, query_string
from bookings.availability.options import SlotFilter
from bookings.availability.queries import eligible_advisors
from bookings.availability.slot_listing import format_start
from bookings.models import Booking, Invitation
from bookings.requests import BookingRequest
from candidates.access.session import is_full_session
from organisation.models import Policy


@dataclass(frozen=True)
class Alternative:
    value: str
    starts_at: datetime


@dataclass(frozen=True)
class SlotSummary:
    """The chosen slot; when it is taken, with the refusal and alternatives."""

    starts_at: datetime
    channel: str
    advisor_name: str  # empty: assigned when booked
    city: str  # of the candidate's time zone, when it differs from the employer's
    back_query: str  # of the slot picker
    refusal: SlotTaken | None = None
    alternatives: tuple[Alternative, ...] = ()


def confirm_page(
    request: HttpRequest,
    invitation: Invitation,
    form: SlotPhoneForm,
    *,
    chosen: SlotForm | None = None,
    booking: Booking | None = None,
    refusal: SlotTaken | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the confirmation; `chosen` is the slot before the form is submitted, `booking` the one that moves."""
    context = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "booking": booking,
        "form": form,
        "summary": _summary(invitation, SlotForm.booking_request(chosen or form), refusal),
        "is_full_session": bool(booking) or is_full_session(request),  # an SMS code may move its booking too
    }
    return render(request, "bookings/appointments/confirm.html", context, status=status)


def slot_taken_page(
    request: HttpRequest,
    invitation: Invitation,
    form: SlotPhoneForm,
    refusal: SlotTaken,
    *,
    booking: Booking | None = None,
) -> HttpResponse:
    """Render the confirmation again, with the data that was entered and the alternatives."""
    retry = type(form)(_retry_data(request, refusal), known_phone=form.known_phone)
    retry.is_valid()
    return confirm_page(request, invitation, retry, booking=booking, refusal=refusal, status=409)


def _summary(invitation: Invitation, chosen: BookingRequest, refusal: SlotTaken | None) -> SlotSummary:
    slot_filter = SlotFilter(chosen.channel, chosen.language, chosen.advisor_id)
    return SlotSummary(
        starts_at=chosen.starts_at,
        channel=chosen.channel,
        advisor_name=_advisor_name(invitation, chosen.advisor_id),
        city=foreign_city(invitation.candidate, chosen.starts_at),
        back_query=query_string(slot_filter, slot=format_start(chosen.starts_at)),
        refusal=refusal,
        alternatives=tuple(
            Alternative(format_start(slot.starts_at), slot.starts_at)
            for slot in (refusal.alternatives if refusal else ())
        ),
    )


def _advisor_name(invitation: Invitation, advisor_id: int | None) -> str:
    """Name of the chosen advisor, or of the only one with opening hours."""
    pool = eligible_advisors(invitation, advisor_id=advisor_id).select_related("user")
    found = list(pool if advisor_id else pool.filter(openings__isnull=False).distinct()[:2])
    return found[0].name if len(found) == 1 else ""


def _retry_data(request: HttpRequest, refusal: SlotTaken) -> QueryDict:
    """Submitted data, without the advisor when the alternatives are with others."""
    data = request.POST.copy()
    if any(str(slot.advisor_id) != data.get("advisor", "") for slot in refusal.alternatives):
        data["advisor"] = ""
    return data
