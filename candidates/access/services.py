"""The private link of a candidate."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from candidates import notifications
from candidates.access.tokens import address_of, digest_of, token_of, unsubscribe_address_of
from candidates.errors import LinkUnknown
from candidates.models import AccessLink, Candidate
from core.actors import Actor
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox

NOBODY = Candidate(first_name="-", last_name="-", email="nobody@invalid.example", language="nl")


def link_of(candidate: Candidate) -> AccessLink:
    """The candidate's link, made when there is none yet."""
    known: AccessLink | None = getattr(candidate, "link", None)
    if known is not None:
        return known
    key = uuid4()
    link, _created = AccessLink.objects.get_or_create(
        candidate=candidate, defaults={"key": key, "digest": digest_of(token_of(key, 1))}
    )
    return link


def address_for(candidate: Candidate, destination: str = "") -> str:
    """What a letter to this candidate carries; `destination` is a path below /my/."""
    link = link_of(candidate)
    return address_of(token_of(link.key, link.version), destination)


def unsubscribe_address_for(candidate: Candidate) -> str:
    link = link_of(candidate)
    return unsubscribe_address_of(token_of(link.key, link.version))


def link_by_token(token: str) -> AccessLink:
    """Raises LinkUnknown for a mistyped, tampered or revoked token."""
    link = AccessLink.objects.select_related("candidate").filter(digest=digest_of(token)).first()
    if link is None:
        raise LinkUnknown
    return link


@transaction.atomic
def renew_link(*, candidate: Candidate, actor: Actor, now: datetime) -> AccessLink:
    """Revoke every letter's link at once; the new one must be mailed."""
    link = AccessLink.objects.select_for_update().get(pk=link_of(candidate).pk)
    link.version += 1
    link.digest = digest_of(token_of(link.key, link.version))
    link.save(update_fields=["version", "digest"])
    candidate.link = link
    audit.record("link.renew", candidate, actor=actor, now=now)
    return link


@transaction.atomic
def mail_link(*, email: str, now: datetime) -> None:
    """Mail the private link to whoever we know by this address, and to nobody else.

    For an address that we do not know a letter is written as well and given up at once, so that the time that it
    takes tells a stranger nothing. The link stays the one of the earlier letters: a stranger must not revoke it.
    """
    policy = Policy.objects.current()
    known = list(Candidate.objects.filter(email__iexact=email))
    for candidate in known or [NOBODY]:
        address = address_for(candidate) if known else address_of(token_of(uuid4(), 1))
        outbox.post(notifications.new_link(candidate, policy, address=address, now=now), now=now)
    if not known:
        transaction.set_rollback(True)
