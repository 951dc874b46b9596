"""Process what Twilio reports: delivery statuses and replies."""

import logging
import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from core.formatting import printable
from outbox import delivery_status
from outbox.message_ids import is_about_another_attempt, is_earlier
from outbox.models import IncomingText, Message
from outbox.sms import opt_out_keywords, opt_outs
from outbox.sms.error_codes import FAILED_STATUSES, reason_of
from outbox.sms.reply_parser import may_mean_the_appointment, meaning_of

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
DELIVERED_STATUSES = {"delivered", "read"}
MAX_ID, MAX_TEXT = 120, 1600  # characters that are stored
MAX_PER_DAY, ONE_DAY = 10, timedelta(days=1)  # replies of one meaning from one number
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
Meaning = IncomingText.Meaning
logger = logging.getLogger(__name__)


def record_status(*, key: UUID, provider_id: str, status: str, code: str, now: datetime) -> bool:
    """Record Twilio's status of the SMS with this key. False when there is no such SMS.

    Reports come twice and out of order; outbox/delivery_status.py ranks them.
    """
    message = Message.objects.filter(key=key, transport=Message.Transport.SMS).first()
    if message is None:
        logger.warning("a delivery report about an unknown SMS: %s", key)
        return False
    provider_id, code = printable(provider_id)[:MAX_ID], printable(code)
    if status not in DELIVERED_STATUSES and _is_outdated(message, provider_id, status):
        logger.warning("message %s: a report about another attempt is ignored: %s", message.pk, status[:20])
        return True
    delivery_status.record_accepted(message=message, provider_id=provider_id, now=now)
    if status in DELIVERED_STATUSES:
        delivery_status.record_delivered(message=message, now=now)
    elif status in FAILED_STATUSES:
        _record_failure(message, code, now)
    return True


def _is_outdated(message: Message, provider_id: str, status: str) -> bool:
    """True for a report about another attempt that changes nothing for this one.

    After a person sent the SMS again, only "delivered" counts of the earlier attempt. Of two that were sent by
    accident, either may be the accepted one, so only a failure is ignored.
    """
    is_sent_again = is_earlier(message.provider_id)
    is_other = is_about_another_attempt(message.provider_id, provider_id)
    return is_other and (is_sent_again or status in FAILED_STATUSES)


@transaction.atomic
def receive(*, provider_id: str, sender: str, text: str, opt_out: str, now: datetime) -> IncomingText | None:
    """Store a reply, and apply its opt-out keyword. None when nothing new is stored.

    `opt_out` is Twilio's reading (Advanced Opt-Out): "STOP", "START", "HELP" or nothing. A repeated SMS is stored
    once. Of a number that we never wrote to only an opt-out is stored.
    """
    provider_id = printable(provider_id)[:MAX_ID]
    if not NUMBER.fullmatch(sender) or not provider_id:
        logger.warning("an SMS without a number or an id was ignored")
        return None
    written = printable(text)[:MAX_TEXT]
    meaning = _meaning_of(written, opt_out)
    last = _last_sms_to(sender)
    is_stored = last and not _is_over_daily_limit(sender, meaning, now)
    reply, is_new = _store(provider_id, last, meaning, written, now) if last and is_stored else (None, True)
    readings = (meaning_of(written), opt_out.lower())
    if is_new and (Meaning.STOP in readings or Meaning.START in readings):
        opt_out_keywords.apply_keyword(sender, stops=Meaning.STOP in readings, provider_id=provider_id, now=now)
    if reply is None:
        logger.info("an SMS from a number that we never wrote to, or that wrote too much: not stored")
    return reply if is_new else None


def _meaning_of(text: str, opt_out: str) -> Meaning:
    """Meaning as a reply; for Twilio YES starts and CANCEL stops SMS, but here they are about the appointment."""
    meaning = Meaning(meaning_of(text))
    if may_mean_the_appointment(text):
        return Meaning.NO
    if opt_out == "STOP" or (opt_out == "START" and meaning != Meaning.YES):
        return Meaning(opt_out.lower())
    return meaning


def _last_sms_to(number: str) -> Message | None:
    messages = Message.objects.filter(transport=Message.Transport.SMS, recipient=number)
    sent = messages.filter(Q(sent_at__isnull=False) | Q(is_uncertain=True))
    return sent.order_by(F("sent_at").desc(nulls_last=True), "-pk").first()


def _is_over_daily_limit(number: str, meaning: Meaning, now: datetime) -> bool:
    """Counted per meaning, so that a "no" or a STOP still arrives after many other replies."""
    messages = Message.objects.filter(transport=Message.Transport.SMS, recipient=number)
    same = IncomingText.objects.filter(answers__in=messages, meaning=meaning, received_at__gt=now - ONE_DAY)
    return same.count() >= MAX_PER_DAY


def _store(provider_id: str, last: Message, meaning: Meaning, text: str, now: datetime) -> tuple[IncomingText, bool]:
    return IncomingText.objects.get_or_create(
        provider_id=provider_id,
        defaults={
            "answers": last,
            "about": last.about,
            "person_key": last.person_key,
            "meaning": meaning,
            "text": text,
            "received_at": now,
        },
    )


def _record_failure(message: Message, code: str, now: datetime) -> None:
    reason = reason_of(code)
    if reason == Message.Reason.OPTED_OUT:
        opt_outs.opt_out(message.recipient, now=now)
    if delivery_status.record_undelivered(message=message, reason=reason, code=code, now=now):
        logger.warning("message %s (%s) did not arrive: %s %s", message.pk, message.kind, reason.value, code[:20])
