"""Letters about the private link itself."""

from datetime import datetime

from candidates.models import Candidate
from organisation.models import Policy
from outbox.drafts import Draft
from outbox.writing import letter


def new_link(candidate: Candidate, policy: Policy, *, address: str, now: datetime) -> Draft:
    """One a minute: whoever clicks twice gets one letter."""
    words: dict[str, object] = {
        "first_name": candidate.first_name,
        "link_url": address,
        "sender_name": policy.sender_name,
        "org_name": policy.employer_name,
        "org_phone": policy.phone.as_national if policy.phone else policy.sender_email,
    }
    return letter(
        "candidates/new_link",
        to=candidate.reader,
        policy=policy,
        words=words,
        once=f"candidate={candidate.pk}:at={now:%Y-%m-%dT%H:%MZ}",
    )
