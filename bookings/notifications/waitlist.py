"""Messages about holds: waitlist offers, and alternatives for a cancelled booking."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import translation

from bookings.models import Hold, Invitation, WaitlistEntry
from bookings.notifications.context import (
    clock_sentence,
    date_context,
    employer_context,
    format_date_time,
    zone_sentence,
)
from bookings.schedule import sms_hours
from bookings.short_codes import code_for_hold, short_url
from candidates.access.services import link_url_for
from candidates.models import Candidate
from core.actors import object_key
from core.formatting import format_day, format_short_day, format_time
from core.gsm7 import normalise
from core.timezones import EMPLOYER_ZONE, is_elsewhere
from organisation.models import Policy
from outbox.compose import compose_mail
from outbox.drafts import MessageDraft
from outbox.templates import render_plain


def slot_offered(hold: Hold, entry: WaitlistEntry, policy: Policy) -> list[MessageDraft]:
    """Mail, and an SMS for a candidate who opted in; they expire with the hold."""
    texts = [_text(hold, entry, policy)] if entry.wants_sms else []
    return [_letter(hold, policy), *texts]


def offer_withdrawn(
    withdrawn: Sequence[Hold], invitation: Invitation, policy: Policy, *, left: Sequence[Hold], is_waiting: bool
) -> MessageDraft:
    """Notice that holds were withdrawn; `left` are the holds that remain active."""
    candidate, language = invitation.candidate, invitation.candidate.language
    holds = sorted(withdrawn, key=lambda one: one.starts_at)
    context = {
        **employer_context(policy),
        **holds_context(left, invitation),
        "first_name": candidate.greeting_name,
        "gone": [_hold_context(one, candidate) for one in holds],
        "clock_sentence": clock_sentence(candidate, *(one.starts_at for one in (*withdrawn, *left))),
        "waits": is_waiting,
        "booking_url": link_url_for(candidate, f"invitations/{invitation.pk}/book/"),
        "valid_until": format_day(invitation.open_until, language, EMPLOYER_ZONE),
    }
    return compose_mail(
        "bookings/offer_gone",
        to=candidate.mail_recipient,
        policy=policy,
        context=context,
        about=invitation,
        unique_key=f"hold={min(one.pk for one in withdrawn)}",
    )


def holds_context(holds: Sequence[Hold], invitation: Invitation) -> dict[str, object]:
    """Context about the slots that are held for this candidate."""
    if not holds:
        return {"moments": []}
    candidate = invitation.candidate
    return {
        "moments": [_hold_context(one, candidate) for one in sorted(holds, key=lambda one: one.starts_at)],
        "held_until": format_date_time(holds[0].expires_at, candidate.language, candidate.zone),
        "offer_url": link_url_for(candidate, f"invitations/{invitation.pk}/offer/"),
    }


def _letter(hold: Hold, policy: Policy) -> MessageDraft:
    invitation = hold.invitation
    candidate = invitation.candidate
    context = {
        **employer_context(policy),
        **_hold_context(hold, candidate),
        "first_name": candidate.greeting_name,
        "job_title": invitation.application.vacancy.title,
        "zone_sentence": zone_sentence(candidate, hold.starts_at),
        "session_minutes": int((hold.ends_at - hold.starts_at) / timedelta(minutes=1)),
        "held_until": format_date_time(hold.expires_at, candidate.language, candidate.zone),
        "offer_url": link_url_for(candidate, f"invitations/{invitation.pk}/offer/"),
        "waiting_url": link_url_for(candidate, f"invitations/{invitation.pk}/waiting/"),
    }
    return compose_mail(
        "bookings/offer",
        to=candidate.mail_recipient,
        policy=policy,
        context=context,
        about=hold,
        unique_key=f"hold={hold.pk}:mail",
        expires_at=hold.expires_at,
    )


def _text(hold: Hold, entry: WaitlistEntry, policy: Policy) -> MessageDraft:
    candidate = hold.invitation.candidate
    language, zone = candidate.language, candidate.zone
    until = f"{format_short_day(hold.expires_at, language, zone)} {format_time(hold.expires_at, language, zone)}"
    may_leave_from, may_leave_until = sms_hours(hold.offered_at, zone, policy.times)
    context = {
        **employer_context(policy),
        **date_context(hold.starts_at, language, zone=zone),
        "date_short": format_short_day(hold.starts_at, language, zone, with_weekday=True),
        "is_elsewhere": is_elsewhere(zone, hold.starts_at),
        "until_short": until,
        "short_url": short_url(code_for_hold(hold.entry_id or 0)),
    }
    return MessageDraft(
        kind="offer",
        transport="sms",
        dedupe_key=f"offer:hold={hold.pk}:sms",
        about=object_key(hold),
        person_key=object_key(candidate),
        language=language,
        recipient=str(entry.phone),
        recipient_name=candidate.full_name,
        text=normalise(render_plain("bookings/sms_offer", language=language, context=context)),
        time_zone=candidate.time_zone,
        not_before=may_leave_from,
        expires_at=min(hold.expires_at, may_leave_until),
    )


def _hold_context(hold: Hold, candidate: Candidate) -> dict[str, object]:
    with translation.override(candidate.language):
        channel = str(hold.get_channel_display())
    return {
        **date_context(hold.starts_at, candidate.language, zone=candidate.zone),
        "advisor_name": hold.advisor.name,
        "channel_name": channel,
    }
