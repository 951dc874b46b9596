"""What the candidate tells us before the talk."""

from datetime import datetime

from django.db import transaction

from bookings.errors import NotStanding
from bookings.models import Booking
from bookings.schedule import text_is_ahead
from bookings.sms_consent import agree_to_texts, check_number, check_texts, take_texts_back
from core.actors import Actor
from organisation import audit
from organisation.models import Policy


@transaction.atomic
def prepare(
    *,
    booking: Booking,
    topic_ids: tuple[int, ...],
    question: str,
    actor: Actor,
    now: datetime,
    wants_sms: bool | None = None,
    phone: str = "",
) -> None:
    """What the candidate wants to talk about; may change until the talk is over. Also the consent to a text message.

    Without `wants_sms` that stays as it is; `phone` (E.164) is for when we have no number yet.
    Raises NotStanding, PhoneNeeded, MobileNeeded.
    """
    kept = Booking.objects.standing().select_for_update(no_key=True).filter(pk=booking.pk).first()
    if kept is None:
        raise NotStanding
    if wants_sms is not None and wants_sms != kept.wants_sms:
        _change_texts(kept, wants_sms, phone, now)
    kept.question = question
    kept.save(update_fields=["question", "wants_sms", "phone"])
    kept.topics.set(topic_ids)
    audit.record("booking.prepare", kept, actor=actor, now=now)


def _change_texts(booking: Booking, wants_sms: bool, phone: str, now: datetime) -> None:
    """After its moment a text is not asked for any more: it would say "tomorrow" on the day itself."""
    if not wants_sms:
        booking.wants_sms = False
        take_texts_back(booking, now=now)
        return
    policy = Policy.objects.current()
    if text_is_ahead(booking.starts_at, booking.candidate.zone, policy.times, now=now):
        number = phone or str(booking.phone)
        check_number(number, channel=booking.channel, wants_sms=True)
        check_texts(number, policy)
        booking.wants_sms, booking.phone = True, number
        agree_to_texts(booking, now=now)
