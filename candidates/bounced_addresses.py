"""Mail addresses that bounce: mark the candidate, notify the recruiter, correct the address."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from candidates import notifications
from candidates.address import change_address, refuse_employer_address
from candidates.contact import stop_messages
from candidates.models import Candidate, Rejection
from core.actors import SYSTEM, Actor
from core.batch import run_each
from organisation import audit
from organisation.models import Policy, Role, User
from outbox import services as outbox
from outbox.models import Message

PERSON = "candidate:"
LOOK_BACK = timedelta(days=7)  # the health check reports a worker that is down for longer
Reason = Message.Reason
Failure = tuple[str, datetime]  # address and time


def mark_failed_addresses(*, now: datetime) -> int:
    """Mark every candidate whose mail bounced and notify the recruiter. Returns how many."""
    failures: dict[int, list[Failure]] = defaultdict(list)
    for candidate_id, address, ended_at in _failed(now, Reason.ADDRESS, Reason.BOUNCED):
        failures[candidate_id].append((address, ended_at))
    unmarked = Candidate.objects.filter(pk__in=failures, email_failed_at__isnull=True)
    keys = [one.pk for one in unmarked if any(_is_current(failure, one) for failure in failures[one.pk])]
    if not keys:
        return 0
    return run_each(keys, partial(_mark, failures, policy=Policy.objects.current(), now=now), name="candidate")


def stop_after_complaints(*, now: datetime) -> int:
    """Stop invitations to candidates who reported one as spam. Returns how many."""
    complainants = {candidate_id for candidate_id, _address, _ended_at in _failed(now, Reason.COMPLAINED)}
    keys = Candidate.objects.filter(pk__in=complainants, messages_stopped_at__isnull=True).values_list("pk", flat=True)
    return run_each(list(keys), partial(_stop, now=now), name="candidate")


@transaction.atomic
def correct_address(*, candidate: Candidate, email: str, actor: Actor, now: datetime) -> bool:
    """Replace an address that bounced, or confirm it. False when no mail bounced: the address then stays.

    Raises EmployerAddress, CandidateShared.
    """
    locked = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    email = email.strip()
    if not locked.email_failed_at:
        return False
    if email.lower() != locked.email.lower():
        change_address(candidate=locked, email=email, actor=actor, now=now)
        return True
    refuse_employer_address(email)
    Candidate.objects.filter(pk=locked.pk).update(email_failed_at=None, email_confirmed_at=now)
    audit.record("candidate.correct_address", locked, actor=actor, now=now)
    return True


def _failed(now: datetime, *reasons: Message.Reason) -> Collection[tuple[int, str, datetime]]:
    """Candidate, address and time of mail that recently failed for one of these reasons."""
    messages = Message.objects.filter(
        state=Message.State.FAILED,
        transport=Message.Transport.MAIL,
        reason__in=reasons,
        ended_at__gt=now - LOOK_BACK,
        person_key__startswith=PERSON,
    )
    rows = messages.values_list("person_key", "recipient", "ended_at")
    return [(int(key.removeprefix(PERSON)), address, ended_at) for key, address, ended_at in rows if ended_at]


def _is_current(failure: Failure, candidate: Candidate) -> bool:
    """The failure is about the present address, and later than the moment at which a recruiter confirmed it."""
    address, ended_at = failure
    is_later = candidate.email_confirmed_at is None or ended_at > candidate.email_confirmed_at
    return is_later and address.lower() == candidate.email.lower()


@transaction.atomic
def _mark(failures: dict[int, list[Failure]], candidate_id: int, *, policy: Policy, now: datetime) -> bool:
    """Mark by a conditional UPDATE: two workers notify once, and an address that was just corrected stays unmarked."""
    for address, ended_at in sorted(failures[candidate_id], key=lambda failure: failure[1]):
        not_confirmed_since = Q(email_confirmed_at__isnull=True) | Q(email_confirmed_at__lt=ended_at)
        unmarked = Candidate.objects.filter(not_confirmed_since, pk=candidate_id, email_failed_at__isnull=True)
        if unmarked.filter(email__iexact=address).update(email_failed_at=ended_at):
            _notify(candidate_id, policy, failed_at=ended_at, now=now)
            return True
    return False


def _notify(candidate_id: int, policy: Policy, *, failed_at: datetime, now: datetime) -> None:
    """Notify each recruiter once, about their latest rejection of this candidate.

    For a recruiter who left, the present recruiter of the vacancy is notified; without any, the application managers,
    who can assign the vacancy to somebody else.
    """
    rejections = Rejection.objects.filter(application__candidate=candidate_id).order_by("created_at", "pk")
    has_talk = Candidate.objects.with_booking().filter(pk=candidate_id).exists()
    latest = {}
    for rejection in rejections.select_related("recruiter", "application__vacancy__recruiter"):
        recruiter = rejection.recruiter
        latest[recruiter if recruiter.is_active else rejection.application.vacancy.recruiter] = rejection
    recipients = {recruiter: rejection for recruiter, rejection in latest.items() if recruiter.is_active}
    if latest and not recipients:
        managers = User.objects.with_role(Role.APPLICATION_MANAGER).distinct()
        recipients = dict.fromkeys(managers, list(latest.values())[-1])
    draft = partial(notifications.address_failed, policy=policy, failed_at=failed_at, has_talk=has_talk)
    outbox.post(*(draft(rejection, user) for user, rejection in recipients.items()), now=now)


@transaction.atomic
def _stop(candidate_id: int, *, now: datetime) -> bool:
    candidate = Candidate.objects.select_for_update(no_key=True).filter(pk=candidate_id).first()
    if candidate is None or candidate.messages_stopped_at:
        return False
    stop_messages(candidate=candidate, actor=SYSTEM, now=now)
    return True
