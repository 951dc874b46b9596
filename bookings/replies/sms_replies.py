"""Process SMS replies and failed SMS reminders.

An advisor is told of a "no" and of a reminder that was not delivered; nothing is cancelled. STOP ends the consent.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from bookings.models import Booking
from bookings.notifications.sms_fallbacks import advisor_sms_failed, advisor_sms_reply, sms_stopped
from bookings.notifications.sms_status import failure_unreported, with_failed_sms
from bookings.sms_consent import end_sms_consent
from candidates.models import Candidate
from core.actors import pk_from_key
from core.batch import run_each
from organisation.models import Policy
from outbox import services as outbox
from outbox.models import IncomingText
from outbox.sms.reply_parser import is_certain_opt_out, may_mean_the_appointment

REPORT_WITHIN = timedelta(hours=48)  # before the start of the booking


def process_sms_replies(*, now: datetime) -> int:
    """Tell advisors about a "no" and end the consent after STOP; return the number of replies."""
    policy = Policy.objects.current()
    new = list(IncomingText.objects.filter(handled_at__isnull=True).values_list("pk", flat=True))
    return run_each(new, partial(_process_reply, policy=policy, now=now), name="SMS reply")


def record_failed_sms_reminders(*, now: datetime) -> int:
    """Mark upcoming bookings whose SMS reminder failed and tell the advisors; return the number of bookings."""
    policy = Policy.objects.current()
    soon = Booking.objects.booked().filter(failure_unreported(), starts_at__gt=now, starts_at__lt=now + REPORT_WITHIN)
    failed = list(with_failed_sms(soon).values_list("pk", flat=True))
    return run_each(failed, partial(_record_failure, policy=policy, now=now), name="booking")


@transaction.atomic
def _process_reply(reply_id: int, *, policy: Policy, now: datetime) -> bool:
    """Process one reply; False when another worker did."""
    if not IncomingText.objects.filter(pk=reply_id, handled_at__isnull=True).update(handled_at=now):
        return False
    reply = IncomingText.objects.select_related("answers").get(pk=reply_id)
    if _is_opt_out(reply):
        end_sms_consent(reply.answers.recipient, said_at=reply.received_at, now=now)
        _explain_opt_out(reply, policy, now)
    if reply.meaning == IncomingText.Meaning.NO:
        bookings = Booking.objects.booked().filter(pk=pk_from_key(reply.about, "booking"), starts_at__gt=now)
        for booking in bookings.for_letters():
            outbox.post(advisor_sms_reply(booking, policy), now=now)
    return True


def _explain_opt_out(reply: IncomingText, policy: Policy, now: datetime) -> None:
    """Mail the candidate how to undo it, unless the SMS says STOP and nothing else."""
    if is_certain_opt_out(reply.text) or not policy.has_sender:
        return
    candidates = Candidate.objects.filter(pk=pk_from_key(reply.person_key, "candidate"))
    for candidate in candidates.filter(messages_stopped_at__isnull=True).select_related("link"):
        outbox.post(sms_stopped(candidate, policy, now=now), now=now)


def _is_opt_out(reply: IncomingText) -> bool:
    """True for STOP, and for a "no" that may mean the appointment; a later START does not restore the consent."""
    is_no = reply.meaning == IncomingText.Meaning.NO
    return reply.meaning == IncomingText.Meaning.STOP or (is_no and may_mean_the_appointment(reply.text))


@transaction.atomic
def _record_failure(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """Mark one booking; False when another worker did, or when it was moved or cancelled meanwhile."""
    failed = with_failed_sms(Booking.objects.booked().filter(failure_unreported(), pk=booking_id, starts_at__gt=now))
    if not failed.update(text_failed_at=now):
        return False
    booking = Booking.objects.filter(pk=booking_id).for_letters().get()
    outbox.post(advisor_sms_failed(booking, policy), now=now)
    return True
