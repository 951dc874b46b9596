"""Keeping a moment for one candidate for a while, and giving it back."""

from dataclasses import replace
from datetime import datetime, timedelta

from advisors.availability.queries import question_between
from advisors.availability.slots import Question, Slot
from advisors.models import AgendaEntry
from advisors.services import take_time
from bookings.models import Hold, HoldQuerySet, Invitation, WaitlistEntry
from bookings.schedule import after_waking_hours
from bookings.short_codes import code_of_entry, digest_of
from bookings.sms_consent import take_offers_back
from core.actors import key_of
from organisation.models import Policy
from outbox import services as outbox


def expiry_of(invitation: Invitation, policy: Policy, *, now: datetime) -> datetime:
    """How long a moment that is offered now is held: policy's hours, in which the candidate is awake."""
    return after_waking_hours(now, policy.hold_hours, invitation.candidate.zone, policy.times)


def question_for_hold(policy: Policy, *, now: datetime, expires_at: datetime) -> Question:
    """What can be held until then and still be booked in its last minute; what is sooner is simply open."""
    earliest = expires_at + timedelta(hours=policy.notice_hours)
    latest = max(earliest, now + timedelta(days=policy.horizon_days))
    return question_between(earliest, latest, policy=policy)


def hold(
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
    """Taken for everybody else until then. The caller has a transaction and locked agenda and invitation.

    Raises SlotTaken.
    """
    question = question_for_hold(policy, now=now, expires_at=expires_at)
    entry, found = take_time(
        advisor_id=slot.advisor_id,
        starts_at=slot.starts_at,
        question=replace(question, channel=channel, language=language),
        kind=AgendaEntry.Kind.HOLD,
    )
    return Hold.objects.create(
        invitation=invitation,
        advisor_id=found.advisor_id,
        entry=entry,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        channel=channel,
        language=language,
        reason=reason,
        offered_at=now,
        expires_at=expires_at,
        code_digest=digest_of(code_of_entry(entry.pk)),
    )


def end_holds(holds: HoldQuerySet, *, state: Hold.State, now: datetime) -> list[Hold]:
    """Give the time of those that stand back; what was not sent yet about them stays here. Returns what ended.

    The caller has a transaction and locked the invitation.
    """
    ended = list(holds.offered())
    if ended:
        keys = [one.pk for one in ended]
        Hold.objects.filter(pk__in=keys).update(state=state, entry=None, ended_at=now)
        AgendaEntry.objects.filter(pk__in=[one.entry_id for one in ended]).delete()
        for one in ended:
            outbox.withdraw(about=key_of(one), now=now)
    return ended


def stop_waiting(invitation: Invitation, *, advisor_id: int, starts_at: datetime, now: datetime) -> None:
    """A moment is being booked: what was held for it ends here, and so does the place on the waiting list."""
    mine = invitation.holds.filter(advisor_id=advisor_id, starts_at=starts_at)
    others = invitation.holds.exclude(advisor_id=advisor_id, starts_at=starts_at)
    if invitation.holds.offered().exists():
        end_holds(mine, state=Hold.State.TAKEN, now=now)
        end_holds(others, state=Hold.State.WITHDRAWN, now=now)
    if entry := WaitlistEntry.objects.waiting().filter(invitation=invitation).first():
        end_entry(entry, now=now)


def end_entry(entry: WaitlistEntry, *, now: datetime) -> None:
    """Not waiting any more, no texts about it, and no number that we do not need."""
    WaitlistEntry.objects.waiting().filter(pk=entry.pk).update(ended_at=now, wants_sms=False, phone="")
    if entry.wants_sms:
        take_offers_back(entry, now=now)
