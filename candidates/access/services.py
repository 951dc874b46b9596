"""Services around the private link of a candidate."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from candidates import notifications
from candidates.access.tokens import link_token, link_url, unsubscribe_url
from candidates.errors import LinkUnknown
from candidates.models import AccessLink, Candidate
from core.actors import Actor
from core.tokens import digest_of
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox


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
    """Revoke the link in every earlier message; the new one must be mailed."""
    link = AccessLink.objects.select_for_update().get(pk=link_for(candidate).pk)
    link.version += 1
    link.digest = digest_of(link_token(link.key, link.version))
    link.save(update_fields=["version", "digest"])
    candidate.link = link
    audit.record("link.renew", candidate, actor=actor, now=now)
    return link


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
