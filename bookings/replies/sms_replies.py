"""What came back by text: an advisor hears of a "no", and of a reminder that did not arrive. Nothing is cancelled.

Who answered STOP does not agree to texts any more.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from bookings.models import Booking
from bookings.notifications import with_all_that_letters_need
from bookings.notifications.sms_fallbacks import advisor_text_answer, advisor_text_failed
from bookings.notifications.sms_status import not_told_yet, with_failed_text
from bookings.sms_consent import end_texts
from core.actors import number_of
from core.batch import do_each
from organisation.models import Policy
from outbox import services as outbox
from outbox.models import IncomingText
from outbox.sms.reply_parser import may_mean_the_talk

NEAR = timedelta(hours=48)


def collect_text_answers(*, now: datetime) -> int:
    """Tell advisors who were answered "no", and end the consent of who stopped texts. Returns how many answers."""
    policy = Policy.objects.current()
    new = list(IncomingText.objects.filter(handled_at__isnull=True).values_list("pk", flat=True))
    return do_each(new, partial(_collect, policy=policy, now=now), name="incoming text")


def note_failed_texts(*, now: datetime) -> int:
    """Mark talks whose reminder by text came to nothing, and tell the advisor when it is near. Returns how many."""
    policy = Policy.objects.current()
    soon = Booking.objects.standing().filter(not_told_yet(), starts_at__gt=now, starts_at__lt=now + NEAR)
    failed = list(with_failed_text(soon).values_list("pk", flat=True))
    return do_each(failed, partial(_note_failed, policy=policy, now=now), name="booking")


@transaction.atomic
def _collect(answer_id: int, *, policy: Policy, now: datetime) -> bool:
    """False when somebody else was first."""
    if not IncomingText.objects.filter(pk=answer_id, handled_at__isnull=True).update(handled_at=now):
        return False
    answer = IncomingText.objects.select_related("answers").get(pk=answer_id)
    if _stops(answer):
        end_texts(answer.answers.recipient, said_at=answer.received_at, now=now)
    if answer.meaning == IncomingText.Meaning.NO:
        talks = Booking.objects.standing().filter(pk=number_of(answer.about, "booking"), starts_at__gt=now)
        for talk in with_all_that_letters_need(talks):
            outbox.post(advisor_text_answer(talk, policy), now=now)
    return True


def _stops(answer: IncomingText) -> bool:
    """Also when a START came after it: that only lets somebody ask for texts again."""
    is_no = answer.meaning == IncomingText.Meaning.NO
    return answer.meaning == IncomingText.Meaning.STOP or (is_no and may_mean_the_talk(answer.text))


@transaction.atomic
def _note_failed(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """False when somebody else was first, or when the talk was moved or cancelled since."""
    still = with_failed_text(Booking.objects.standing().filter(not_told_yet(), pk=booking_id, starts_at__gt=now))
    if not still.update(text_failed_at=now):
        return False
    booking = with_all_that_letters_need(Booking.objects.filter(pk=booking_id)).get()
    outbox.post(advisor_text_failed(booking, policy), now=now)
    return True
