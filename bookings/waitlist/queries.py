"""Waitlist entries in order, entries that have ended, and the preferences of an entry."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from advisors.availability.slots import Slot
from advisors.models import Advisor, Opening
from bookings.availability.queries import MONDAY_TO_FRIDAY
from bookings.models import Booking, Hold, WaitlistEntry
from bookings.models.conflict_of_interest import conflicted_advisor_id
from bookings.waitlist.preferences import WaitlistPreferences


def entries_in_order(now: datetime) -> QuerySet[WaitlistEntry]:
    """Waiting entries, first joined first, with the relations that an offer needs."""
    return (
        WaitlistEntry.objects.waiting()
        .exclude(pk__in=ended_entries(now).values("pk"))
        .select_related(
            "invitation__application__candidate__link", "invitation__application__rejection__recruiter__advisor"
        )
        .prefetch_related("invitation__holds")
        .order_by("joined_at", "pk")
    )


def ended_entries(now: datetime) -> QuerySet[WaitlistEntry]:
    """Waiting entries that should end: booked, invitation closed, or declined or opted out since they joined."""
    booked = Booking.objects.settled().values("invitation")
    return WaitlistEntry.objects.waiting().filter(
        Q(invitation__open_until__lt=timezone.localdate(now))
        | Q(invitation__withdrawn_at__isnull=False)
        | Q(invitation__declined_at__gte=F("joined_at"))
        | Q(invitation__application__candidate__messages_stopped_at__gte=F("joined_at"))
        | Q(invitation__in=booked)
    )


def unanswered_offers(entry: WaitlistEntry) -> int:
    """Number of latest offers in a row that expired without an answer, since the candidate joined."""
    offers = entry.invitation.holds.filter(reason=Hold.Reason.WAITLIST, offered_at__gte=entry.joined_at)
    states = offers.exclude(state=Hold.State.OFFERED).order_by("-offered_at", "-pk").values_list("state", flat=True)
    answered = (number for number, state in enumerate(states) if state != Hold.State.EXPIRED)
    return next(answered, len(states))


def preferences_of(entry: WaitlistEntry) -> WaitlistPreferences:
    """Preferences in the candidate's time zone, without the advisor who gave the rejection."""
    invitation = entry.invitation
    return WaitlistPreferences(
        weekdays=frozenset(entry.weekdays),
        day_parts=frozenset(entry.day_parts),
        channels=frozenset(entry.channels),
        language=entry.language,
        zone=invitation.candidate.zone,
        excluded_advisor_id=conflicted_advisor_id(invitation),
    )


def selectable_weekdays(pool: QuerySet[Advisor], slots: Iterable[Slot], zone: ZoneInfo) -> list[int]:
    """Weekdays that the form offers, 0 is Monday: working days, and those of the weekend with hours or free slots."""
    weekly = Opening.objects.filter(advisor__in=pool, weekday__isnull=False).order_by()
    free = {slot.starts_at.astimezone(zone).weekday() for slot in slots}
    return sorted({*MONDAY_TO_FRIDAY, *free, *weekly.values_list("weekday", flat=True).distinct()})
