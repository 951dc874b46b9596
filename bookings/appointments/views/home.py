"""The candidate's home page, and the short links of SMS messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.invitations.status import MAY_CHOOSE, Progress, progress_for
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.short_codes import code_digest
from candidates.access.services import link_for
from candidates.access.session import candidate_required, is_full_session, open_session, session_candidate
from candidates.models import Candidate
from core.rate_limits import client_ip, is_within_limit

MAX_CODES, CODE_PERIOD_SECONDS = 30, 600  # short links per IP address


@dataclass(frozen=True)
class InvitationCard:
    """An invitation on the home page, with its progress, bookings (latest first), waitlist entry and holds."""

    invitation: Invitation
    progress: Progress
    bookings: list[Booking]
    waitlist_entry: WaitlistEntry | None = None
    holds: tuple[Hold, ...] = ()  # that can be taken now

    @property
    def booking(self) -> Booking | None:
        """The booked appointment, or else the completed one, or else the latest."""
        booked = [booking for booking in self.bookings if booking.status == Booking.Status.BOOKED]
        completed = [booking for booking in self.bookings if booking.status == Booking.Status.COMPLETED]
        return next(iter([*booked, *completed, *self.bookings]), None)


@require_http_methods(["GET", "HEAD"])
@candidate_required
def home(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    cards = _cards(candidate, timezone.now())
    context = {"candidate": candidate, "cards": cards, "next": _next_action(cards)}
    return render(request, "bookings/appointments/home.html", context)


@require_http_methods(["GET", "HEAD"])
@never_cache
def short(request: HttpRequest, code: str) -> HttpResponse:
    """Open a session for the appointment or offer of an SMS code; a full session of the candidate stays full."""
    if not is_within_limit(action="short", key=client_ip(request), limit=MAX_CODES, seconds=CODE_PERIOD_SECONDS):
        return render(request, "429.html", status=429)
    now, digest = timezone.now(), code_digest(code)
    if booking := Booking.objects.filter(code_digest=digest, ends_at__gt=now).first():
        page = redirect("bookings:appointment", pk=booking.pk)
        return _with_session(request, page, booking.candidate, now, booking_id=booking.pk)
    if hold := Hold.objects.filter(code_digest=digest, starts_at__gt=now).first():
        page = redirect("bookings:offer", pk=hold.invitation_id)
        return _with_session(request, page, hold.invitation.candidate, now, invitation_id=hold.invitation_id)
    return _uncached(render(request, "bookings/appointments/code_ended.html", status=404))


def _with_session(
    request: HttpRequest, page: HttpResponse, candidate: Candidate, now: datetime, **scope: int
) -> HttpResponse:
    if session_candidate(request, now=now) != candidate or not is_full_session(request):
        open_session(request, link_for(candidate), now=now, **scope)
    response = _uncached(page)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            candidate.language,
            secure=bool(settings.LANGUAGE_COOKIE_SECURE),
            samesite="Lax",
        )
    return response


def _cards(candidate: Candidate, now: datetime) -> list[InvitationCard]:
    own = Invitation.objects.of_candidate(candidate).filter(withdrawn_at__isnull=True)
    invitations = own.select_related("application__vacancy", "waitlist_entry").prefetch_related(
        "bookings__advisor__user", "bookings__referrals__vacancy", "holds"
    )
    return [_card(invitation, now) for invitation in invitations]


def _card(invitation: Invitation, now: datetime) -> InvitationCard:
    bookings = sorted(invitation.bookings.all(), key=lambda booking: booking.starts_at, reverse=True)
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return InvitationCard(
        invitation,
        progress_for(invitation, bookings, now),
        bookings,
        waitlist_entry=entry if entry and entry.ended_at is None else None,
        holds=tuple(hold for hold in invitation.holds.all() if hold.is_active(now)),
    )


def _next_action(cards: list[InvitationCard]) -> dict[str, Any] | None:
    """The card to emphasise: with a planned appointment, or else one that can be booked."""
    planned = [card for card in cards if card.progress == Progress.PLANNED]
    bookable = [card for card in cards if card.progress in MAY_CHOOSE]
    first = next(iter([*planned, *bookable]), None)
    return {"card": first, "is_planned": first in planned} if first else None


def _uncached(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
