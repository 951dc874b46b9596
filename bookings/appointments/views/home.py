"""Where a candidate comes in: the first page behind the private link, and the short code of a text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.invitations.progress import MAY_CHOOSE, Progress, progress_of
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.short_codes import digest_of
from candidates.access.services import link_of
from candidates.access.session import candidate_of, for_candidate, is_whole_session, open_session
from candidates.models import Candidate
from core.rate_limits import address_of_visitor, is_within

CODES_AT_ONCE = 30  # from one address, in ten minutes
TEN_MINUTES = 600


@dataclass(frozen=True)
class Way:
    """An invitation, how far it came, and the appointment that counts."""

    invitation: Invitation
    progress: Progress
    bookings: list[Booking]
    waits: WaitlistEntry | None = None
    held: tuple[Hold, ...] = ()  # moments that are kept for the candidate now

    @property
    def booking(self) -> Booking | None:
        standing = [booking for booking in self.bookings if booking.status == Booking.Status.BOOKED]
        held = [booking for booking in self.bookings if booking.status == Booking.Status.COMPLETED]
        return next(iter([*standing, *held, *self.bookings]), None)


@require_http_methods(["GET", "HEAD"])
@for_candidate
def home(request: HttpRequest, candidate: Candidate) -> HttpResponse:
    ways = _ways(candidate, timezone.now())
    return render(request, "bookings/appointments/home.html", {"candidate": candidate, "ways": ways, "next": _next(ways)})


@require_http_methods(["GET", "HEAD"])
@never_cache
def short(request: HttpRequest, code: str) -> HttpResponse:
    """A text's code opens its own appointment or offer; whoever is in with the whole link stays so."""
    if not is_within(action="short", who=address_of_visitor(request), times=CODES_AT_ONCE, seconds=TEN_MINUTES):
        return render(request, "429.html", status=429)
    now, digest = timezone.now(), digest_of(code)
    if booking := Booking.objects.filter(code_digest=digest, ends_at__gt=now).first():
        page = redirect("bookings:appointment", pk=booking.pk)
        return _opened(request, page, booking.candidate, now, booking_id=booking.pk)
    if held := Hold.objects.filter(code_digest=digest, starts_at__gt=now).first():
        page = redirect("bookings:offer", pk=held.invitation_id)
        return _opened(request, page, held.invitation.candidate, now, invitation_id=held.invitation_id)
    return _private(render(request, "bookings/appointments/code_ended.html", status=404))


def _opened(request: HttpRequest, page: HttpResponse, candidate: Candidate, now: datetime, **only: int) -> HttpResponse:
    if candidate_of(request, now=now) != candidate or not is_whole_session(request):
        open_session(request, link_of(candidate), now=now, **only)
    response = _private(page)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            candidate.language,
            secure=bool(settings.LANGUAGE_COOKIE_SECURE),
            samesite="Lax",
        )
    return response


def _ways(candidate: Candidate, now: datetime) -> list[Way]:
    own = Invitation.objects.of_candidate(candidate).filter(withdrawn_at__isnull=True)
    invitations = own.select_related("application__vacancy", "waitlist_entry").prefetch_related(
        "bookings__advisor__user", "bookings__referrals__vacancy", "holds"
    )
    return [_way(invitation, now) for invitation in invitations]


def _way(invitation: Invitation, now: datetime) -> Way:
    bookings = sorted(invitation.bookings.all(), key=lambda booking: booking.starts_at, reverse=True)
    entry: WaitlistEntry | None = getattr(invitation, "waitlist_entry", None)
    return Way(
        invitation,
        progress_of(invitation, bookings, now),
        bookings,
        waits=entry if entry and entry.ended_at is None else None,
        held=tuple(one for one in invitation.holds.all() if one.stands(now)),
    )


def _next(ways: list[Way]) -> dict[str, Any] | None:
    """The one clear thing to do: an appointment to come, or else a moment to choose."""
    planned = [way for way in ways if way.progress == Progress.PLANNED]
    open_ways = [way for way in ways if way.progress in MAY_CHOOSE]
    first = next(iter([*planned, *open_ways]), None)
    return {"way": first, "is_planned": first in planned} if first else None


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
