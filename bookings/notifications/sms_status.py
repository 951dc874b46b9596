"""What came of texts about talks: answers that say no, and reminders that did not arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from bookings.models import Booking, Hold
from core.actors import key_of
from outbox.models import IncomingText, Message

Reason, State = Message.Reason, Message.State
NUMBER_MAY_BE_WRONG = (Reason.UNREACHED, Reason.LANDLINE, Reason.ADDRESS)
NEVER_SENT = (*NUMBER_MAY_BE_WRONG, Reason.BLOCKED, Reason.COUNTRY, Reason.REFUSED)  # and not because nobody wants it
CAME_TO_NOTHING = Q(state=State.FAILED) & ~Q(reason=Reason.OPTED_OUT) | Q(state=State.SUPPRESSED, reason__in=NEVER_SENT)
Meaning = IncomingText.Meaning
DECISIONS = (Meaning.YES, Meaning.NO)  # of these the latest counts
LEAVES = (State.QUEUED, State.SENDING, State.SENT, State.DELIVERED)
KEY: Any = Concat(Value("booking:"), Cast(OuterRef("pk"), CharField()))  # as key_of says it


@dataclass(frozen=True, kw_only=True)
class FailedText:
    """A reminder by text that did not arrive."""

    reason: str  # a Message.Reason
    has_letter: bool  # a mail leaves in its place, or has left
    doubts_number: bool  # the phone number may be wrong


def with_text_answer(talks: QuerySet[Booking]) -> QuerySet[Booking]:
    """Adds `said_no`: the words with which the candidate declined by text since this moment was arranged, or None.

    A yes that came later takes it back.
    """
    arranged_at = Coalesce(OuterRef("moved_at"), OuterRef("booked_at"))
    said = IncomingText.objects.filter(about=KEY, meaning__in=DECISIONS, received_at__gte=arranged_at)
    words = said.annotate(declined=Case(When(meaning=Meaning.NO, then=F("text")))).values("declined")
    return talks.annotate(said_no=Subquery(words.order_by("-received_at", "-pk")[:1]))


def answers_about(booking: Booking) -> list[IncomingText]:
    """Everything that the candidate answered by text about this talk, oldest first."""
    return list(IncomingText.objects.filter(about=key_of(booking)))


def is_declined(booking: Booking, answers: Iterable[IncomingText]) -> bool:
    """The same of answers that were read already, oldest first."""
    since = booking.moved_at or booking.booked_at
    said = [one.meaning for one in answers if one.meaning in DECISIONS and one.received_at >= since]
    return said[-1:] == [Meaning.NO]


def said_no_to(holds: Iterable[Hold]) -> set[int]:
    """Those of these moments, by key, to which the candidate last answered "no" by text: it may be read wrong, so they
    stay offered until somebody declines on the page."""
    keys = {key_of(held): held.pk for held in holds}
    said = IncomingText.objects.filter(about__in=keys, meaning__in=DECISIONS).order_by("received_at", "pk")
    last = dict(said.values_list("about", "meaning"))
    return {keys[about] for about, meaning in last.items() if meaning == Meaning.NO}


def with_failed_text(talks: QuerySet[Booking]) -> QuerySet[Booking]:
    """Those whose reminder by text, for the moment as it is now, came to nothing for good, whoever is to blame."""
    of_this_moment = _failed_reminders(KEY).filter(created_at__gte=OuterRef("text_reminder_at"))
    return talks.filter(Exists(of_this_moment), text_reminder_at__isnull=False)


def not_told_yet() -> Q:
    """Nobody has noted the failure of the latest reminder by text."""
    return Q(text_failed_at__isnull=True) | Q(text_failed_at__lt=F("text_reminder_at"))


def failure_of(booking: Booking) -> FailedText | None:
    """The latest reminder by text that did not arrive."""
    failed = _failed_reminders(key_of(booking)).order_by("-created_at").first()
    if failed is None:
        return None
    return FailedText(
        reason=failed.reason,
        has_letter=failed.fallbacks.filter(is_standby=False, state__in=LEAVES).exists(),
        doubts_number=failed.reason in NUMBER_MAY_BE_WRONG,
    )


def _failed_reminders(about: Any) -> QuerySet[Message]:
    """Not those that nobody needs any more: with the wish for them the letter that stood by was withdrawn."""
    reminders = Message.objects.filter(about=about, kind="reminder", channel=Message.Channel.SMS)
    withdrawn = Message.objects.filter(fallback_for=OuterRef("pk"), reason=Reason.WITHDRAWN)
    return reminders.filter(CAME_TO_NOTHING & ~Exists(withdrawn))
