"""How an advisor works: what the application manager keeps of somebody who talks with candidates."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from advisors.models import Advisor
from core.actors import Actor
from organisation import audit
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
    time_zone: str = settings.TIME_ZONE
    is_active: bool = True


@transaction.atomic
def keep_profile(user: User, profile: Profile, *, actor: Actor, now: datetime) -> Advisor:
    """Make somebody bookable, or change how. Talks that stand stay as they are: who changes somebody asks what happens
    with those that no longer fit, see bookings/services/changing_hours.py."""
    values = {**vars(profile), "languages": list(profile.languages)}
    zone = Advisor.objects.filter(user=user).values_list("time_zone", flat=True).first()
    advisor, was_made = Advisor.objects.update_or_create(user=user, defaults=values)
    if not was_made and advisor.time_zone != zone:  # whole days of other calendars lie elsewhere now
        advisor.other_calendars.update(version="", due_at=now)
    audit.record("profile.change", advisor, actor=actor, now=now)
    return advisor
