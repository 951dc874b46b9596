"""The slot picker, for a new booking and for a move."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from advisors.models import TalkChannel
from bookings.appointments.forms import SlotFilterForm
from bookings.availability.options import BookingOptions, SlotFilter
from bookings.availability.queries import booking_options, format_durations, one_per_start
from bookings.availability.slot_listing import format_start, slot_page
from bookings.models import Booking, Invitation
from candidates.models import Candidate
from core.formatting import active_language
from core.timezones import city_of, is_elsewhere
from organisation.models import Policy


@dataclass(frozen=True)
class SlotPickerUrls:
    """Urls of the picker itself and of the confirmation."""

    page: str
    confirm: str


@dataclass(frozen=True)
class ChannelChoice:
    code: str
    name: str
    hint: str


def channel_choice(code: str, options: BookingOptions) -> ChannelChoice:
    return {
        TalkChannel.PHONE.value: ChannelChoice(code, _("Phone call"), _("we call you")),
        TalkChannel.VIDEO.value: ChannelChoice(code, _("Video call"), _("link in your mail")),
        TalkChannel.ONSITE.value: ChannelChoice(code, _("Visit us"), options.address),
    }[code]


def foreign_city(candidate: Candidate, at: datetime) -> str:
    """City of the candidate's time zone when its offset differs from the employer's at that time, else ""."""
    if not is_elsewhere(candidate.zone, at):
        return ""
    return city_of(candidate.time_zone, active_language())


def query_string(slot_filter: SlotFilter, **extra: str) -> str:
    advisor = "" if slot_filter.advisor_id is None else str(slot_filter.advisor_id)
    return urlencode({"channel": slot_filter.channel, "language": slot_filter.language, "advisor": advisor, **extra})


def slot_picker(
    request: HttpRequest,
    invitation: Invitation,
    policy: Policy,
    *,
    urls: SlotPickerUrls,
    now: datetime,
    booking: Booking | None = None,
    error: str = "",
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Render the picker; `booking` is the one that moves, `error` is about the slot that was submitted."""
    options = booking_options(invitation, policy=policy, now=now, instead_of=booking)
    context = {
        "employer": policy,
        "invitation": invitation,
        "booking": booking,
        "options": options,
        "minutes": format_durations(options.durations or (policy.session_minutes,)),
        "urls": urls,
        "city": city_of(invitation.candidate.time_zone, active_language()),
        "error": error,
        **(extra or {}),
    }
    if options.channels and options.languages:
        context |= _filter_context(request, options, _default_filter(options, invitation, booking))
        context |= _slots_context(context["slot_filter"], options, context["since"])
    return render(request, "bookings/appointments/book.html", context, status=400 if error else 200)


def _default_filter(options: BookingOptions, invitation: Invitation, booking: Booking | None) -> SlotFilter:
    """Filter as the booking that moves is now, if it has free slots; otherwise the default of the options."""
    if booking:
        slot_filter = SlotFilter(booking.channel, booking.language, booking.advisor_id)
        if options.free_slots(slot_filter):
            return slot_filter
    return options.default_filter(invitation.candidate.language)


def _filter_context(request: HttpRequest, options: BookingOptions, default: SlotFilter) -> dict[str, Any]:
    submitted = SlotFilterForm(request.GET, options=options)
    chosen = submitted.slot_filter(default)
    if chosen.channel not in options.channels:
        chosen = replace(chosen, channel=default.channel)
    return {
        "slot_filter": chosen,
        "since": submitted.cleaned_data.get("since"),
        "picked": request.GET.get("slot", ""),
        "channels": [channel_choice(code, options) for code in options.channels],
        "channel": channel_choice(chosen.channel, options),
        "advisor_name": options.advisor_name(chosen.advisor_id),
        "is_same_advisor": chosen.advisor_id is not None and chosen.advisor_id == options.previous_advisor_id,
        "form": SlotFilterForm(options=options, initial={"advisor": chosen.advisor_id, "language": chosen.language}),
    }


def _slots_context(slot_filter: SlotFilter, options: BookingOptions, since: Any) -> dict[str, Any]:
    free = options.free_slots(slot_filter)
    listing = slot_page(one_per_start(free), since=since, language=active_language(), zone=get_current_timezone())
    return {
        "first": free[0] if free else None,
        "first_name": options.advisor_name(slot_filter.advisor_id) or options.only_advisor_name,
        "first_query": query_string(slot_filter, slot=format_start(free[0].starts_at)) if free else "",
        "listing": listing,
        "page_query": query_string(slot_filter),
        "later_query": query_string(slot_filter, since=listing.later.isoformat()) if listing.later else "",
        "others": [] if free else _others(slot_filter, options),
    }


def _others(slot_filter: SlotFilter, options: BookingOptions) -> list[dict[str, Any]]:
    """Other filters with free slots, to suggest beside an empty page."""
    return [
        {
            "channel": channel_choice(other.channel, options),
            "is_same_channel": other.channel == slot_filter.channel,
            "first": options.free_slots(other)[0],
            "query": query_string(other),
        }
        for other in options.other_filters(slot_filter)
    ]
