"""Forward mail about a booking to its advisor, once and without loops; calendar replies are processed elsewhere."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from bookings.notifications.forwarded_mail import advisor_mail, advisor_mail_stopped
from core.actors import pk_from_key
from organisation.models import Policy
from outbox import services as outbox
from outbox.inbound import store
from outbox.inbound.forward import forward_draft
from outbox.models import IncomingMail

FORWARD_FOR = timedelta(days=30)  # after the end of the booking or its cancellation


class ForwardOutcome(StrEnum):
    """Stored outcome of a mail."""

    TO_ADVISOR = "to_advisor"
    TO_EMPLOYER = "to_house"  # to the sender address of the policy
    OWN = "own"  # from the advisor, who is told that it is not forwarded
    NOBODY = "nobody"  # the policy has no address


def forward_mail(*, now: datetime) -> int:
    """Forward the mail that came in; return the number of mails."""
    return store.process_new(IncomingMail.Kind.LETTER, partial(_forward, now=now), now=now)


def erase_full_texts(*, now: datetime) -> int:
    """Erase the whole text of mails about bookings that are over, cancelled or erased. Returns how many."""
    subjects = store.subjects_with_full_text()
    keys = [key for about in subjects if (key := pk_from_key(about, "booking"))]
    ahead = set(Booking.objects.booked().filter(pk__in=keys, ends_at__gt=now).values_list("pk", flat=True))
    return store.erase_full_texts([about for about in subjects if pk_from_key(about, "booking") not in ahead])


@transaction.atomic
def _forward(mail_id: int, *, now: datetime) -> bool:
    """Forward one mail; False when another worker did."""
    mail = store.claim(mail_id, now=now)
    if mail is None:
        return False
    store.finish(mail, outcome=_post(mail, _booking_of(mail.about), Policy.objects.current(), now=now))
    return True


def _post(mail: IncomingMail, booking: Booking | None, policy: Policy, *, now: datetime) -> ForwardOutcome:
    if booking and mail.sender.lower() == booking.advisor.user.email.lower():
        outbox.post(advisor_mail_stopped(booking, policy, today=timezone.localdate(now)), now=now)
        return ForwardOutcome.OWN
    if booking and _may_receive(booking, now):
        outbox.post(advisor_mail(booking, policy, mail), now=now)
        return ForwardOutcome.TO_ADVISOR
    if not policy.sender_email:
        return ForwardOutcome.NOBODY
    outbox.post(forward_draft(mail, mail, policy, booking=booking), now=now)
    return ForwardOutcome.TO_EMPLOYER


def _may_receive(booking: Booking, now: datetime) -> bool:
    """True when the advisor is active, may see the file and the booking is recent."""
    user = booking.advisor.user
    is_recent = now < (booking.cancelled_at or booking.ends_at) + FORWARD_FOR
    return is_recent and user.is_active and Booking.objects.visible_to(user).filter(pk=booking.pk).exists()


def _booking_of(about: str) -> Booking | None:
    """Booking of an object key; None for another type of object and for an erased booking."""
    return Booking.objects.filter(pk=pk_from_key(about, "booking")).for_letters().first()
