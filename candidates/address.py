"""Change of a candidate's mail address: the one way in which a stored address becomes another one."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from candidates import notifications
from candidates.access.services import renew_link
from candidates.errors import CandidateShared, EmployerAddress
from candidates.models import Candidate, DuplicateConfirmation
from candidates.sharing import may_change_address
from core.actors import Actor, object_key
from organisation import audit
from organisation.models import Policy, User
from outbox import services as outbox
from outbox.models import Message


@transaction.atomic
def change_address(*, candidate: Candidate, email: str, actor: Actor, now: datetime) -> None:
    """Replace the address, also in queued messages, renew the private link and tell the old address.

    The new link is in every message that still leaves; the earlier ones end. A queued calendar object keeps the old
    ATTENDEE: programs match it by UID (RFC 5546, 2.1.5), and booked appointments are sent again. Raises
    EmployerAddress, as the private link is for the candidate only, and CandidateShared when the link opens something
    that the actor may not see.
    """
    locked = Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    email, old = email.strip(), locked.mail_recipient
    refuse_employer_address(email)
    if not may_change_address(locked, actor=actor):
        raise CandidateShared
    _redirect_messages(locked, email=email)
    candidate.email, candidate.email_failed_at, candidate.email_confirmed_at = email, None, now
    candidate.save(update_fields=["email", "email_failed_at", "email_confirmed_at"])
    DuplicateConfirmation.objects.filter(Q(older=candidate) | Q(younger=candidate)).delete()
    link = renew_link(candidate=candidate, actor=actor, now=now)
    notice = notifications.address_changed(old, policy=Policy.objects.current(), version=link.version)
    outbox.post(notice, now=now)
    audit.record("candidate.change_address", candidate, actor=actor, now=now)


def refuse_employer_address(email: str) -> None:
    """Raises EmployerAddress."""
    shared = {Policy.objects.current().sender_email.lower(), settings.INBOX_ADDRESS.lower()}
    if email.lower() in shared or User.objects.filter(email__iexact=email).exists():
        raise EmployerAddress


def _redirect_messages(candidate: Candidate, *, email: str) -> None:
    """Send queued mail to the new address, and failed mail too: staff may send that again."""
    messages = Message.objects.filter(
        person_key=object_key(candidate), transport=Message.Transport.MAIL, recipient__iexact=candidate.email
    )
    (messages.queued() | messages.failed_or_stopped()).update(recipient=email)
