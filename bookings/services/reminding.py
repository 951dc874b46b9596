"""Reminders of a talk, by scanning for what is due: never twice, never to a moment that moved or was cancelled."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import messages
from bookings.day_before import MAIL_AT, TEXT_AT, mail_useless_after, reminder_moment, text_useless_after
from bookings.models import Booking
from organisation.faults import do_each
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import Draft

WHEN = ("pk", "starts_at", "booked_at", "moved_at", "invitation__application__candidate__time_zone")
LONGEST_AHEAD = timedelta(days=2)  # the whole day before, whatever the zone
Mark = Literal["text_reminder_at", "mail_reminder_at"]


def text_is_ahead(booking: Booking, now: datetime) -> bool:
    return now < reminder_moment(booking.starts_at, TEXT_AT, booking.candidate.zone)


def remind_by_text(*, now: datetime) -> int:
    """Post a text for every talk of tomorrow whose candidate asked for one. Returns how many."""
    return _remind(now=now, mark="text_reminder_at", at=TEXT_AT, until=text_useless_after, wanted=Q(wants_sms=True))


def remind_by_mail(*, now: datetime) -> int:
    """Post a mail for every talk of tomorrow. Returns how many."""
    return _remind(now=now, mark="mail_reminder_at", at=MAIL_AT, until=mail_useless_after, wanted=Q())


def _remind(*, now: datetime, mark: Mark, at: time, until: Callable[[datetime, ZoneInfo], datetime], wanted: Q) -> int:
    policy = Policy.objects.current()
    seen = {
        key: starts_at
        for key, starts_at, booked_at, moved_at, zone_name in _soon(now, mark, wanted).values_list(*WHEN)
        for zone in [ZoneInfo(zone_name)]
        if (moved_at or booked_at) < reminder_moment(starts_at, at, zone) <= now < until(starts_at, zone)
    }
    return do_each(
        list(seen), partial(_remind_of, seen, policy=policy, now=now, mark=mark, wanted=wanted), name="booking"
    )


def _soon(now: datetime, mark: Mark, wanted: Q) -> QuerySet[Booking]:
    """Not begun, within two days, not yet reminded; one that was arranged after its reminder's moment gets none."""
    return Booking.objects.standing().filter(
        wanted, starts_at__gt=now, starts_at__lt=now + LONGEST_AHEAD, **{f"{mark}__isnull": True}
    )


@transaction.atomic
def _remind_of(
    seen: dict[int, datetime], booking_id: int, *, policy: Policy, now: datetime, mark: Mark, wanted: Q
) -> bool:
    """False when somebody else reminded, or when the talk moved since the scan saw it."""
    still = _soon(now, mark, wanted).filter(pk=booking_id, starts_at=seen[booking_id])
    if not still.update(**{mark: now}):
        return False
    booking = messages.with_all_that_letters_need(Booking.objects.filter(pk=booking_id)).get()
    outbox.post(_draft(booking, policy, mark), now=now)
    return True


def _draft(booking: Booking, policy: Policy, mark: Mark) -> Draft:
    if mark == "text_reminder_at":
        return messages.text_reminder(booking, policy)
    return messages.mail_reminder(booking, policy)
