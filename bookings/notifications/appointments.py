"""Booked, moved, cancelled: to candidate and advisor, each with the calendar object that makes it true."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import QuerySet

from advisors.models import Advisor, TalkChannel
from bookings.calendar.invites import CANCEL, REQUEST, calendar_of, calendar_of_advisor, calendar_without_candidate
from bookings.models import Booking, Hold
from bookings.notifications.context import clock_sentence, for_advisor, for_candidate, moment, signed_word
from bookings.notifications.waitlist import of_holds
from bookings.wording import address_in_words
from core.actors import Actor, key_of
from organisation.models import Policy
from organisation.queries import member_of_staff
from outbox.compose import letter, staff
from outbox.drafts import Draft


def with_all_that_letters_need(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    return bookings.select_related(
        "invitation__application__candidate__link", "invitation__application__vacancy", "advisor__user", "location"
    )


def booked(booking: Booking, policy: Policy, *, now: datetime) -> list[Draft]:
    """Of a booking that was just made; with all that its letters need it is not read again."""
    return [
        _to_candidate("confirmation", booking, policy, now=now),
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now),
    ]


def moved(booking: Booking, policy: Policy, *, was: datetime, old_advisor_id: int, now: datetime) -> list[Draft]:
    """The old advisor's calendar loses the talk when it went to a colleague."""
    booking = _fresh(booking)
    for_house = moment(was, policy.default_language, prefix="old_")
    drafts = [_to_candidate("moved", booking, policy, now=now, words=_was(booking, was))]
    if old_advisor_id == booking.advisor_id:
        return [*drafts, _to_advisor("advisor_moved", booking, policy, booking.advisor, now=now, words=for_house)]
    old = Advisor.objects.select_related("user").get(pk=old_advisor_id)
    gone: dict[str, object] = {
        **moment(was, policy.default_language),
        "with_colleague": True,
        "advisor_first_name": old.name.split()[0],
    }
    return [
        *drafts,
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now),
        _to_advisor("advisor_cancelled", booking, policy, old, method=CANCEL, now=now, words=gone),
    ]


def rescheduled(
    booking: Booking, policy: Policy, *, was: datetime, word: str, actor: Actor, now: datetime
) -> list[Draft]:
    """By the advisor, whose own calendar has to change as well; `word` is of the `actor`."""
    booking = _fresh(booking)
    told = {**_was(booking, was), "by_advisor": True, "word": _word(booking, word, actor)}
    for_house = moment(was, policy.default_language, prefix="old_")
    return [
        _to_candidate("moved", booking, policy, now=now, words=told),
        _to_advisor("advisor_moved", booking, policy, booking.advisor, now=now, words=for_house),
    ]


def _was(booking: Booking, was: datetime) -> dict[str, object]:
    return moment(was, booking.candidate.language, prefix="old_", zone=booking.candidate.zone)


def _word(booking: Booking, word: str, actor: Actor) -> str:
    return signed_word(word, booking.candidate.language, actor=actor)


def handed_over(
    booking: Booking,
    policy: Policy,
    *,
    old_advisor_id: int,
    old_ends_at: datetime,
    word: str,
    actor: Actor,
    now: datetime,
) -> list[Draft]:
    """The moment stays, the advisor is another: one calendar loses the talk, one gets it, the candidate's changes.

    A colleague may take more or less time for it. `word` is of the `actor`.
    """
    booking = _fresh(booking)
    old = Advisor.objects.select_related("user").get(pk=old_advisor_id)
    is_as_long = booking.ends_at == old_ends_at
    signed = _word(booking, word, actor)
    told: dict[str, object] = {"word": signed, "old_advisor_name": old.name, "is_as_long": is_as_long}
    gone: dict[str, object] = {"handed_over": True, "advisor_first_name": old.name.split()[0]}
    return [
        _to_candidate("handed_over", booking, policy, now=now, words=told),
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now, words={"from_colleague": old.name}),
        _to_advisor("advisor_cancelled", booking, policy, old, method=CANCEL, now=now, words=gone),
    ]


