"""A change of hours, an absence, a closed day or how an advisor talks, together with what happens to the talks in its
way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction

from advisors.models import Advisor
from advisors.services import lock_agenda
from bookings.appointments.cancel import offer_instead
from bookings.availability.slot_listing import value_of
from bookings.models import Booking, Hold
from bookings.reassignment.conflicts import Against, Hit, against, hits_among, holds_in_the_way, standing_talks
from bookings.reassignment.reassign import hand_over
from core.actors import Actor
from core.errors import Refusal
from organisation import audit


class What(StrEnum):
    KEEP = "keep"
    HAND_OVER = "hand_over"
    OFFER = "offer"


class Answer(NamedTuple):
    """What happens to one talk; `to` is the colleague who takes it over, `seen` the moment that stood on the page."""

    what: What
    to: int | None = None
    seen: datetime | None = None


Answers = Mapping[int, Answer]  # by the number of the booking


@dataclass(frozen=True, kw_only=True)
class Change:
    """`make` is a service of the rooms below that changes when or how these advisors talk; it takes `actor` and `now`.

    `check` refuses what can be refused before anybody has to wait; it takes `now`.
    """

    make: Callable[..., object]
    advisors: tuple[int, ...]
    action: str  # of the audit trail
    about: str
    check: Callable[..., object] | None = None


class TalksInTheWay(Exception):
    """Nothing was changed: somebody first has to say what happens to each of these talks.

    `because` is why the answers that were given cannot be carried out; `holds` is how many moments that are held for
    candidates would end as well.
    """

    def __init__(self, hits: list[Hit], *, holds: int = 0, because: Refusal | None = None) -> None:
        super().__init__()
        self.hits, self.holds, self.because = hits, holds, because


def carry_out(*, change: Change, answers: Answers, word: str, actor: Actor, now: datetime) -> list[Hit]:
    """Make the change and do what was chosen for each talk that would no longer fit, all or nothing.

    Returns the talks that were in the way. Raises what the change refuses, and TalksInTheWay when the answers are not
    exactly about the talks that it hits now.
    """
    with audit.refusals_recorded(change.action, change.about, actor=actor, now=now):
        if change.check is not None:
            change.check(now=now)
        return _carry_out(change, answers, word, actor, now)


@transaction.atomic
def _carry_out(change: Change, answers: Answers, word: str, actor: Actor, now: datetime) -> list[Hit]:
    _lock(change, answers)
    talks = standing_talks(change.advisors, now=now)
    before = against(talks, now=now)
    change.make(actor=actor, now=now)
    after = against(talks, now=now)
    found = hits_among([talk for talk in talks if after[talk.pk] - before[talk.pk]], actor=actor, now=now)
    hits = [replace(hit, lacks_room=Against.VIDEO_ROOM in after[hit.booking.pk]) for hit in found]
    if hits and not _is_answered(hits, answers):
        raise TalksInTheWay(hits, holds=holds_in_the_way(change.advisors, now=now))
    try:
        for talk in (hit.booking for hit in hits):
            is_closed = Against.CLOSED_DAY in after[talk.pk] - before[talk.pk]
            _settle(talk, answers[talk.pk], word, actor, now, is_closed=is_closed)
    except Refusal as refusal:
        holds = holds_in_the_way(change.advisors, now=now)
        raise TalksInTheWay(hits, holds=holds, because=refusal) from refusal
    return hits


def _lock(change: Change, answers: Answers) -> None:
    """Every agenda that may be touched, in key order, before anything else: nobody waits for each other."""
    wanted = {*change.advisors, *(answer.to for answer in answers.values() if answer.to is not None)}
    if any(answer.what == What.OFFER for answer in answers.values()):
        wanted |= set(Advisor.objects.active().values_list("pk", flat=True))
    for advisor_id in sorted(Advisor.objects.filter(pk__in=wanted).values_list("pk", flat=True)):
        lock_agenda(advisor_id)


def _is_answered(hits: list[Hit], answers: Answers) -> bool:
    return set(answers) == {hit.booking.pk for hit in hits} and all(
        _allows(hit, answers[hit.booking.pk]) for hit in hits
    )


def _allows(hit: Hit, answer: Answer) -> bool:
    if answer.seen is None or value_of(answer.seen) != value_of(hit.booking.starts_at):
        return False
    if hit.is_barred:
        return answer.what == What.KEEP
    if answer.what == What.HAND_OVER:
        return answer.to in {colleague.advisor_id for colleague in hit.colleagues}
    return answer.what == What.KEEP or not hit.has_started


def _settle(booking: Booking, answer: Answer, word: str, actor: Actor, now: datetime, *, is_closed: bool) -> None:
    if answer.what == What.HAND_OVER and answer.to is not None:
        hand_over(booking=booking, to=answer.to, word=word, actor=actor, now=now)
    elif answer.what == What.OFFER:
        reason = Hold.Reason.CHANGED
        offer_instead(booking=booking, reason=reason, word=word, actor=actor, now=now, is_closed=is_closed)
    else:
        audit.record("booking.keep", booking, actor=actor, now=now)
