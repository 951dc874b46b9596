"""Messages in response to calendar replies. A reply by itself cancels or moves nothing."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bookings.availability.slot_listing import format_start
from bookings.calendar.itip import ProposedTime
from bookings.models import Booking
from bookings.notifications.context import advisor_context, candidate_context, date_context, format_date_time
from bookings.wording import file_url
from candidates.access.services import link_url_for
from core.timezones import EMPLOYER_ZONE
from organisation.models import Policy
from outbox.compose import MailRecipient, compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.templates import render_plain


def calendar_reply_sentence(answer: str, proposed: datetime | None, *, language: str) -> str:
    """Sentence for staff about a reply that is forwarded as mail: "declined", or the proposed time."""
    context: dict[str, object] = {
        "said": answer,
        "moment": format_date_time(proposed, language, EMPLOYER_ZONE) if proposed else "",
    }
    return render_plain("bookings/said_in_calendar", language=language, context=context) if answer else ""


def calendar_declined(booking: Booking, policy: Policy, *, mail: int = 0) -> MessageDraft:
    """Ask the candidate whether to cancel after their calendar declined."""
    booking = _loaded(booking)
    extra = {"cancel_url": link_url_for(booking.candidate, f"appointments/{booking.pk}/cancel/")}
    context = candidate_context(booking, policy) | extra
    return _letter("declined_in_calendar", booking, policy, booking.candidate.mail_recipient, context, mail=mail)


def time_proposed(booking: Booking, policy: Policy, proposal: ProposedTime, *, mail: int = 0) -> MessageDraft:
    """Ask the candidate to confirm the proposed time, or suggest others when it is not free."""
    booking = _loaded(booking)
    candidate = booking.candidate
    extra: dict[str, object] = {
        **_proposed(proposal, candidate.language, candidate.zone),
        "may_move": proposal.may_move,
        "moments": [format_date_time(at, candidate.language, candidate.zone) for at in proposal.nearest],
        "proposal_url": link_url_for(candidate, f"appointments/{booking.pk}/move/proposed/"),
        "move_url": link_url_for(candidate, f"appointments/{booking.pk}/move/"),
        "cancel_url": link_url_for(candidate, f"appointments/{booking.pk}/cancel/"),
    }
    context = candidate_context(booking, policy) | extra
    return _letter("proposed_moment", booking, policy, candidate.mail_recipient, context, proposal, mail=mail)


def advisor_calendar_declined(booking: Booking, policy: Policy, *, mail: int = 0) -> MessageDraft:
    booking = _loaded(booking)
    extra: dict[str, object] = {
        "hand_over_url": f"{file_url(booking)}hand-over/",
        "move_url": f"{file_url(booking)}move/",
    }
    return _to_advisor("advisor_declined_in_calendar", booking, policy, extra, mail=mail)


def advisor_time_proposed(booking: Booking, policy: Policy, proposal: ProposedTime, *, mail: int = 0) -> MessageDraft:
    booking = _loaded(booking)
    zone = ZoneInfo(booking.advisor.time_zone)
    query = urlencode({"since": proposal.starts_at.astimezone(zone).date(), "slot": format_start(proposal.starts_at)})
    extra: dict[str, object] = {
        **_proposed(proposal, policy.default_language, EMPLOYER_ZONE),
        "move_url": f"{file_url(booking)}move/?{query}",
    }
    return _to_advisor("advisor_proposed_moment", booking, policy, extra, proposal, mail=mail)


def _loaded(booking: Booking) -> Booking:
    return Booking.objects.filter(pk=booking.pk).for_letters().get()


def _proposed(proposal: ProposedTime, language: str, zone: ZoneInfo) -> dict[str, object]:
    return {**date_context(proposal.starts_at, language, prefix="new_", zone=zone), "is_free": proposal.is_free}


def _to_advisor(
    kind: str,
    booking: Booking,
    policy: Policy,
    extra: dict[str, object],
    proposal: ProposedTime | None = None,
    *,
    mail: int,
) -> MessageDraft:
    context = advisor_context(booking, policy) | extra
    return _letter(kind, booking, policy, staff_recipient(booking.advisor.user, policy), context, proposal, mail=mail)


def _letter(
    kind: str,
    booking: Booking,
    policy: Policy,
    to: MailRecipient,
    context: dict[str, object],
    proposal: ProposedTime | None = None,
    *,
    mail: int,
) -> MessageDraft:
    """Message, once per state of the booking, proposed time and incoming mail."""
    at = f":start={format_start(proposal.starts_at)}" if proposal else ""
    return compose_mail(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        context=context,
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}{at}:mail={mail}",
        expires_at=booking.starts_at,
    )
