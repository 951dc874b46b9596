"""Inviting for a talk: policy decides who, the clock decides when."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bookings import notifications
from bookings.models import Booking, Invitation
from candidates.contact import OFFERS, touch
from candidates.models import Rejection, Stage
from core.actors import SYSTEM
from core.batch import SCAN_SECONDS, do_each
from core.working_days import next_invitation_moment
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.models import Message

REMINDER = "invitation_reminder"
Eligibility = Policy.Eligibility


def may_be_invited(policy: Policy) -> QuerySet[Rejection]:
    """Rejections that are complete, of people who are eligible and did not stop our messages."""
    by_vacancy = Q(application__vacancy__eligibility=Eligibility.ALL_REJECTED)
    interviewed = Q(application__vacancy__eligibility=Eligibility.INTERVIEWED)
    as_policy_says = Q(application__vacancy__eligibility="")
    if policy.eligibility == Eligibility.ALL_REJECTED:
        by_vacancy |= as_policy_says
    elif policy.eligibility == Eligibility.INTERVIEWED:
        interviewed |= as_policy_says
    eligible = by_vacancy | (interviewed & ~Q(application__stage=Stage.LETTER))
    return (
        Rejection.objects.complete()
        .filter(eligible, application__candidate__messages_stopped_at__isnull=True)
        .filter(application__invitation__isnull=True)
    )


def invite_due(*, now: datetime) -> int:
    """Invite everybody whose time has come: told on an earlier day, at an hour for such a letter. Returns how many."""
    policy = Policy.objects.current()
    if not policy.is_introduced or not _is_an_hour_for_it(now, policy):
        return 0
    due = may_be_invited(policy).told_before(timezone.localdate(now))  # type: ignore[attr-defined]
    keys = list(due.order_by("pk").values_list("pk", flat=True))
    return do_each(
        keys,
        lambda key: invite(rejection_id=key, policy=policy, now=now),
        name="rejection",
        seconds=SCAN_SECONDS,
    )


@transaction.atomic
def invite(*, rejection_id: int, policy: Policy, now: datetime) -> bool:
    """Offer the talk and send the letter; false when that is no longer right, or somebody else just did.

    The candidate's row is locked as well: whoever presses Stop in this moment comes before or after.
    """
    rejection = (
        may_be_invited(policy)
        .told_before(timezone.localdate(now))  # type: ignore[attr-defined]
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
        touch(invitation.candidate, now=now)
        audit.record("invitation.send", invitation, actor=SYSTEM, now=now)
        outbox.post(notifications.invitation(invitation, policy), now=now)
    return created


def remind_invited(*, now: datetime) -> int:
    """One reminder, after as many days as the timetable says, to those who did not react. Returns how many."""
    policy = Policy.objects.current()
    if not policy.times.invitation_reminder_after_days or not _is_an_hour_for_it(now, policy):
        return 0
    keys = list(_may_be_reminded(now, policy).values_list("pk", flat=True))
    return do_each(keys, partial(_remind, policy=policy, now=now), name="invitation", seconds=SCAN_SECONDS)


def take_reminders_of_answered_back(*, now: datetime) -> int:
    """A reminder that waits, for a provider that is away, is not for who reacted meanwhile; nor does anybody send
    theirs again. Returns how many waited.
    """
    keys = {int(about.partition(":")[2]) for about in _may_still_leave()}
    if not keys:
        return 0
    unanswered = _unanswered(now).filter(pk__in=keys).values_list("pk", flat=True)
    answered = keys.difference(unanswered)
    return sum(outbox.withdraw(about=f"invitation:{key}", kinds=OFFERS, now=now) for key in sorted(answered))


def _may_still_leave() -> set[str]:
    """What reminders that wait are about, and offers that failed or were stopped and whose words are still here."""
    waiting = Message.objects.waiting().filter(kind=REMINDER)
    ended = Message.objects.repeatable().filter(ended_at__isnull=False, kind__in=OFFERS).exclude(text="")
    return {about for found in (waiting, ended) for about in found.values_list("about", flat=True)}


def _is_an_hour_for_it(now: datetime, policy: Policy) -> bool:
    return next_invitation_moment(now, ZoneInfo(settings.TIME_ZONE), policy.times) == now


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
    """Locks first and looks then, so that who just booked or pressed Stop gets no letter."""
    locked = Invitation.objects.select_for_update(no_key=True, of=("self", "application__candidate"))
    invitation = locked.select_related("application__candidate", "application__vacancy").get(pk=invitation_id)
    if not _may_be_reminded(now, policy).filter(pk=invitation_id).update(reminded_at=now):
        return False
    outbox.post(notifications.invitation_reminder(invitation, policy), now=now)
    return True
