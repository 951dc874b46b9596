"""Waitlist pages: join and leave, the current offer, and the overview for staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.appointments.views.book import candidate_invitation_or_404, closed_response
from bookings.appointments.views.slot_picker import query_string
from bookings.availability.options import BookingOptions, SlotFilter
from bookings.availability.queries import booking_options, eligible_advisors, one_per_start
from bookings.availability.slot_listing import format_start
from bookings.errors import AlreadyBooked, InvitationClosed, MobileNeeded, PhoneNeeded
from bookings.invitations.status import with_names_for
from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.notifications.sms_status import holds_declined_by_sms
from bookings.waitlist.forms import WaitlistForm
from bookings.waitlist.preferences import channel_for
from bookings.waitlist.queries import preferences_of, selectable_weekdays
from bookings.waitlist.services import decline_offer, join_waitlist, leave_waitlist
from candidates.access.session import candidate_required, is_full_session, offer_access
from candidates.models import Candidate
from core.actors import Actor
from core.paging import numbered_page
from organisation.models import Policy, Role
from organisation.permissions import current_staff, role_required

MAX_FREE_SLOTS = 3  # free slots that match, shown to a candidate who waits
PAGE_SIZE = 25


@dataclass(frozen=True)
class SelectableSlot:
    """A slot that the candidate can take, with the query string of the confirmation page."""

    starts_at: datetime
    channel: str
    advisor_name: str
    query: str


@require_http_methods(["GET", "HEAD", "POST"])
@candidate_required
def waiting(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Show the form on GET; join, change the preferences or leave on POST."""
    invitation, now = candidate_invitation_or_404(candidate, pk), timezone.now()
    if closed := closed_response(request, invitation, now):
        return closed
    entry = _active_entry(invitation)
    if "leave" in request.POST:
        leave_waitlist(invitation=invitation, actor=Actor.of(candidate), now=now)
        messages.success(request, _("You are off the waiting list. You can still choose a moment yourself."))
        return redirect("bookings:book", pk=pk)
    options = booking_options(invitation, policy=Policy.objects.current(), now=now)
    form = _form(request, invitation, entry, options)
    if form.is_valid():
        return _join(request, invitation, form, options, now)
    return _page(request, invitation, entry, form, options)


