"""Taking over from a colleague who cannot come: every talk of a stretch of time, in one act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from advisors.availability.slots import Span
from advisors.models import Advisor
from advisors.services import add_absence, lock_agenda
from bookings.appointments.cancel import offer_instead
from bookings.errors import GaveRejection, TakeoverStopped, TalkChanged, TalkStarted
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import Answers, What
from bookings.reassignment.conflicts import barred
from bookings.reassignment.reassign import hand_over
from bookings.reassignment.takeover_plan import talks_to_take_over
from core.actors import Actor
from core.errors import Refusal
from organisation import audit


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """What was decided about the talks of a colleague, each with the moment at which it was seen."""

    advisor: Advisor
    span: Span
    answers: Answers
    seen: Mapping[int, datetime]  # starts by the number of the booking
    word: str = ""
    is_absence: bool = False  # nobody books the colleague in this time any more


def take_over(*, takeover: Takeover, actor: Actor, now: datetime) -> list[Booking]:
    """Do what was decided for every talk, all or nothing; returns the talks. Each candidate hears once.

    Raises TakeoverStopped when the talks are not as they were seen, or when one decision cannot be carried out, and
    what an absence refuses.
    """
    with audit.refusals_recorded("agenda.take_over", takeover.advisor, actor=actor, now=now):
        return _take_over(takeover, actor, now)


@transaction.atomic
def _take_over(takeover: Takeover, actor: Actor, now: datetime) -> list[Booking]:
    _lock(takeover)
    talks = talks_to_take_over(takeover.advisor, takeover.span, now=now)
    if {talk.pk: talk.starts_at for talk in talks} != takeover.seen or takeover.seen.keys() != takeover.answers.keys():
        raise TakeoverStopped(because=TalkChanged())
    _refuse_what_has_to_stay(talks, takeover, actor, now)
    if takeover.is_absence:
        add_absence(advisor=takeover.advisor, span=takeover.span, actor=actor, now=now)
    for talk in talks:
        try:
            _settle(talk, takeover, actor, now)
        except Refusal as refusal:
            raise TakeoverStopped(because=refusal, starts_at=talk.starts_at) from refusal
    if talks:
        audit.record("agenda.take_over", takeover.advisor, actor=actor, now=now)
    return talks


def _lock(takeover: Takeover) -> None:
    """Every agenda that may be touched, in key order, before anything else: nobody waits for each other."""
    wanted = {takeover.advisor.pk, *(answer.to for answer in takeover.answers.values() if answer.to is not None)}
    if any(answer.what == What.OFFER for answer in takeover.answers.values()):
        wanted |= set(Advisor.objects.active().values_list("pk", flat=True))
    for advisor_id in sorted(Advisor.objects.filter(pk__in=wanted).values_list("pk", flat=True)):
        lock_agenda(advisor_id)


def _refuse_what_has_to_stay(talks: list[Booking], takeover: Takeover, actor: Actor, now: datetime) -> None:
    """A talk under way stays with its advisor, and who gave the rejection as recruiter decides nothing."""
    changes = [talk for talk in talks if takeover.answers[talk.pk].what != What.KEEP]
    not_theirs = barred(changes, actor=actor)
    for talk in changes:
        if talk.starts_at <= now:
            raise TakeoverStopped(because=TalkStarted(), starts_at=talk.starts_at)
        if talk.pk in not_theirs:
            raise TakeoverStopped(because=GaveRejection(), starts_at=talk.starts_at)


def _settle(talk: Booking, takeover: Takeover, actor: Actor, now: datetime) -> None:
    answer, word = takeover.answers[talk.pk], takeover.word
    if answer.what == What.HAND_OVER and answer.to is not None:
        hand_over(booking=talk, to=answer.to, word=word, actor=actor, now=now)
    elif answer.what == What.OFFER:
        reason, away = Hold.Reason.CANCELLED, takeover.span
        offer_instead(booking=talk, reason=reason, word=word, away=away, actor=actor, now=now)
    else:
        audit.record("booking.keep", talk, actor=actor, now=now)
