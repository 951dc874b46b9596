"""A mail address at which nothing arrives: marked, told to who can ask for the right one, and put right."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from candidates import notifications
from candidates.contact import stop_messages
from candidates.errors import AddressOfHouse
from candidates.models import Candidate, Rejection
from core.actors import SYSTEM, Actor, key_of
from core.batch import do_each
from organisation import audit
from organisation.models import Policy, Role, User
from outbox import services as outbox
from outbox.models import Message

PERSON = "candidate:"
LOOK_BACK = timedelta(days=7)  # a worker that was down for longer is noticed by other means
Reason = Message.Reason
Failure = tuple[str, datetime]  # address and moment


def mark_failed_addresses(*, now: datetime) -> int:
    """Mark every candidate whose mail came back and tell the recruiter. Returns how many."""
    failures: dict[int, list[Failure]] = defaultdict(list)
    for person, address, ended_at in _failed(now, Reason.ADDRESS, Reason.BOUNCED):
        failures[person].append((address, ended_at))
    unmarked = Candidate.objects.filter(pk__in=failures, email_failed_at__isnull=True)
    keys = [one.pk for one in unmarked if any(_counts(one, failure) for failure in failures[one.pk])]
    if not keys:
        return 0
    return do_each(keys, partial(_mark, failures, policy=Policy.objects.current(), now=now), name="candidate")


def stop_after_complaints(*, now: datetime) -> int:
    """Who called a letter of ours unwanted gets no more invitations. Returns how many."""
    persons = {person for person, _address, _ended_at in _failed(now, Reason.COMPLAINED)}
    keys = Candidate.objects.filter(pk__in=persons, messages_stopped_at__isnull=True).values_list("pk", flat=True)
    return do_each(list(keys), partial(_stop, now=now), name="candidate")


@transaction.atomic
def change_address(*, candidate: Candidate, email: str, actor: Actor, now: datetime) -> bool:
    """From now on mail goes here, also what waits. False when nothing came back: then the address stays.

    What waits keeps its link, since nobody read the old letters. A calendar object that waits keeps the old ATTENDEE:
    a program finds the talk by its UID (RFC 5546, 2.1.5), and what stands is sent anew.
    Raises AddressOfHouse: the private link is for the candidate and nobody else.
    """
    locked = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    email, old = email.strip(), locked.email
    if not locked.email_failed_at:
        return False
    if _is_of_house(email):
        raise AddressOfHouse
    letters = Message.objects.filter(person_key=key_of(locked), channel=Message.Channel.MAIL, recipient__iexact=old)
    (letters.waiting() | letters.repeatable()).update(recipient=email)  # also what somebody may send again
    values = {"email": email, "email_failed_at": None, "email_confirmed_at": now}
    Candidate.objects.filter(pk=locked.pk).update(**values)
    audit.record("candidate.correct_address", locked, actor=actor, now=now)
    return True


def _is_of_house(email: str) -> bool:
    ours = {Policy.objects.current().sender_email.lower(), settings.INBOX_ADDRESS.lower()}
    return email.lower() in ours or User.objects.filter(email__iexact=email).exists()


def _failed(now: datetime, *reasons: Message.Reason) -> Collection[tuple[int, str, datetime]]:
    """Key of the candidate, address and moment of mail that did not arrive lately."""
    letters = Message.objects.filter(
        state=Message.State.FAILED,
        channel=Message.Channel.MAIL,
        reason__in=reasons,
        ended_at__gt=now - LOOK_BACK,
        person_key__startswith=PERSON,
    )
    rows = letters.values_list("person_key", "recipient", "ended_at")
    return [(int(key.removeprefix(PERSON)), address, ended_at) for key, address, ended_at in rows if ended_at]


def _counts(candidate: Candidate, failure: Failure) -> bool:
    address, ended_at = failure
    is_later = candidate.email_confirmed_at is None or ended_at > candidate.email_confirmed_at
    return is_later and address.lower() == candidate.email.lower()


@transaction.atomic
def _mark(failures: dict[int, list[Failure]], candidate_id: int, *, policy: Policy, now: datetime) -> bool:
    """One conditional UPDATE, so that two workers tell it once and an address that was just put right stays so."""
    for address, ended_at in sorted(failures[candidate_id], key=lambda failure: failure[1]):
        may_be_true = Q(email_confirmed_at__isnull=True) | Q(email_confirmed_at__lt=ended_at)
        unmarked = Candidate.objects.filter(may_be_true, pk=candidate_id, email_failed_at__isnull=True)
        if unmarked.filter(email__iexact=address).update(email_failed_at=ended_at):
            _tell(candidate_id, policy, failed_at=ended_at, now=now)
            return True
    return False


def _tell(candidate_id: int, policy: Policy, *, failed_at: datetime, now: datetime) -> None:
    """Each recruiter once, about the latest rejection of theirs; of one who left it is for who has the vacancy now.

    Where those left too the application managers hear it, who can give the vacancy to another.
    """
    rejections = Rejection.objects.filter(application__candidate=candidate_id).order_by("created_at", "pk")
    has_talk = Candidate.objects.with_talk().filter(pk=candidate_id).exists()
    latest = {}
    for rejection in rejections.select_related("recruiter", "application__vacancy__recruiter"):
        recruiter = rejection.recruiter
        latest[recruiter if recruiter.is_active else rejection.application.vacancy.recruiter] = rejection
    here = {recruiter: rejection for recruiter, rejection in latest.items() if recruiter.is_active}
    if latest and not here:
        chiefs = User.objects.with_role(Role.APPLICATION_MANAGER).distinct()
        here = dict.fromkeys(chiefs, list(latest.values())[-1])
    write = partial(notifications.address_failed, policy=policy, failed_at=failed_at, has_talk=has_talk)
    outbox.post(*(write(rejection, user) for user, rejection in here.items()), now=now)


@transaction.atomic
def _stop(candidate_id: int, *, now: datetime) -> bool:
    candidate = Candidate.objects.select_for_update(no_key=True).filter(pk=candidate_id).first()
    if candidate is None or candidate.messages_stopped_at:
        return False
    stop_messages(candidate=candidate, actor=SYSTEM, now=now)
    return True
