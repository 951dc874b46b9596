"""How an advisor works: what the application manager keeps of somebody who talks with candidates."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from advisors.models import Advisor
from organisation import audit
from organisation.actors import Actor
from organisation.models import User


@dataclass(frozen=True)
class Profile:
    title: str
    languages: tuple[str, ...]
    specialisms: str = ""
    session_minutes: int | None = None  # None: as policy says
    buffer_minutes: int | None = None
    buffer_before_minutes: int | None = None
    step_minutes: int | None = None
    max_per_day: int | None = None
    max_per_week: int | None = None
    share_weight: int = 100  # percent
    video_url: str = ""
    is_active: bool = True


@transaction.atomic
def keep_profile(user: User, profile: Profile, *, actor: Actor, now: datetime) -> Advisor:
    """Make somebody bookable, or change how. Talks that stand stay as they are: who changes somebody asks what happens
    with those that no longer fit, see bookings/services/changing_hours.py."""
    values = {**vars(profile), "languages": list(profile.languages)}
    advisor, _was_made = Advisor.objects.update_or_create(user=user, defaults=values)
    audit.record("profile.change", advisor, actor=actor, now=now)
    return advisor