@require_http_methods(["GET", "HEAD", "POST"])
@offer_access
def offer(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Show the slots on hold, with links to book them, on GET; decline them or leave the waitlist on POST."""
    invitation, now = candidate_invitation_or_404(candidate, pk), timezone.now()
    if closed := closed_response(request, invitation, now):
        return closed
    if request.method == "POST":
        return _decline(request, invitation, Actor.of(candidate), now)
    holds = list(invitation.holds.select_related("advisor__user").order_by("starts_at"))
    active = [hold for hold in holds if hold.is_active(now)]
    latest = max(holds, key=lambda hold: (hold.offered_at, hold.pk), default=None)
    context = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "slots": [_selectable_hold(hold) for hold in active],
        "held_until": active[0].expires_at if active else None,
        "latest": latest,
        "expired_count": sum(_expired_with(latest, hold, now) for hold in holds) if latest else 0,
        "entry": _active_entry(invitation),
        "is_full_session": is_full_session(request),
    }
    return render(request, "bookings/waitlist/offer.html", context)


@require_http_methods(["GET", "HEAD"])
@role_required(Role.ADVISOR, Role.RECRUITER)
def waiting_list(request: HttpRequest) -> HttpResponse:
    """Show the waitlist with preferences; names only to staff who may know them."""
    user = current_staff(request)
    waiting = Invitation.objects.visible_to(user).filter(waitlist_entry__in=WaitlistEntry.objects.waiting())
    named = with_names_for(waiting, user=user).select_related(
        "application__candidate", "application__vacancy", "waitlist_entry"
    )
    found = named.prefetch_related("holds").order_by("waitlist_entry__joined_at", "pk")
    page = numbered_page(found, request.GET.get("page"), size=PAGE_SIZE)
    offered = {one: [hold for hold in one.holds.all() if hold.state == Hold.State.OFFERED] for one in page.object_list}
    declined = holds_declined_by_sms(hold for holds in offered.values() for hold in holds)
    rows = [(one, bool(holds), any(hold.pk in declined for hold in holds)) for one, holds in offered.items()]
    return render(request, "bookings/waitlist/list.html", {"page": page, "rows": rows})


def _expired_with(latest: Hold, hold: Hold, now: datetime) -> bool:
    """True when the hold was offered together with the latest one and expired without an answer."""
    is_unanswered = hold.state in (Hold.State.OFFERED, Hold.State.EXPIRED)
    return hold.offered_at == latest.offered_at and is_unanswered and now >= hold.expires_at


def _decline(request: HttpRequest, invitation: Invitation, actor: Actor, now: datetime) -> HttpResponse:
    if "leave" in request.POST:
        leave_waitlist(invitation=invitation, actor=actor, now=now)
        messages.success(request, _("You are off the waiting list. You can still choose a moment yourself."))
    else:
        number = decline_offer(invitation=invitation, actor=actor, now=now)
        message = ngettext(
            "Thank you for letting us know. Somebody else can have it now.",
            "Thank you for letting us know. Somebody else can have them now.",
            number or 1,
        )
        messages.success(request, message)
    return redirect("bookings:offer", pk=invitation.pk)


def _form(
    request: HttpRequest, invitation: Invitation, entry: WaitlistEntry | None, options: BookingOptions
) -> WaitlistForm:
    language = invitation.candidate.language
    return WaitlistForm(
        request.POST if request.method == "POST" else None,
        entry=entry,
        options=options,
        weekdays=selectable_weekdays(eligible_advisors(invitation), options.slots, invitation.candidate.zone),
        language=language if language in (options.languages or [language]) else options.languages[0],
        known_phone=str(invitation.candidate.phone),
    )


def _join(
    request: HttpRequest, invitation: Invitation, form: WaitlistForm, options: BookingOptions, now: datetime
) -> HttpResponse:
    entry, actor = _active_entry(invitation), Actor.of(invitation.candidate)
    try:
        join_waitlist(invitation=invitation, request=form.waitlist_request(), actor=actor, now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return _page(request, invitation, entry, form, options)
    except (AlreadyBooked, InvitationClosed) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:book", pk=invitation.pk)
    message = _("Your wishes are saved.") if entry else _("You are on the waiting list.")
    messages.success(request, message)
    return redirect("bookings:waiting", pk=invitation.pk)


def _page(
    request: HttpRequest,
    invitation: Invitation,
    entry: WaitlistEntry | None,
    form: WaitlistForm,
    options: BookingOptions,
) -> HttpResponse:
    context: dict[str, Any] = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "entry": entry,
        "form": form,
        "free_slots": _matching_free_slots(entry, options) if entry else [],
        "has_hold": invitation.holds.offered().exists(),
    }
    return render(request, "bookings/waitlist/join.html", context, status=400 if form.errors else 200)


def _matching_free_slots(entry: WaitlistEntry, options: BookingOptions) -> list[SelectableSlot]:
    preferences = preferences_of(entry)
    found: list[SelectableSlot] = []
    for slot in one_per_start(list(options.slots)):
        channel = channel_for(slot, preferences)
        if channel is not None and len(found) < MAX_FREE_SLOTS:
            slot_filter = SlotFilter(channel, entry.language, slot.advisor_id)
            query = query_string(slot_filter, slot=format_start(slot.starts_at))
            found.append(SelectableSlot(slot.starts_at, channel, options.advisor_name(slot.advisor_id), query))
    return found


def _selectable_hold(hold: Hold) -> SelectableSlot:
    slot_filter = SlotFilter(hold.channel, hold.language, hold.advisor_id)
    query = query_string(slot_filter, slot=format_start(hold.starts_at))
    return SelectableSlot(hold.starts_at, hold.channel, hold.advisor.name, query)


def _active_entry(invitation: Invitation) -> WaitlistEntry | None:
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return entry if entry and entry.ended_at is None else None
