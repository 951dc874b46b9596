"""Replies to SMS about bookings, and SMS reminders that did not arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from bookings.models import Booking, Hold
from core.actors import object_key
from outbox.models import IncomingText, Message

Reason, State = Message.Reason, Message.State
NUMBER_IN_DOUBT = (Reason.UNREACHED, Reason.LANDLINE, Reason.ADDRESS)
NEVER_SENT = (*NUMBER_IN_DOUBT, Reason.BLOCKED, Reason.COUNTRY, Reason.REFUSED)  # but not for lack of consent
FAILED_FOR_GOOD = Q(state=State.FAILED) & ~Q(reason=Reason.OPTED_OUT) | Q(state=State.SUPPRESSED, reason__in=NEVER_SENT)
Meaning = IncomingText.Meaning
DECISIONS = (Meaning.YES, Meaning.NO)  # the latest one counts
SENT_OR_QUEUED = (State.QUEUED, State.SENDING, State.SENT, State.DELIVERED)
KEY: Any = Concat(Value("booking:"), Cast(OuterRef("pk"), CharField()))  # object_key, in SQL


@dataclass(frozen=True, kw_only=True)
class SmsFailure:
    """SMS reminder that did not arrive."""

    reason: str  # a Message.Reason
    has_letter: bool  # a fallback mail is queued or sent
    doubts_number: bool  # the phone number may be wrong


def with_sms_reply(talks: QuerySet[Booking]) -> QuerySet[Booking]:
    """Annotate `declined_by_sms`: the text with which the candidate declined the current start time, or None.

    A later yes overrides a no.
    """
    arranged_at = Coalesce(OuterRef("moved_at"), OuterRef("booked_at"))
    replies = IncomingText.objects.filter(about=KEY, meaning__in=DECISIONS, received_at__gte=arranged_at)
    texts = replies.annotate(declined=Case(When(meaning=Meaning.NO, then=F("text")))).values("declined")
    return talks.annotate(declined_by_sms=Subquery(texts.order_by("-received_at", "-pk")[:1]))


def sms_replies_about(booking: Booking) -> list[IncomingText]:
    """SMS replies about this booking, oldest first."""
    return list(IncomingText.objects.filter(about=object_key(booking)))


def is_declined(booking: Booking, replies: Iterable[IncomingText]) -> bool:
    """True when the latest decision among these replies, oldest first, is a no to the current start time."""
    since = booking.moved_at or booking.booked_at
    decisions = [one.meaning for one in replies if one.meaning in DECISIONS and one.received_at >= since]
    return decisions[-1:] == [Meaning.NO]


def holds_declined_by_sms(holds: Iterable[Hold]) -> set[int]:
    """Keys of the holds to which the candidate last replied no by SMS.

    The reply may be misread, so the holds stay active until the candidate declines on the page.
    """
    keys = {object_key(hold): hold.pk for hold in holds}
    replies = IncomingText.objects.filter(about__in=keys, meaning__in=DECISIONS).order_by("received_at", "pk")
    last = dict(replies.values_list("about", "meaning"))
    return {keys[about] for about, meaning in last.items() if meaning == Meaning.NO}


def with_failed_sms(talks: QuerySet[Booking]) -> QuerySet[Booking]:
    """Filter on bookings whose SMS reminder for the current start time failed permanently."""
    of_this_moment = _failed_reminders(KEY).filter(created_at__gte=OuterRef("text_reminder_at"))
    return talks.filter(Exists(of_this_moment), text_reminder_at__isnull=False)


def failure_unreported() -> Q:
    """Condition: the failure of the latest SMS reminder is not recorded yet."""
    return Q(text_failed_at__isnull=True) | Q(text_failed_at__lt=F("text_reminder_at"))


def sms_failure_of(booking: Booking) -> SmsFailure | None:
    """Latest SMS reminder of the booking that did not arrive."""
    failed = _failed_reminders(object_key(booking)).order_by("-created_at").first()
    if failed is None:
        return None
    return SmsFailure(
        reason=failed.reason,
        has_letter=failed.fallbacks.filter(is_dormant=False, state__in=SENT_OR_QUEUED).exists(),
        doubts_number=failed.reason in NUMBER_IN_DOUBT,
    )


def _failed_reminders(about: Any) -> QuerySet[Message]:
    """Failed SMS reminders, except where the fallback was withdrawn because the candidate no longer wants SMS."""
    reminders = Message.objects.filter(about=about, kind="reminder", transport=Message.Transport.SMS)
    withdrawn = Message.objects.filter(fallback_for=OuterRef("pk"), reason=Reason.WITHDRAWN)
    return reminders.filter(FAILED_FOR_GOOD & ~Exists(withdrawn))
