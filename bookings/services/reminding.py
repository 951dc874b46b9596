"""Reminders of a talk, by scanning for what is due: never twice, never to a moment that moved or was cancelled."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import messages
from bookings.models import Booking
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import Draft

TEXT_AT = time(16)  # the day before, local
MAIL_AT = time(9)
WHEN = ("pk", "starts_at", "booked_at", "moved_at")
Mark = Literal["text_reminder_at", "mail_reminder_at"]


def reminder_moment(starts_at: datetime, at: time) -> datetime:
    """`at` o'clock on the day before the talk, local time, as UTC."""
    zone = ZoneInfo(settings.TIME_ZONE)
    day_before = starts_at.astimezone(zone).date() - timedelta(days=1)
    return datetime.combine(day_before, at, tzinfo=zone).astimezone(UTC)


def remind_by_text(*, now: datetime) -> int:
    """Post a text for every talk of tomorrow whose candidate asked for one. Returns how many."""
    return _remind(now=now, mark="text_reminder_at", at=TEXT_AT, wanted=Q(wants_sms=True))


def remind_by_mail(*, now: datetime) -> int:
    """Post a mail for every talk of tomorrow. Returns how many."""
    return _remind(now=now, mark="mail_reminder_at", at=MAIL_AT, wanted=Q())


def _remind(*, now: datetime, mark: Mark, at: time, wanted: Q) -> int:
    policy = Policy.objects.current()
    keys = [
        key
        for key, starts_at, booked_at, moved_at in _soon(now, mark, wanted).values_list(*WHEN)
        if (moved_at or booked_at) < reminder_moment(starts_at, at) <= now
    ]
    return sum(_remind_of(key, policy, now, mark, wanted) for key in keys)


def _soon(now: datetime, mark: Mark, wanted: Q) -> QuerySet[Booking]:
    """Not begun, within two days, not yet reminded; one that was arranged after its reminder's moment gets none."""
    return Booking.objects.standing().filter(
        wanted, starts_at__gt=now, starts_at__lt=now + timedelta(days=2), **{f"{mark}__isnull": True}
    )


@transaction.atomic
def _remind_of(booking_id: int, policy: Policy, now: datetime, mark: Mark, wanted: Q) -> bool:
    if not _soon(now, mark, wanted).filter(pk=booking_id).update(**{mark: now}):
        return False
    booking = messages.with_all_that_letters_need(Booking.objects.filter(pk=booking_id)).get()
    outbox.post(_draft(booking, policy, mark), now=now)
    return True


def _draft(booking: Booking, policy: Policy, mark: Mark) -> Draft:
    if mark == "text_reminder_at":
        return messages.text_reminder(booking, policy)
    return messages.mail_reminder(booking, policy)
