"""What Twilio tells us: how a text fared, and what somebody answered."""

import logging
import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from core.formatting import printable
from outbox import delivery_status
from outbox.models import IncomingText, Message
from outbox.provider_ids import is_earlier, is_of_another
from outbox.sms import opt_out_keywords, opt_outs
from outbox.sms.error_codes import reason_of
from outbox.sms.reply_parser import may_mean_the_talk, meaning_of

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
DELIVERED = {"delivered", "read"}
GONE_WRONG = {"undelivered", "failed", "canceled"}
LONGEST_ID, LONGEST_TEXT = 120, 1600  # characters that we keep
MOST_A_DAY, ONE_DAY = 10, timedelta(days=1)  # answers of one meaning by one number
NUMBER = re.compile(r"\+[1-9]\d{6,14}")
Meaning = IncomingText.Meaning
logger = logging.getLogger(__name__)


def note_status(*, key: UUID, provider_id: str, status: str, code: str, now: datetime) -> bool:
    """How the text with this key fares, according to Twilio. False when we have no such text.

    Reports come twice and out of order; outbox/reports.py ranks them.
    """
    message = Message.objects.filter(key=key, channel=Message.Channel.SMS).first()
    if message is None:
        logger.warning("a delivery report about a text that is not here: %s", key)
        return False
    provider_id, code = printable(provider_id)[:LONGEST_ID], printable(code)
    if status not in DELIVERED and _is_old_news(message, provider_id, status):
        logger.warning("message %s left twice, and this is about the other one: %s", message.pk, status[:20])
        return True
    delivery_status.record_accepted(message=message, provider_id=provider_id, now=now)
    if status in DELIVERED:
        delivery_status.record_delivered(message=message, now=now)
    elif status in GONE_WRONG:
        _note_failure(message, code, now)
    return True


def _is_old_news(message: Message, provider_id: str, status: str) -> bool:
    """Of a text that is sent again nothing more is heard of the first but that it arrived after all; of two that left
    by accident either may have been taken, and one may come to nothing."""
    is_again = is_earlier(message.provider_id)
    return is_of_another(message.provider_id, provider_id) and (is_again or status in GONE_WRONG)


@transaction.atomic
def receive(*, provider_id: str, sender: str, text: str, opt_out: str, now: datetime) -> IncomingText | None:
    """Somebody answers. Of a number that we never wrote to nothing is kept, but for its wish to get no texts.

    `opt_out` is what Twilio made of it (Advanced Opt-Out): "STOP", "START", "HELP" or nothing. The same text twice is
    one. Returns what was kept, None when there is nothing new to keep.
    """
    provider_id = printable(provider_id)[:LONGEST_ID]
    if not NUMBER.fullmatch(sender) or not provider_id:
        logger.warning("a text without a number or an id was left alone")
        return None
    written = printable(text)[:LONGEST_TEXT]
    meaning = _meaning_of(written, opt_out)
    last = _last_text_to(sender)
    is_kept = last and not _is_too_much(sender, meaning, now)
    kept, is_new = _keep(provider_id, last, meaning, written, now) if last and is_kept else (None, True)
    said = (meaning_of(written), opt_out.lower())
    if is_new and (Meaning.STOP in said or Meaning.START in said):
        opt_out_keywords.take(sender, stops=Meaning.STOP in said, provider_id=provider_id, now=now)
    if kept is None:
        logger.info("a text from a number to which we never wrote, or that wrote too much: nothing is kept")
    return kept if is_new else None


def _meaning_of(text: str, opt_out: str) -> Meaning:
    """As an answer: YES starts and CANCEL stops texts at Twilio, and to us they speak of the talk."""
    read = Meaning(meaning_of(text))
    if may_mean_the_talk(text):
        return Meaning.NO
    if opt_out == "STOP" or (opt_out == "START" and read != Meaning.YES):
        return Meaning(opt_out.lower())
    return read


def _last_text_to(number: str) -> Message | None:
    texts = Message.objects.filter(channel=Message.Channel.SMS, recipient=number)
    left = texts.filter(Q(sent_at__isnull=False) | Q(is_uncertain=True))
    return left.order_by(F("sent_at").desc(nulls_last=True), "-pk").first()


def _is_too_much(number: str, meaning: Meaning, now: datetime) -> bool:
    """Of each meaning, so that whatever was said before a "no" or a STOP still reaches the rooms above."""
    texts = Message.objects.filter(channel=Message.Channel.SMS, recipient=number)
    same = IncomingText.objects.filter(answers__in=texts, meaning=meaning, received_at__gt=now - ONE_DAY)
    return same.count() >= MOST_A_DAY


def _keep(provider_id: str, last: Message, meaning: Meaning, text: str, now: datetime) -> tuple[IncomingText, bool]:
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


def _note_failure(message: Message, code: str, now: datetime) -> None:
    reason = reason_of(code)
    if reason == Message.Reason.OPTED_OUT:
        opt_outs.stop(message.recipient, now=now)
    if delivery_status.record_undelivered(message=message, reason=reason, code=code, now=now):
        logger.warning("message %s (%s) did not arrive: %s %s", message.pk, message.kind, reason.value, code[:20])
