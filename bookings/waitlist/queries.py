"""Preferences of people on the waitlist, read from the database."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from advisors.availability.slots import Slot
from advisors.models import Advisor, Opening
from bookings.availability.queries import MONDAY_TO_FRIDAY
from bookings.models import WaitlistEntry
from bookings.waitlist.preferences import Wishes


def wishes_of(entry: WaitlistEntry) -> Wishes:
    """On the candidate's own clock. The advisor who gave the rejection never holds the talk (`pool_of`)."""
    invitation = entry.invitation
    recruiter = invitation.application.rejection.recruiter
    return Wishes(
        weekdays=frozenset(entry.weekdays),
        day_parts=frozenset(entry.day_parts),
        channels=frozenset(entry.channels),
        language=entry.language,
        zone=invitation.candidate.zone,
        never_with=recruiter.advisor.pk if hasattr(recruiter, "advisor") else None,
    )


def weekdays_of(pool: QuerySet[Advisor], slots: Iterable[Slot], zone: ZoneInfo) -> list[int]:
    """On which days of the week a talk may be wished; 0 is Monday. In the weekend only when somebody talks then."""
    weekly = Opening.objects.filter(advisor__in=pool, weekday__isnull=False).order_by()
    free = {slot.starts_at.astimezone(zone).weekday() for slot in slots}
    return sorted({*MONDAY_TO_FRIDAY, *free, *weekly.values_list("weekday", flat=True).distinct()})