def changed_place(booking: Booking, policy: Policy, *, now: datetime) -> list[Draft]:
    """The moment stays, the place is another: a building, a room, a link. The caller has raised the sequence."""
    booking = _fresh(booking)
    return [
        _to_candidate("changed_place", booking, policy, now=now),
        _to_advisor(
            "advisor_changed_place",
            booking,
            policy,
            booking.advisor,
            now=now,
            words={**_where(booking), "channel": booking.channel},
        ),
    ]


def _where(booking: Booking) -> dict[str, object]:
    """In the language of the house; "" when the advisor has no room for video any more."""
    room = booking.advisor.video_url if booking.channel == TalkChannel.VIDEO else ""
    return {"place": address_in_words(booking.location) if booking.location else room}


def cancelled(
    booking: Booking,
    policy: Policy,
    *,
    word: str,
    actor: Actor,
    now: datetime,
    holds: Sequence[Hold] = (),
    is_closed: bool = False,
) -> list[Draft]:
    """`holds` are the moments that we keep for the candidate instead; `actor` is who cancelled.

    `is_closed` when it is because the employer is closed that day.
    """
    booking = _fresh(booking)
    kind = f"cancelled_by_{booking.cancelled_by}"
    can_choose = booking.invitation.is_open(now)
    told = {
        "word": _word(booking, word, actor),
        "is_closed": is_closed,
        "can_choose": can_choose,
        "clock_sentence": clock_sentence(booking.candidate, booking.starts_at, *(one.starts_at for one in holds)),
        **of_holds(holds, booking.invitation),
    }
    return [
        _to_candidate(kind, booking, policy, method=CANCEL, now=now, words=told),
        _to_advisor(
            "advisor_cancelled",
            booking,
            policy,
            booking.advisor,
            method=CANCEL,
            now=now,
            words={**_by_whom(booking, actor), "is_closed": is_closed},
        ),
    ]


def erased(booking: Booking, policy: Policy, *, now: datetime) -> Draft:
    """The candidate is erased while the talk stands: the advisor's calendar loses it. Names nobody, and is about the
    advisor, because what is about the talk goes with the candidate.
    """
    booking = _fresh(booking)
    booking.sequence += 1
    advisor = booking.advisor
    words: dict[str, object] = {"is_erased": True}
    draft = _to_advisor("advisor_cancelled", booking, policy, advisor, method=CANCEL, now=now, words=words)
    alone = calendar_without_candidate(booking, policy, now=now)
    return replace(draft, about=key_of(advisor.user), thread="", reply_to="", calendar=alone)


def _by_whom(booking: Booking, actor: Actor) -> dict[str, object]:
    """For the advisor, whose talk a colleague or an application manager may have cancelled."""
    if booking.cancelled_by == Booking.CancelledBy.CANDIDATE:
        return {"by_candidate": True}
    person = member_of_staff(actor)
    return {"by_advisor": person == booking.advisor.user, "by_name": person.name if person else ""}


def _fresh(booking: Booking) -> Booking:
    return with_all_that_letters_need(Booking.objects.filter(pk=booking.pk)).get()


def _to_candidate(
    kind: str,
    booking: Booking,
    policy: Policy,
    *,
    now: datetime,
    method: str = REQUEST,
    words: dict[str, object] | None = None,
) -> Draft:
    to = booking.candidate.reader
    return letter(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        words={**for_candidate(booking, policy), **(words or {})},
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}",
        calendar=calendar_of(booking, policy, method=method, language=to.language, now=now),
        calendar_method=method,
        useless_after=_useless_after(booking, method),
    )


def _to_advisor(
    kind: str,
    booking: Booking,
    policy: Policy,
    advisor: Advisor,
    *,
    now: datetime,
    method: str = REQUEST,
    words: dict[str, object] | None = None,
) -> Draft:
    to = staff(advisor.user, policy)
    return letter(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        words={**for_advisor(booking, policy), **(words or {})},
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}",
        calendar=calendar_of_advisor(booking, policy, advisor, method=method, language=to.language, now=now),
        calendar_method=method,
        useless_after=_useless_after(booking, method),
    )


def _useless_after(booking: Booking, method: str) -> datetime | None:
    """What invites is of no use when the talk is over; that it is off stays true, and takes it out of a calendar."""
    return booking.ends_at if method == REQUEST else None
