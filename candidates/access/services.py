"""Services around the private link of a candidate."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from candidates import notifications
from candidates.access.tokens import link_token, link_url, unsubscribe_url
from candidates.errors import LinkUnknown
from candidates.models import AccessLink, Candidate
from core.actors import Actor, object_key
from core.tokens import digest_of
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.models import Message


def link_for(candidate: Candidate) -> AccessLink:
    """Link of the candidate, created when there is none yet."""
    known: AccessLink | None = getattr(candidate, "link", None)
    if known is not None:
        return known
    key = uuid4()
    link, _created = AccessLink.objects.get_or_create(
        candidate=candidate, defaults={"key": key, "digest": digest_of(link_token(key, 1))}
    )
    return link


def link_url_for(candidate: Candidate, destination: str = "") -> str:
    """Private link for a message to this candidate; `destination` is a path below /my/."""
    link = link_for(candidate)
    return link_url(link_token(link.key, link.version), destination)


def unsubscribe_url_for(candidate: Candidate) -> str:
    link = link_for(candidate)
    return unsubscribe_url(link_token(link.key, link.version))


def link_by_token(token: str) -> AccessLink:
    """Raises LinkUnknown for a mistyped, tampered or revoked token."""
    link = AccessLink.objects.select_related("candidate").filter(digest=digest_of(token)).first()
    if link is None:
        raise LinkUnknown
    return link


@transaction.atomic
def renew_link(*, candidate: Candidate, actor: Actor, now: datetime) -> AccessLink:
    """End the link in every message that was sent, and its sessions; queued messages get the new one."""
    link = _next_version(candidate)
    audit.record("link.renew", candidate, actor=actor, now=now)
    return link


@transaction.atomic
def renew_and_mail_link(*, candidate: Candidate, actor: Actor, now: datetime) -> None:
    """End the link in every message that was sent, and mail the new one to the known address."""
    link = renew_link(candidate=candidate, actor=actor, now=now)
    address = link_url_for(candidate)
    draft = notifications.new_link(candidate, Policy.objects.current(), address=address, now=now, version=link.version)
    outbox.post(draft, now=now)


@transaction.atomic
def revoke_link(*, candidate: Candidate, actor: Actor, now: datetime) -> None:
    """End the link in every message that was sent, and its sessions, and mail no new one.

    Whoever reads the mail at the known address can ask for a new link, and later messages about an appointment have it.
    """
    _next_version(candidate)
    audit.record("link.revoke", candidate, actor=actor, now=now)


def _next_version(candidate: Candidate) -> AccessLink:
    link = AccessLink.objects.select_for_update().get(pk=link_for(candidate).pk)
    ended = link_token(link.key, link.version)
    link.version += 1
    valid = link_token(link.key, link.version)
    link.digest = digest_of(valid)
    link.save(update_fields=["version", "digest"])
    candidate.link = link
    _replace_in_messages(candidate, ended, valid)
    return link


def _replace_in_messages(candidate: Candidate, ended: str, valid: str) -> None:
    """Put the new token into what was not sent yet: queued messages, and failed ones that staff may send again."""
    messages = Message.objects.filter(person_key=object_key(candidate))
    for message in messages.queued() | messages.failed_or_stopped():
        for name in ("text", "calendar", "unsubscribe_url"):
            setattr(message, name, getattr(message, name).replace(ended, valid))
        message.save(update_fields=["text", "calendar", "unsubscribe_url"])


def _unknown_candidate(policy: Policy) -> Candidate:
    return Candidate(first_name="-", last_name="-", email="nobody@invalid.example", language=policy.default_language)


@transaction.atomic
def mail_link(*, email: str, now: datetime) -> None:
    """Mail the private link to every candidate with this address.

    An unknown address costs the same work, whose result is rolled back: the time of the answer must not tell a stranger
    who applied here. The link is not renewed, as a stranger could then revoke the link of others.
    """
    policy = Policy.objects.current()
    known = list(Candidate.objects.filter(email__iexact=email))
    for candidate in known or [_unknown_candidate(policy)]:
        address = link_url_for(candidate) if known else link_url(link_token(uuid4(), 1))
        outbox.post(notifications.new_link(candidate, policy, address=address, now=now), now=now)
    if not known:
        transaction.set_rollback(True)
