"""Letters about the private link itself."""

from datetime import datetime

from candidates.models import Candidate
from organisation.models import Policy
from outbox.drafts import Draft
from outbox.letters import render


def new_link(candidate: Candidate, policy: Policy, *, address: str, now: datetime) -> Draft:
    """One a minute: whoever clicks twice gets one letter."""
    words: dict[str, object] = {
        "first_name": candidate.first_name,
        "link_url": address,
        "sender_name": policy.sender_name,
        "org_name": policy.employer_name,
        "org_phone": policy.phone.as_national if policy.phone else policy.sender_email,
    }
    letter = render("candidates/new_link", language=candidate.language, context=words)
    return Draft(
        kind="new_link",
        dedupe_key=f"new_link:candidate={candidate.pk}:at={now:%Y-%m-%dT%H:%MZ}",
        about=f"candidate:{candidate.pk}",
        person_key=f"candidate:{candidate.pk}",
        language=candidate.language,
        recipient=candidate.email,
        recipient_name=candidate.full_name,
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
