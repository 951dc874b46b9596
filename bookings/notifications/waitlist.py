"""A moment that is held: offered to who waits, or instead of a talk that we cancelled."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import translation

from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.notifications.context import ZONE, clock_sentence, moment, of_employer, until_in_words, zone_sentence
from bookings.schedule import hours_for_texts
from bookings.short_codes import address_of, code_of_entry
from candidates.access.services import address_for
from candidates.models import Candidate
from core.actors import key_of
from core.formatting import day_in_short, day_in_words, time_in_words
from core.gsm7 import normalise
from core.timezones import is_elsewhere
from organisation.models import Policy
from outbox.compose import letter
from outbox.drafts import Draft
from outbox.templates import render_text


def offered(held: Hold, entry: WaitlistEntry, policy: Policy) -> list[Draft]:
    """A letter, and a text to who asked for one; of no use any more when the moment is not held."""
    texts = [_text(held, entry, policy)] if entry.wants_sms else []
    return [_letter(held, policy), *texts]


def offer_gone(
    gone: Sequence[Hold], invitation: Invitation, policy: Policy, *, left: Sequence[Hold], waits: bool
) -> Draft:
    """What we said to keep we cannot keep; `left` is what still stands."""
    candidate, language = invitation.candidate, invitation.candidate.language
    moments = sorted(gone, key=lambda one: one.starts_at)
    words = {
        **of_employer(policy),
        **of_holds(left, invitation),
        "first_name": candidate.first_name,
        "gone": [_words_of(one, candidate) for one in moments],
        "clock_sentence": clock_sentence(candidate, *(one.starts_at for one in (*gone, *left))),
        "waits": waits,
        "booking_url": address_for(candidate, f"invitations/{invitation.pk}/book/"),
        "valid_until": day_in_words(invitation.open_until, language, ZONE),
    }
    return letter(
        "bookings/offer_gone",
        to=candidate.reader,
        policy=policy,
        words=words,
        about=invitation,
        once=f"hold={min(one.pk for one in gone)}",
    )


def of_holds(holds: Sequence[Hold], invitation: Invitation) -> dict[str, object]:
    """What a letter says of the moments that we keep for this candidate."""
    if not holds:
        return {"moments": []}
    candidate = invitation.candidate
    return {
        "moments": [_words_of(one, candidate) for one in sorted(holds, key=lambda one: one.starts_at)],
        "held_until": until_in_words(holds[0].expires_at, candidate),
        "offer_url": address_for(candidate, f"invitations/{invitation.pk}/offer/"),
    }


def _letter(held: Hold, policy: Policy) -> Draft:
    invitation = held.invitation
    candidate = invitation.candidate
    words = {
        **of_employer(policy),
        **_words_of(held, candidate),
        "first_name": candidate.first_name,
        "job_title": invitation.application.vacancy.title,
        "zone_sentence": zone_sentence(candidate, held.starts_at),
        "session_minutes": int((held.ends_at - held.starts_at) / timedelta(minutes=1)),
        "held_until": until_in_words(held.expires_at, candidate),
        "offer_url": address_for(candidate, f"invitations/{invitation.pk}/offer/"),
        "waiting_url": address_for(candidate, f"invitations/{invitation.pk}/waiting/"),
    }
    return letter(
        "bookings/offer",
        to=candidate.reader,
        policy=policy,
        words=words,
        about=held,
        once=f"hold={held.pk}:mail",
        useless_after=held.expires_at,
    )


def _text(held: Hold, entry: WaitlistEntry, policy: Policy) -> Draft:
    candidate = held.invitation.candidate
    language, zone = candidate.language, candidate.zone
    until = f"{day_in_short(held.expires_at, language, zone)} {time_in_words(held.expires_at, language, zone)}"
    may_leave_from, may_leave_until = hours_for_texts(held.offered_at, zone, policy.times)
    words = {
        **of_employer(policy),
        **moment(held.starts_at, language, zone=zone),
        "date_short": day_in_short(held.starts_at, language, zone, with_weekday=True),
        "is_elsewhere": is_elsewhere(zone, held.starts_at),
        "until_short": until,
        "short_url": address_of(code_of_entry(held.entry_id or 0)),
    }
    return Draft(
        kind="offer",
        channel="sms",
        dedupe_key=f"offer:hold={held.pk}:sms",
        about=key_of(held),
        person_key=key_of(candidate),
        language=language,
        recipient=str(entry.phone),
        recipient_name=candidate.full_name,
        text=normalise(render_text("bookings/sms_offer", language=language, context=words)),
        time_zone=candidate.time_zone,
        not_before=may_leave_from,
        useless_after=min(held.expires_at, may_leave_until),
    )


def _words_of(held: Hold, candidate: Candidate) -> dict[str, object]:
    with translation.override(candidate.language):
        channel = str(held.get_channel_display())
    return {
        **moment(held.starts_at, candidate.language, zone=candidate.zone),
        "advisor_name": held.advisor.name,
        "channel_name": channel,
    }
