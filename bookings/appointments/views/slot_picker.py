"""The page on which a moment is chosen; booking and moving share it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from advisors.models import TalkChannel
from bookings.appointments.forms import ChoiceForm
from bookings.availability.options import Choice, Offer
from bookings.availability.queries import in_minutes, offer_of, one_per_start
from bookings.availability.slot_listing import stretch_of, value_of
from bookings.models import Booking, Invitation
from candidates.models import Candidate
from core.timezones import is_elsewhere, place_of
from organisation.models import Policy


@dataclass(frozen=True)
class Ways:
    """Where the buttons of the page lead."""

    here: str
    onward: str
    back: str = ""


@dataclass(frozen=True)
class Channel:
    code: str
    name: str
    hint: str


def channel_of(code: str, offer: Offer) -> Channel:
    return {
        TalkChannel.PHONE.value: Channel(code, _("Phone call"), _("we call you")),
        TalkChannel.VIDEO.value: Channel(code, _("Video call"), _("link in your mail")),
        TalkChannel.ONSITE.value: Channel(code, _("Visit us"), offer.address),
    }[code]


def place_elsewhere(candidate: Candidate, moment: datetime) -> str:
    """Where the candidate's clock stands, when it shows another time than ours."""
    if not is_elsewhere(candidate.zone, moment):
        return ""
    return place_of(candidate.time_zone, get_language() or "nl")


def query_of(choice: Choice, **more: str) -> str:
    advisor = "" if choice.advisor_id is None else str(choice.advisor_id)
    return urlencode({"channel": choice.channel, "language": choice.language, "advisor": advisor, **more})


def chooser(
    request: HttpRequest,
    invitation: Invitation,
    policy: Policy,
    *,
    ways: Ways,
    now: datetime,
    booking: Booking | None = None,
    problem: str = "",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """`booking` is the appointment that moves, `problem` what was wrong with the choice just sent."""
    offer = offer_of(invitation, policy=policy, now=now, instead_of=booking)
    context = {
        "employer": policy,
        "invitation": invitation,
        "booking": booking,
        "offer": offer,
        "minutes": in_minutes(offer.minutes or (policy.session_minutes,)),
        "ways": ways,
        "place": place_of(invitation.candidate.time_zone, get_language() or "nl"),
        "problem": problem,
        **(more or {}),
    }
    if offer.channels and offer.languages:
        context |= _choices(request, offer, _usual(offer, invitation, booking))
        context |= _moments(context["choice"], offer, ways, context["since"])
    return render(request, "bookings/appointments/book.html", context, status=400 if problem else 200)


def _usual(offer: Offer, invitation: Invitation, booking: Booking | None) -> Choice:
    """A move starts with how it was, as long as that can be."""
    if booking:
        choice = Choice(booking.channel, booking.language, booking.advisor_id)
        if offer.free(choice):
            return choice
    return offer.usual(invitation.candidate.language)


def _choices(request: HttpRequest, offer: Offer, usual: Choice) -> dict[str, Any]:
    asked = ChoiceForm(request.GET, offer=offer)
    choice = asked.choice(usual)
    if choice.channel not in offer.channels:
        choice = Choice(usual.channel, choice.language, choice.advisor_id)
    return {
        "choice": choice,
        "since": asked.cleaned_data.get("since"),
        "picked": request.GET.get("slot", ""),
        "channels": [channel_of(code, offer) for code in offer.channels],
        "channel": channel_of(choice.channel, offer),
        "advisor_name": offer.name_of(choice.advisor_id),
        "is_same_advisor": choice.advisor_id is not None and choice.advisor_id == offer.spoken_before,
        "form": ChoiceForm(offer=offer, initial={"advisor": choice.advisor_id, "language": choice.language}),
    }


def _moments(choice: Choice, offer: Offer, ways: Ways, since: Any) -> dict[str, Any]:
    free = offer.free(choice)
    stretch = stretch_of(one_per_start(free), since=since, language=get_language() or "nl", zone=get_current_timezone())
    return {
        "first": free[0] if free else None,
        "first_name": offer.name_of(choice.advisor_id) or offer.only_name,
        "first_query": query_of(choice, slot=value_of(free[0].starts_at)) if free else "",
        "stretch": stretch,
        "here_query": query_of(choice),
        "later_query": query_of(choice, since=stretch.later.isoformat()) if stretch.later else "",
        "others": [] if free else _others(choice, offer),
    }


def _others(choice: Choice, offer: Offer) -> list[dict[str, Any]]:
    return [
        {
            "channel": channel_of(other.channel, offer),
            "is_same_channel": other.channel == choice.channel,
            "first": offer.free(other)[0],
            "query": query_of(other),
        }
        for other in offer.others(choice)
    ]
