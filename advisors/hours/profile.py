"""Profile of an advisor, which the application manager edits."""

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
def save_profile(user: User, profile: Profile, *, actor: Actor, now: datetime) -> Advisor:
    """Create or change the advisor profile of a user.

    Booked talks stay as they are. The caller handles talks that no longer fit (bookings/reassignment/).
    """
    values = {**vars(profile), "languages": list(profile.languages)}
    zone = Advisor.objects.filter(user=user).values_list("time_zone", flat=True).first()
    advisor, was_created = Advisor.objects.update_or_create(user=user, defaults=values)
    if not was_created and advisor.time_zone != zone:  # all-day events of external calendars shift with the zone
        advisor.external_calendars.update(version="", due_at=now)
    audit.record("profile.change", advisor, actor=actor, now=now)
    return advisor
