"""No suitable moment: the candidate's place on the waiting list, and the moment that is offered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from bookings.appointments.views.book import closed_for, invitation_of, known_phone
from bookings.appointments.views.slot_picker import query_of
from bookings.availability.options import Choice, Offer
from bookings.availability.queries import offer_of, one_per_start, pool_of
from bookings.availability.slot_listing import value_of
from bookings.errors import AlreadyBooked, InvitationClosed, MobileNeeded, PhoneNeeded
from bookings.invitations.status import with_names_for
from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.notifications.sms_status import said_no_to
from bookings.waitlist.forms import WaitingForm
from bookings.waitlist.preferences import channel_for
from bookings.waitlist.queries import weekdays_of, wishes_of
from bookings.waitlist.services import decline, leave, wait
from candidates.access.session import for_candidate, for_offer, is_whole_session
from candidates.models import Candidate
from core.actors import Actor
from organisation.models import Policy, Role
from organisation.permissions import for_role, staff_of

FREE_NOW = 3  # that fit the wishes, as an invitation not to wait
ON_A_PAGE = 50


@dataclass(frozen=True)
class Moment:
    """One that can be taken, with the query of the page on which it is confirmed."""

    starts_at: datetime
    channel: str
    advisor_name: str
    query: str


@require_http_methods(["GET", "HEAD", "POST"])
@for_candidate
def waiting(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """Join the list, see and change what is wished, leave."""
    invitation, now = invitation_of(candidate, pk), timezone.now()
    if closed := closed_for(request, invitation, now):
        return closed
    entry = _entry_of(invitation)
    if "leave" in request.POST:
        leave(invitation=invitation, actor=Actor.of(candidate), now=now)
        messages.success(request, _("You are off the waiting list. You can still choose a moment yourself."))
        return redirect("bookings:book", pk=pk)
    offer = offer_of(invitation, policy=Policy.objects.current(), now=now)
    form = _form(request, invitation, entry, offer)
    if form.is_valid():
        return _wait(request, invitation, form, offer, now)
    return _waiting(request, invitation, entry, form, offer)


@require_http_methods(["GET", "HEAD", "POST"])
@for_offer
def offer(request: HttpRequest, candidate: Candidate, pk: int) -> HttpResponse:
    """What is kept for the candidate now. Taking it is booking it; a POST says no."""
    invitation, now = invitation_of(candidate, pk), timezone.now()
    if closed := closed_for(request, invitation, now):
        return closed
    if request.method == "POST":
        return _answer(request, invitation, Actor.of(candidate), now)
    holds = list(invitation.holds.select_related("advisor__user").order_by("starts_at"))
    standing = [one for one in holds if one.stands(now)]
    latest = max(holds, key=lambda one: (one.offered_at, one.pk), default=None)
    context = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "moments": [_of_hold(one) for one in standing],
        "held_until": standing[0].expires_at if standing else None,
        "latest": latest,
        "expired": sum(_expired_with(latest, one, now) for one in holds) if latest else 0,
        "entry": _entry_of(invitation),
        "is_whole_session": is_whole_session(request),
    }
    return render(request, "bookings/waitlist/offer.html", context)


@require_http_methods(["GET", "HEAD"])
@for_role(Role.ADVISOR, Role.RECRUITER)
def waiting_list(request: HttpRequest) -> HttpResponse:
    """How many wait, since when and for what; a name only for who may know it."""
    user = staff_of(request)
    waits = Invitation.objects.visible_to(user).filter(waitlist_entry__in=WaitlistEntry.objects.waiting())
    named = with_names_for(waits, user=user).select_related(
        "application__candidate", "application__vacancy", "waitlist_entry"
    )
    found = named.prefetch_related("holds").order_by("waitlist_entry__joined_at", "pk")
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    offered = {one: [held for held in one.holds.all() if held.state == Hold.State.OFFERED] for one in page.object_list}
    declined = said_no_to(held for holds in offered.values() for held in holds)
    rows = [(one, bool(holds), any(held.pk in declined for held in holds)) for one, holds in offered.items()]
    return render(request, "bookings/waitlist/list.html", {"page": page, "rows": rows})


def _expired_with(latest: Hold, one: Hold, now: datetime) -> bool:
    """Offered in one letter with the latest, and not kept any more because nobody answered."""
    unanswered = one.state in (Hold.State.OFFERED, Hold.State.EXPIRED)
    return one.offered_at == latest.offered_at and unanswered and now >= one.expires_at


def _answer(request: HttpRequest, invitation: Invitation, actor: Actor, now: datetime) -> HttpResponse:
    if "leave" in request.POST:
        leave(invitation=invitation, actor=actor, now=now)
        messages.success(request, _("You are off the waiting list. You can still choose a moment yourself."))
    else:
        number = decline(invitation=invitation, actor=actor, now=now)
        said = ngettext(
            "Thank you for letting us know. Somebody else can have it now.",
            "Thank you for letting us know. Somebody else can have them now.",
            number or 1,
        )
        messages.success(request, said)
    return redirect("bookings:offer", pk=invitation.pk)


def _form(request: HttpRequest, invitation: Invitation, entry: WaitlistEntry | None, offer: Offer) -> WaitingForm:
    language = invitation.candidate.language
    return WaitingForm(
        request.POST if request.method == "POST" else None,
        entry=entry,
        offer=offer,
        weekdays=weekdays_of(pool_of(invitation), offer.slots, invitation.candidate.zone),
        language=language if language in (offer.languages or [language]) else offer.languages[0],
        known_phone=known_phone(invitation),
    )


def _wait(request: HttpRequest, invitation: Invitation, form: WaitingForm, offer: Offer, now: datetime) -> HttpResponse:
    entry = _entry_of(invitation)
    try:
        wait(invitation=invitation, wishes=form.wishes(), actor=Actor.of(invitation.candidate), now=now)
    except (PhoneNeeded, MobileNeeded) as refusal:
        form.add_error("phone", str(refusal))
        return _waiting(request, invitation, entry, form, offer)
    except (AlreadyBooked, InvitationClosed) as refusal:
        messages.warning(request, str(refusal))
        return redirect("bookings:book", pk=invitation.pk)
    said = _("Your wishes are saved.") if entry else _("You are on the waiting list.")
    messages.success(request, said)
    return redirect("bookings:waiting", pk=invitation.pk)


def _waiting(
    request: HttpRequest, invitation: Invitation, entry: WaitlistEntry | None, form: WaitingForm, offer: Offer
) -> HttpResponse:
    context: dict[str, Any] = {
        "employer": Policy.objects.current(),
        "invitation": invitation,
        "entry": entry,
        "form": form,
        "free": _free_now(entry, offer) if entry else [],
        "is_held": invitation.holds.offered().exists(),
    }
    return render(request, "bookings/waitlist/join.html", context, status=400 if form.errors else 200)


def _free_now(entry: WaitlistEntry, offer: Offer) -> list[Moment]:
    wishes = wishes_of(entry)
    found: list[Moment] = []
    for slot in one_per_start(list(offer.slots)):
        channel = channel_for(slot, wishes)
        if channel is not None and len(found) < FREE_NOW:
            choice = Choice(channel, entry.language, slot.advisor_id)
            name, query = offer.name_of(slot.advisor_id), query_of(choice, slot=value_of(slot.starts_at))
            found.append(Moment(slot.starts_at, channel, name, query))
    return found


def _of_hold(held: Hold) -> Moment:
    choice = Choice(held.channel, held.language, held.advisor_id)
    return Moment(held.starts_at, held.channel, held.advisor.name, query_of(choice, slot=value_of(held.starts_at)))


def _entry_of(invitation: Invitation) -> WaitlistEntry | None:
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return entry if entry and entry.ended_at is None else None
