"""Holds: reserve a slot for one candidate until a deadline, and release it."""

from dataclasses import replace
from datetime import datetime, timedelta

from advisors.availability.queries import slot_query_between
from advisors.availability.slots import Slot, SlotQuery
from advisors.models import AgendaEntry
from advisors.services import reserve_time
from bookings.models import Hold, HoldQuerySet, Invitation, WaitlistEntry
from bookings.schedule import add_contact_hours
from bookings.short_codes import code_digest, code_for_hold
from bookings.sms_consent import withdraw_offer_sms_consent
from core.actors import object_key
from organisation.models import Policy
from outbox import services as outbox


def hold_expires_at(invitation: Invitation, policy: Policy, *, now: datetime) -> datetime:
    """Expiry of a hold that is offered now: the policy's number of contact hours later."""
    return add_contact_hours(now, policy.hold_hours, invitation.candidate.zone, policy.times)


def question_for_hold(policy: Policy, *, now: datetime, expires_at: datetime) -> SlotQuery:
    """Slot query for holds: slots that can still be booked in the last minute of the hold. Earlier slots stay open."""
    earliest = expires_at + timedelta(hours=policy.notice_hours)
    latest = max(earliest, now + timedelta(days=policy.horizon_days))
    return slot_query_between(earliest, latest, policy=policy)


def hold_slot(
    *,
    invitation: Invitation,
    slot: Slot,
    channel: str,
    language: str,
    reason: Hold.Reason,
    policy: Policy,
    expires_at: datetime,
    now: datetime,
) -> Hold:
    """Reserve a slot for the candidate until `expires_at`.

    Runs in the caller's transaction, with the advisor and the invitation locked. Raises SlotTaken.
    """
    question = question_for_hold(policy, now=now, expires_at=expires_at)
    entry, reserved = reserve_time(
        advisor_id=slot.advisor_id,
        starts_at=slot.starts_at,
        query=replace(question, channel=channel, language=language),
        kind=AgendaEntry.Kind.HOLD,
    )
    return Hold.objects.create(
        invitation=invitation,
        advisor_id=reserved.advisor_id,
        entry=entry,
        starts_at=reserved.starts_at,
        ends_at=reserved.ends_at,
        channel=channel,
        language=language,
        reason=reason,
        offered_at=now,
        expires_at=expires_at,
        code_digest=code_digest(code_for_hold(entry.pk)),
    )


def end_holds(holds: HoldQuerySet, *, state: Hold.State, now: datetime) -> list[Hold]:
    """End the active ones of these holds: release their time and cancel queued messages. Returns the ended holds.

    Runs in the caller's transaction, with the invitation locked.
    """
    ended = list(holds.offered())
    if ended:
        keys = [one.pk for one in ended]
        Hold.objects.filter(pk__in=keys).update(state=state, entry=None, ended_at=now)
        AgendaEntry.objects.filter(pk__in=[one.entry_id for one in ended]).delete()
        for one in ended:
            outbox.withdraw(about=object_key(one), now=now)
    return ended


def end_holds_and_waiting(invitation: Invitation, *, advisor_id: int, starts_at: datetime, now: datetime) -> None:
    """End the holds and the waitlist entry of an invitation whose slot is being booked."""
    mine = invitation.holds.filter(advisor_id=advisor_id, starts_at=starts_at)
    others = invitation.holds.exclude(advisor_id=advisor_id, starts_at=starts_at)
    if invitation.holds.offered().exists():
        end_holds(mine, state=Hold.State.TAKEN, now=now)
        end_holds(others, state=Hold.State.WITHDRAWN, now=now)
    if entry := WaitlistEntry.objects.waiting().filter(invitation=invitation).first():
        end_waitlist_entry(entry, now=now)


def end_waitlist_entry(entry: WaitlistEntry, *, now: datetime) -> None:
    """End the waitlist entry and its SMS consent, and delete the phone number that is no longer needed."""
    WaitlistEntry.objects.waiting().filter(pk=entry.pk).update(ended_at=now, wants_sms=False, phone="")
    if entry.wants_sms:
        withdraw_offer_sms_consent(entry, now=now)
