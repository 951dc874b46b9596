"""Send invitations and their reminders, as the policy and the message schedule allow."""

from datetime import datetime, time, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from bookings import notifications
from bookings.models import Booking, Invitation
from candidates.contact import INVITATION_KINDS, record_contact
from candidates.eligibility import eligible
from candidates.models import Rejection
from core.actors import SYSTEM
from core.batch import run_each
from core.timezones import EMPLOYER_ZONE
from core.working_days import next_invitation_time
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.models import Message

REMINDER = "invitation_reminder"


def invitable_rejections(policy: Policy) -> QuerySet[Rejection]:
    """Complete rejections without an invitation, of eligible candidates who did not stop messages."""
    return (
        Rejection.objects.complete()
        .filter(eligible(policy.eligibility), application__candidate__messages_stopped_at__isnull=True)
        .filter(application__invitation__isnull=True)
    )


def invite_due(*, now: datetime) -> int:
    """Invite eligible candidates who were told on an earlier day, within sending hours. Returns how many."""
    policy = Policy.objects.current()
    if not policy.has_sender or not _is_sending_hour(now, policy):
        return 0
    due = invitable_rejections(policy).invitable_on(timezone.localdate(now))  # type: ignore[attr-defined]
    oldest = due.order_by("notified_on", "pk").values_list("pk", flat=True)
    keys = list(oldest[: _left_today(policy, now=now)] if policy.invitations_per_day else oldest)
    return run_each(
        keys,
        lambda key: invite(rejection_id=key, policy=policy, now=now),
        name="rejection",
    )


def _left_today(policy: Policy, *, now: datetime) -> int:
    """Number of invitations that policy still allows on this day."""
    midnight = datetime.combine(timezone.localdate(now), time(), tzinfo=EMPLOYER_ZONE)
    sent = Invitation.objects.filter(sent_at__gte=midnight, sent_at__lte=now).count()
    return max(policy.invitations_per_day - sent, 0)


@transaction.atomic
def invite(*, rejection_id: int, policy: Policy, now: datetime) -> bool:
    """Create the invitation and post its message; false when it is no longer due or another worker was first.

    Locks the candidate's row too, so that stopping messages at the same time comes before or after.
    """
    rejection = (
        invitable_rejections(policy)
        .invitable_on(timezone.localdate(now))  # type: ignore[attr-defined]
        .select_for_update(no_key=True, of=("self", "application__candidate"))
        .select_related("application__candidate", "application__vacancy", "recruiter")
        .filter(pk=rejection_id)
        .first()
    )
    if rejection is None:
        return False
    open_until = timezone.localdate(now) + timedelta(days=policy.invitation_valid_days)
    invitation, created = Invitation.objects.get_or_create(
        application=rejection.application, defaults={"sent_at": now, "open_until": open_until}
    )
    if created:
        record_contact(invitation.candidate, now=now)
        audit.record("invitation.send", invitation, actor=SYSTEM, now=now)
        outbox.post(notifications.invitation(invitation, policy), now=now)
    return created


def remind_invited(*, now: datetime) -> int:
    """Post one reminder to candidates who did not respond within the scheduled days. Returns how many."""
    policy = Policy.objects.current()
    if not policy.times.invitation_reminder_after_days or not _is_sending_hour(now, policy):
        return 0
    keys = list(_may_be_reminded(now, policy).values_list("pk", flat=True))
    return run_each(keys, partial(_remind, policy=policy, now=now), name="invitation")


def cancel_answered_reminders(*, now: datetime) -> int:
    """Cancel reminders that are queued, and repeats of failed ones, for candidates who responded. Returns how many."""
    keys = {int(about.partition(":")[2]) for about in _may_still_leave()}
    if not keys:
        return 0
    unanswered = _unanswered(now).filter(pk__in=keys).values_list("pk", flat=True)
    answered = keys.difference(unanswered)
    return sum(outbox.withdraw(about=f"invitation:{key}", kinds=INVITATION_KINDS, now=now) for key in sorted(answered))


def _may_still_leave() -> set[str]:
    """Subject keys of queued reminders, and of ended messages that staff could send again."""
    waiting = Message.objects.queued().filter(kind=REMINDER)
    ended = (
        Message.objects.failed_or_stopped().filter(ended_at__isnull=False, kind__in=INVITATION_KINDS).exclude(text="")
    )
    return {about for found in (waiting, ended) for about in found.values_list("about", flat=True)}


def _is_sending_hour(now: datetime, policy: Policy) -> bool:
    return next_invitation_time(now, EMPLOYER_ZONE, policy.times) == now


def _may_be_reminded(now: datetime, policy: Policy) -> QuerySet[Invitation]:
    pause = timedelta(days=policy.times.invitation_reminder_after_days)
    return _unanswered(now).filter(reminded_at__isnull=True, sent_at__lte=now - pause)


def _unanswered(now: datetime) -> QuerySet[Invitation]:
    booked = Booking.objects.filter(invitation=OuterRef("pk"))
    return Invitation.objects.open(timezone.localdate(now)).filter(
        ~Exists(booked),
        waitlist_entry__isnull=True,
        declined_at__isnull=True,
        application__candidate__messages_stopped_at__isnull=True,
    )


@transaction.atomic
def _remind(invitation_id: int, *, policy: Policy, now: datetime) -> bool:
    """Post the reminder; locks before it checks, so that a candidate who just responded gets none."""
    locked = Invitation.objects.select_for_update(no_key=True, of=("self", "application__candidate"))
    invitation = locked.select_related("application__candidate", "application__vacancy").get(pk=invitation_id)
    if not _may_be_reminded(now, policy).filter(pk=invitation_id).update(reminded_at=now):
        return False
    outbox.post(notifications.invitation_reminder(invitation, policy), now=now)
    return True
