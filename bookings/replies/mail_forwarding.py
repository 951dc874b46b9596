"""Mail about a talk that is no answer of a calendar: brought to the talk's advisor, once, and to nobody in a circle."""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from django.db import transaction
from django.utils import timezone

from bookings.models import Booking
from bookings.notifications import with_all_that_letters_need
from bookings.notifications.forwarded_mail import advisor_mail, advisor_mail_stopped
from core.actors import number_of
from organisation.models import Policy
from outbox import services as outbox
from outbox.inbound import store
from outbox.inbound.forward import house_mail
from outbox.models import IncomingMail

FOLLOWED_FOR = timedelta(days=30)  # after the talk, or after it was cancelled


class Outcome(StrEnum):
    TO_ADVISOR = "to_advisor"
    TO_HOUSE = "to_house"  # to who signs our letters
    OWN = "own"  # from the advisor, who is told that it went nowhere
    NOBODY = "nobody"  # policy names no address


def forward_mail(*, now: datetime) -> int:
    """Bring further what came in. Returns how many mails."""
    return store.handle(IncomingMail.Kind.LETTER, partial(_forward, now=now), now=now)


@transaction.atomic
def _forward(mail_id: int, *, now: datetime) -> bool:
    """False when somebody else was first."""
    mail = store.take(mail_id, now=now)
    if mail is None:
        return False
    store.end(mail, outcome=_bring(mail, _talk_of(mail.about), Policy.objects.current(), now=now))
    return True


def _bring(mail: IncomingMail, booking: Booking | None, policy: Policy, *, now: datetime) -> Outcome:
    if booking and mail.sender.lower() == booking.advisor.user.email.lower():
        outbox.post(advisor_mail_stopped(booking, policy, today=timezone.localdate(now)), now=now)
        return Outcome.OWN
    if booking and _advisor_follows(booking, now):
        outbox.post(advisor_mail(booking, policy, mail), now=now)
        return Outcome.TO_ADVISOR
    if not policy.sender_email:
        return Outcome.NOBODY
    outbox.post(house_mail(mail, mail, policy, talk=booking), now=now)
    return Outcome.TO_HOUSE


def _advisor_follows(booking: Booking, now: datetime) -> bool:
    """Who works here, may see this file, and held the talk not too long ago."""
    user = booking.advisor.user
    is_recent = now < (booking.cancelled_at or booking.ends_at) + FOLLOWED_FOR
    return is_recent and user.is_active and Booking.objects.visible_to(user).filter(pk=booking.pk).exists()


def _talk_of(about: str) -> Booking | None:
    """None when it is about something else, or when it is erased."""
    return with_all_that_letters_need(Booking.objects.filter(pk=number_of(about, "booking"))).first()
