"""Save the preparation of a booking: topics, question and the opt-in for an SMS reminder."""

from datetime import datetime

from django.db import transaction

from bookings.errors import BookingNotActive
from bookings.models import Booking
from bookings.schedule import is_before_sms_reminder
from bookings.sms_consent import check_number, check_sms_allowed, give_sms_consent, withdraw_sms_consent
from core.actors import Actor
from organisation import audit
from organisation.models import Policy


@transaction.atomic
def save_preparation(
    *,
    booking: Booking,
    topic_ids: tuple[int, ...],
    question: str,
    actor: Actor,
    now: datetime,
    wants_sms: bool | None = None,
    phone: str = "",
) -> None:
    """Save topics and question, and change the opt-in for SMS unless `wants_sms` is None.

    `phone` (E.164) is a number to use instead of the known one. Raises BookingNotActive, PhoneNeeded, MobileNeeded,
    SmsDisabled, SmsCountryNotAllowed, SmsOptedOut.
    """
    locked = Booking.objects.booked().select_for_update(no_key=True).filter(pk=booking.pk).first()
    if locked is None:
        raise BookingNotActive
    if wants_sms is not None and wants_sms != locked.wants_sms:
        _change_sms(locked, wants_sms, phone, now)
    locked.question = question
    locked.save(update_fields=["question", "wants_sms", "phone"])
    locked.topics.set(topic_ids)
    audit.record("booking.prepare", locked, actor=actor, now=now)


def _change_sms(booking: Booking, wants_sms: bool, phone: str, now: datetime) -> None:
    """Change the opt-in; no opt-in after the time of the reminder, whose text says "tomorrow"."""
    if not wants_sms:
        booking.wants_sms = False
        withdraw_sms_consent(booking, now=now)
        return
    policy = Policy.objects.current()
    if is_before_sms_reminder(booking.starts_at, booking.candidate.zone, policy.times, now=now):
        number = phone or str(booking.phone)
        check_number(number, channel=booking.channel, wants_sms=True)
        check_sms_allowed(number, policy)
        booking.wants_sms, booking.phone = True, number
        give_sms_consent(booking, now=now)
