"""What we write back when a calendar program answered our invite. A mail of a program cancels and moves nothing."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bookings.availability.slot_listing import value_of
from bookings.calendar.itip import Proposal
from bookings.models import Booking
from bookings.notifications.appointments import with_all_that_letters_need
from bookings.notifications.context import ZONE, for_advisor, for_candidate, moment
from bookings.wording import file_of
from candidates.access.services import address_for
from core.formatting import day_in_words, time_in_words
from organisation.models import Policy
from outbox.compose import Reader, letter, staff
from outbox.drafts import Draft
from outbox.templates import render_text


def said_in_calendar(said: str, proposed: datetime | None, *, language: str) -> str:
    """One sentence for staff, of an answer that is brought to them as a mail: "declined", or a moment instead."""
    words: dict[str, object] = {"said": said, "moment": _in_words(proposed, language, ZONE) if proposed else ""}
    return render_text("bookings/said_in_calendar", language=language, context=words) if said else ""


def declined_in_calendar(booking: Booking, policy: Policy, *, mail: int = 0) -> Draft:
    """Asks the candidate whether the talk is to be cancelled; nothing is cancelled by this."""
    booking = _whole(booking)
    words = {"cancel_url": address_for(booking.candidate, f"appointments/{booking.pk}/cancel/")}
    letter_words = for_candidate(booking, policy) | words
    return _letter("declined_in_calendar", booking, policy, booking.candidate.reader, letter_words, mail=mail)


def proposed_moment(booking: Booking, policy: Policy, proposal: Proposal, *, mail: int = 0) -> Draft:
    """To the candidate: it is free and waits for a yes, or it is not, and these are."""
    booking = _whole(booking)
    candidate = booking.candidate
    words: dict[str, object] = {
        **_proposed(proposal, candidate.language, candidate.zone),
        "may_move": proposal.may_move,
        "moments": [_in_words(at, candidate.language, candidate.zone) for at in proposal.nearest],
        "proposal_url": address_for(candidate, f"appointments/{booking.pk}/move/proposed/"),
        "move_url": address_for(candidate, f"appointments/{booking.pk}/move/"),
        "cancel_url": address_for(candidate, f"appointments/{booking.pk}/cancel/"),
    }
    letter_words = for_candidate(booking, policy) | words
    return _letter("proposed_moment", booking, policy, candidate.reader, letter_words, proposal, mail=mail)


def advisor_declined_in_calendar(booking: Booking, policy: Policy, *, mail: int = 0) -> Draft:
    booking = _whole(booking)
    words: dict[str, object] = {
        "hand_over_url": f"{file_of(booking)}hand-over/",
        "move_url": f"{file_of(booking)}move/",
    }
    return _to_advisor("advisor_declined_in_calendar", booking, policy, words, mail=mail)


def advisor_proposed_moment(booking: Booking, policy: Policy, proposal: Proposal, *, mail: int = 0) -> Draft:
    booking = _whole(booking)
    zone = ZoneInfo(booking.advisor.time_zone)
    query = urlencode({"since": proposal.starts_at.astimezone(zone).date(), "slot": value_of(proposal.starts_at)})
    words: dict[str, object] = {
        **_proposed(proposal, policy.default_language, ZONE),
        "move_url": f"{file_of(booking)}move/?{query}",
    }
    return _to_advisor("advisor_proposed_moment", booking, policy, words, proposal, mail=mail)


def _whole(booking: Booking) -> Booking:
    return with_all_that_letters_need(Booking.objects.filter(pk=booking.pk)).get()


def _proposed(proposal: Proposal, language: str, zone: ZoneInfo) -> dict[str, object]:
    return {**moment(proposal.starts_at, language, prefix="new_", zone=zone), "is_free": proposal.is_free}


def _in_words(at: datetime, language: str, zone: ZoneInfo) -> str:
    between = "at" if language == "en" else "om"
    said = f"{day_in_words(at, language, zone)} {between} {time_in_words(at, language, zone)}"
    return said if language == "en" else f"{said} uur"


def _to_advisor(
    kind: str,
    booking: Booking,
    policy: Policy,
    words: dict[str, object],
    proposal: Proposal | None = None,
    *,
    mail: int,
) -> Draft:
    whole = for_advisor(booking, policy) | words
    return _letter(kind, booking, policy, staff(booking.advisor.user, policy), whole, proposal, mail=mail)


def _letter(
    kind: str,
    booking: Booking,
    policy: Policy,
    to: Reader,
    words: dict[str, object],
    proposal: Proposal | None = None,
    *,
    mail: int,
) -> Draft:
    """Of one state of the talk, and one moment that is proposed instead; last the key of the mail that said so."""
    at = f":start={value_of(proposal.starts_at)}" if proposal else ""
    return letter(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        words=words,
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}{at}:mail={mail}",
        useless_after=booking.starts_at,
    )
