"""Messages about a booking to candidate and advisor, each with its calendar object."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from advisors.models import Advisor, TalkChannel
from bookings.calendar.invites import CANCEL, REQUEST, advisor_invite, anonymous_cancellation, candidate_invite
from bookings.models import Booking, Hold
from bookings.notifications.context import (
    advisor_context,
    candidate_context,
    clock_sentence,
    date_context,
    signed_remark,
)
from bookings.notifications.waitlist import holds_context
from bookings.wording import format_address
from core.actors import Actor, object_key
from organisation.models import Policy
from organisation.queries import staff_member_for
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft


def booked(booking: Booking, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    """Messages about a new booking, whose relations are loaded already."""
    return [
        _to_candidate("confirmation", booking, policy, now=now),
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now),
    ]


def moved(booking: Booking, policy: Policy, *, was: datetime, old_advisor_id: int, now: datetime) -> list[MessageDraft]:
    """Messages about a move by the candidate, with a cancellation for an advisor who is replaced."""
    booking = _loaded(booking)
    old_date = date_context(was, policy.default_language, prefix="old_")
    drafts = [_to_candidate("moved", booking, policy, now=now, extra=_old_date_context(booking, was))]
    if old_advisor_id == booking.advisor_id:
        return [*drafts, _to_advisor("advisor_moved", booking, policy, booking.advisor, now=now, extra=old_date)]
    old = Advisor.objects.select_related("user").get(pk=old_advisor_id)
    gone: dict[str, object] = {
        **date_context(was, policy.default_language),
        "with_colleague": True,
        "advisor_first_name": old.name.split()[0],
    }
    return [
        *drafts,
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now),
        _to_advisor("advisor_cancelled", booking, policy, old, method=CANCEL, now=now, extra=gone),
    ]


def rescheduled(
    booking: Booking, policy: Policy, *, was: datetime, remark: str, actor: Actor, now: datetime
) -> list[MessageDraft]:
    """Messages about a move by the advisor; `remark` is the personal message of the `actor`."""
    booking = _loaded(booking)
    extra = {**_old_date_context(booking, was), "by_advisor": True, "remark": _signed_remark(booking, remark, actor)}
    old_date = date_context(was, policy.default_language, prefix="old_")
    return [
        _to_candidate("moved", booking, policy, now=now, extra=extra),
        _to_advisor("advisor_moved", booking, policy, booking.advisor, now=now, extra=old_date),
    ]


def _old_date_context(booking: Booking, was: datetime) -> dict[str, object]:
    return date_context(was, booking.candidate.language, prefix="old_", zone=booking.candidate.zone)


def _signed_remark(booking: Booking, remark: str, actor: Actor) -> str:
    return signed_remark(remark, booking.candidate.language, actor=actor)


def reassigned(
    booking: Booking,
    policy: Policy,
    *,
    old_advisor_id: int,
    old_ends_at: datetime,
    remark: str,
    actor: Actor,
    now: datetime,
) -> list[MessageDraft]:
    """Messages about a new advisor at the same start time, with an update for all three calendars.

    The new advisor may need more or less time. `remark` is the personal message of the `actor`.
    """
    booking = _loaded(booking)
    old = Advisor.objects.select_related("user").get(pk=old_advisor_id)
    is_as_long = booking.ends_at == old_ends_at
    signed = _signed_remark(booking, remark, actor)
    extra: dict[str, object] = {"remark": signed, "old_advisor_name": old.name, "is_as_long": is_as_long}
    gone: dict[str, object] = {"handed_over": True, "advisor_first_name": old.name.split()[0]}
    return [
        _to_candidate("handed_over", booking, policy, now=now, extra=extra),
        _to_advisor("advisor_booked", booking, policy, booking.advisor, now=now, extra={"from_colleague": old.name}),
        _to_advisor("advisor_cancelled", booking, policy, old, method=CANCEL, now=now, extra=gone),
    ]


def location_changed(booking: Booking, policy: Policy, *, now: datetime) -> list[MessageDraft]:
    """Messages about a new address, room or video URL. The caller has raised the sequence."""
    booking = _loaded(booking)
    return [
        _to_candidate("changed_place", booking, policy, now=now),
        _to_advisor(
            "advisor_changed_place",
            booking,
            policy,
            booking.advisor,
            now=now,
            extra={**_location_context(booking), "channel": booking.channel},
        ),
    ]


def _location_context(booking: Booking) -> dict[str, object]:
    """Address or video URL; "" when the advisor has no video URL any more."""
    room = booking.advisor.video_url if booking.channel == TalkChannel.VIDEO else ""
    return {"place": format_address(booking.location) if booking.location else room}


def cancelled(
    booking: Booking,
    policy: Policy,
    *,
    remark: str,
    actor: Actor,
    now: datetime,
    holds: Sequence[Hold] = (),
    is_closed: bool = False,
) -> list[MessageDraft]:
    """Messages about a cancellation by the `actor`, with the slots that are held as alternatives.

    `is_closed` says that the employer is closed that day.
    """
    booking = _loaded(booking)
    kind = f"cancelled_by_{booking.cancelled_by}"
    can_choose = booking.invitation.is_open(now)
    extra = {
        "remark": _signed_remark(booking, remark, actor),
        "is_closed": is_closed,
        "can_choose": can_choose,
        "clock_sentence": clock_sentence(booking.candidate, booking.starts_at, *(one.starts_at for one in holds)),
        **holds_context(holds, booking.invitation),
    }
    return [
        _to_candidate(kind, booking, policy, method=CANCEL, now=now, extra=extra),
        _to_advisor(
            "advisor_cancelled",
            booking,
            policy,
            booking.advisor,
            method=CANCEL,
            now=now,
            extra={**_cancelled_by_context(booking, actor), "is_closed": is_closed},
        ),
    ]


def erased(booking: Booking, policy: Policy, *, now: datetime) -> MessageDraft:
    """Cancellation to the advisor of a booking whose candidate is erased.

    Names nobody, and has the advisor as subject, because messages about the booking are erased too.
    """
    booking = _loaded(booking)
    booking.sequence += 1
    advisor = booking.advisor
    erased_context: dict[str, object] = {"is_erased": True}
    draft = _to_advisor("advisor_cancelled", booking, policy, advisor, method=CANCEL, now=now, extra=erased_context)
    alone = anonymous_cancellation(booking, policy, now=now)
    return replace(draft, about=object_key(advisor.user), thread="", reply_to="", calendar=alone)


def _cancelled_by_context(booking: Booking, actor: Actor) -> dict[str, object]:
    """Context for the advisor: a colleague or an application manager may have cancelled."""
    if booking.cancelled_by == Booking.CancelledBy.CANDIDATE:
        return {"by_candidate": True}
    person = staff_member_for(actor)
    return {"by_advisor": person == booking.advisor.user, "by_name": person.name if person else ""}


def _loaded(booking: Booking) -> Booking:
    return Booking.objects.filter(pk=booking.pk).for_letters().get()


def _to_candidate(
    kind: str,
    booking: Booking,
    policy: Policy,
    *,
    now: datetime,
    method: str = REQUEST,
    extra: dict[str, object] | None = None,
) -> MessageDraft:
    to = booking.candidate.mail_recipient
    return compose_mail(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        context={**candidate_context(booking, policy), **(extra or {})},
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}",
        calendar=candidate_invite(booking, policy, method=method, language=to.language, now=now),
        calendar_method=method,
        expires_at=_expires_at(booking, method),
    )


def _to_advisor(
    kind: str,
    booking: Booking,
    policy: Policy,
    advisor: Advisor,
    *,
    now: datetime,
    method: str = REQUEST,
    extra: dict[str, object] | None = None,
) -> MessageDraft:
    to = staff_recipient(advisor.user, policy)
    return compose_mail(
        f"bookings/{kind}",
        to=to,
        policy=policy,
        context={**advisor_context(booking, policy), **(extra or {})},
        about=booking,
        unique_key=f"booking={booking.pk}:sequence={booking.sequence}",
        calendar=advisor_invite(booking, policy, advisor, method=method, language=to.language, now=now),
        calendar_method=method,
        expires_at=_expires_at(booking, method),
    )


def _expires_at(booking: Booking, method: str) -> datetime | None:
    """Invites expire when the session ends; a cancellation never does, because it clears the calendar."""
    return booking.ends_at if method == REQUEST else None
