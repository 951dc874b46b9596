"""Talks that stand in the way of other hours: which ones, and who could take them over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

from advisors.availability.intervals import is_within_hours, within
from advisors.availability.queries import Diary, calendars_of, closed_days_of, diaries_of, question_between
from advisors.availability.slots import Calendar, Question, Span, why_not
from advisors.models import Advisor, TalkChannel
from bookings.models import Booking, Hold
from core.actors import Actor
from organisation.models import Policy
from organisation.queries import member_of_staff

FAR_AHEAD = timedelta(days=400)


class Against(Enum):
    """Why a talk that stands would not be offered now."""

    HOURS = auto()  # with the channel, the language, and the place of a talk on site
    ABSENCE = auto()
    CLOSED_DAY = auto()
    ADVISOR = auto()  # who holds no talks any more
    LANGUAGE = auto()  # that the advisor does not talk in
    VIDEO_ROOM = auto()  # of a talk by video: there is none


class Colleague(NamedTuple):
    advisor_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A talk that would stand outside the hours, and which colleagues are free then."""

    booking: Booking
    colleagues: tuple[Colleague, ...]
    has_started: bool
    gave_rejection: bool = False  # who looks at it, as recruiter: the candidate's name is not for them
    is_barred: bool = False  # and neither is the decision, see `barred`
    lacks_room: bool = False  # by video, and its advisor has no video room


def standing_talks(advisors: Iterable[int], *, now: datetime) -> list[Booking]:
    """With what a page tells of them; in order of time."""
    talks = Booking.objects.standing().filter(advisor__in=advisors, ends_at__gt=now)
    people = "invitation__application__candidate", "invitation__application__rejection", "advisor__user"
    return list(talks.select_related(*people).order_by("starts_at", "pk"))


def holds_in_the_way(advisors: Iterable[int], *, now: datetime) -> int:
    """How many moments that are held for candidates do not fit the hours as they are; the worker withdraws those."""
    holds = list(Hold.objects.offered().filter(advisor__in=advisors, expires_at__gt=now))
    return sum(bool(reasons) for reasons in against(holds, now=now).values())


def against(talks: Sequence[Booking | Hold], *, now: datetime) -> dict[int, frozenset[Against]]:
    """What stands against each of these talks, as hours, absences, closed days and advisors are.

    What is true of an advisor counts apart from the hours, also for a talk that was kept outside them before.
    """
    if not talks:
        return {}
    policy, until = Policy.objects.current(), now + FAR_AHEAD
    advisors = Advisor.objects.filter(pk__in={talk.advisor_id for talk in talks})
    found = calendars_of(advisors, Question(earliest=now, latest=until), policy=policy)
    calendars = {calendar.advisor_id: calendar for calendar in found}
    closed_days = closed_days_of(policy, now.year, until.year)
    people = {advisor.pk: advisor for advisor in advisors}
    return {
        talk.pk: _against_hours(talk, calendars[talk.advisor_id], closed_days)
        | _against_advisor(talk, people[talk.advisor_id], calendars[talk.advisor_id])
        for talk in talks
    }


def barred(talks: Iterable[Booking], *, actor: Actor) -> frozenset[int]:
    """About which of these talks this person decides nothing: they gave the rejection, as recruiter.

    An application manager decides about every talk.
    """
    given = frozenset(talk.pk for talk in talks if _gave_rejection(talk, actor))
    person = member_of_staff(actor) if given else None
    return frozenset() if person and person.is_application_manager else given


def hits_among(talks: list[Booking], *, actor: Actor, now: datetime) -> list[Hit]:
    """These talks with the colleagues who could take them over; six statements at most, whatever their number."""
    if not talks:
        return []
    policy = Policy.objects.current()
    pool = Advisor.objects.active()
    user_of = dict(pool.values_list("pk", "user_id"))
    asked = Question(earliest=min(now, talks[0].starts_at), latest=talks[-1].starts_at)
    diaries = diaries_of(pool, asked, policy=policy)
    not_theirs = barred(talks, actor=actor)
    return [
        replace(
            _hit(talk, diaries, user_of, policy, now),
            gave_rejection=_gave_rejection(talk, actor),
            is_barred=talk.pk in not_theirs,
        )
        for talk in talks
    ]


def question_for(booking: Booking, policy: Policy, *, now: datetime) -> Question:
    """At this very moment, whatever the notice and the horizon; a moment that is past never."""
    latest = max(now, booking.starts_at)
    return question_between(now, latest, policy=policy, channel=booking.channel, language=booking.language)


def _against_hours(talk: Booking | Hold, calendar: Calendar, closed_days: frozenset[date]) -> frozenset[Against]:
    """A hold has no place yet."""
    span, is_placed = Span(talk.starts_at, talk.ends_at), talk.channel == TalkChannel.ONSITE
    place = talk.location_id if is_placed and isinstance(talk, Booking) else None
    present = replace(calendar, absences=())
    found = {
        Against.HOURS: not is_within_hours(
            present, span, channel=talk.channel, language=talk.language, location_id=place
        ),
        Against.ABSENCE: bool(within(calendar.absences, span)),
        Against.CLOSED_DAY: talk.starts_at.astimezone(calendar.zone).date() in closed_days,
    }
    return frozenset(reason for reason, is_there in found.items() if is_there)


def _against_advisor(talk: Booking | Hold, advisor: Advisor, calendar: Calendar) -> frozenset[Against]:
    found = {
        Against.ADVISOR: not advisor.is_active,
        Against.LANGUAGE: talk.language not in calendar.languages,
        Against.VIDEO_ROOM: talk.channel == TalkChannel.VIDEO and not advisor.video_url,
    }
    return frozenset(reason for reason, is_there in found.items() if is_there)


def _gave_rejection(talk: Booking, actor: Actor) -> bool:
    return actor.key == f"user:{talk.invitation.application.rejection.recruiter_id}"


def _hit(talk: Booking, diaries: list[Diary], user_of: dict[int, int], policy: Policy, now: datetime) -> Hit:
    """Never the one who gave the rejection as recruiter, as in `bookings.queries.pool_of`."""
    recruiter = talk.invitation.application.rejection.recruiter_id
    question = question_for(talk, policy, now=now)
    colleagues = [
        Colleague(diary.calendar.advisor_id, diary.name)
        for diary in diaries
        if diary.calendar.advisor_id != talk.advisor_id
        and user_of.get(diary.calendar.advisor_id) != recruiter
        and why_not(diary.calendar, question, talk.starts_at) is None
    ]
    return Hit(
        booking=talk,
        colleagues=tuple(sorted(colleagues, key=lambda colleague: colleague.name)),
        has_started=talk.starts_at <= now,
    )
