"""Reads that more than one door needs: what can be booked."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from advisors.availability.queries import Diary, diaries_of, free_slots_of, question_of, slots_in
from advisors.availability.slots import Slot, Span
from advisors.models import Advisor, Opening, TalkChannel
from bookings.availability.options import Choice, Host, Offer, Own
from bookings.models import Booking, Hold, Invitation
from candidates.models import AccessLink, Application, Candidate, Rejection
from core.prepared_statements import Joined, Prepared, Statement
from organisation.models import ApiClient, Policy, Role, User
from vacancies.models import Vacancy

ALTERNATIVES = 6
MONDAY_TO_FRIDAY = range(5)
# In SQL of our own, as in advisors/reading.py.
HELD = f"SELECT entry_id FROM {Hold._meta.db_table} WHERE invitation_id = %s AND state = %s"  # noqa: S608
OWN = f"SELECT entry_id FROM {Booking._meta.db_table} WHERE id = %s AND entry_id IS NOT NULL"  # noqa: S608


def rejections_to_correct(user: User) -> QuerySet[Rejection]:
    """Whose mail address this recruiter may put right: it came back, and nobody planned a talk yet."""
    failing = Rejection.objects.visible_to(user).filter(application__candidate__email_failed_at__isnull=False)
    return failing.exclude(application__candidate__in=Candidate.objects.with_talk())


def talks_to_correct(user: User) -> QuerySet[Booking]:
    """And whose an advisor or application manager may: the link that leaves opens what a recruiter never reads, so
    not who gave this candidate any rejection."""
    talks = Booking.objects.all() if Role.APPLICATION_MANAGER in user.roles else Booking.objects.visible_to(user)
    given = Rejection.objects.filter(recruiter=user).values("application__candidate")
    failing = talks.filter(invitation__application__candidate__email_failed_at__isnull=False)
    return failing.exclude(invitation__application__candidate__in=given)


def pool_of(invitation: Invitation, *, advisor_id: int | None = None) -> QuerySet[Advisor]:
    """Who may hold this talk: never the one who gave the rejection as recruiter."""
    return _pool(invitation.application_id, *(() if advisor_id is None else (advisor_id,)))


def pool_in_sql(invitation: Invitation, *, advisor_id: int | None = None) -> Statement:
    """The keys of `pool_of`."""
    if advisor_id is None:
        return _EVERYBODY(invitation.application_id)
    return _ONE(invitation.application_id, advisor_id)


def _pool(application_id: int, *advisor_ids: int) -> QuerySet[Advisor]:
    pool = Advisor.objects.active().exclude(user__rejections__application=application_id)
    return pool.filter(pk__in=advisor_ids) if advisor_ids else pool


def invitation_of_program(client: ApiClient, key: UUID) -> Invitation | None:
    """One of its own."""
    found: tuple[Invitation] | None = _OF_PROGRAM(_in_database(key), client.source)
    return found and found[0]


def invitation_to_book(client: ApiClient, key: UUID) -> Invitation | None:
    """The same, with all that a booking and its letters need."""
    found = _TO_BOOK(_in_database(key), client.source)
    if found is None:
        return None
    invitation: Invitation
    invitation, application, application.candidate, link, application.vacancy = found
    invitation.application = application
    if link is not None:
        link.candidate = application.candidate
    return invitation


def _in_database(key: UUID) -> Any:
    return Invitation._meta.get_field("key").get_db_prep_value(key, connection)


_OF_PROGRAM = Joined(
    f"""
    SELECT {{invitation}} FROM {Invitation._meta.db_table} invitation
    JOIN {Application._meta.db_table} application ON application.id = invitation.application_id
    WHERE invitation.key = %s AND application.source = %s
    """,  # noqa: S608  # nothing in it comes from outside
    invitation=Invitation,
)
_TO_BOOK = Joined(
    f"""
    SELECT {{invitation}}, {{application}}, {{candidate}}, {{link}}, {{vacancy}}
    FROM {Invitation._meta.db_table} invitation
    JOIN {Application._meta.db_table} application ON application.id = invitation.application_id
    JOIN {Candidate._meta.db_table} candidate ON candidate.id = application.candidate_id
    LEFT JOIN {AccessLink._meta.db_table} link ON link.candidate_id = candidate.id
    JOIN {Vacancy._meta.db_table} vacancy ON vacancy.id = application.vacancy_id
    WHERE invitation.key = %s AND application.source = %s
    """,  # noqa: S608  # nothing in it comes from outside
    invitation=Invitation,
    application=Application,
    candidate=Candidate,
    link=AccessLink,
    vacancy=Vacancy,
)
_EVERYBODY = Prepared(lambda application_id: _pool(application_id).values("pk"), 1)
_ONE = Prepared(lambda application_id, advisor_id: _pool(application_id, advisor_id).values("pk"), 2)


def slots_for(
    invitation: Invitation,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
    advisor_id: int | None = None,
    instead_of: Booking | None = None,
) -> list[Slot]:
    """Everything that can really be booked; `instead_of` counts the own appointment as free, as own holds are."""
    question = question_of(policy, now=now, channel=channel, language=language)
    pool, own = pool_in_sql(invitation, advisor_id=advisor_id), own_time_of(invitation, instead_of)
    return free_slots_of(pool, question, policy=policy, without=own)


def own_time_of(invitation: Invitation, instead_of: Booking | None = None) -> Statement:
    """What is taken for everybody else and free for this candidate: the moments that are held, and the appointment."""
    held = Statement(HELD, (invitation.pk, Hold.State.OFFERED.value))
    return Statement(f"{HELD} UNION ALL {OWN}", (*held.values, instead_of.pk)) if instead_of else held


def hosts_of(invitation: Invitation, *, policy: Policy, now: datetime) -> tuple[Host, ...]:
    """The pool, by name, in three statements; who can be booked in no way is left out."""
    return _hosts(diaries_of(pool_in_sql(invitation), question_of(policy, now=now), policy=policy))


def _hosts(diaries: list[Diary]) -> tuple[Host, ...]:
    hosts = [
        Host(
            advisor_id=diary.calendar.advisor_id,
            name=diary.name,
            languages=diary.calendar.languages,
            channels=diary.channels,
            addresses=tuple(sorted(diary.addresses)),
        )
        for diary in diaries
    ]
    bookable = [host for host in hosts if host.channels and host.languages]
    return tuple(sorted(bookable, key=lambda host: (host.name, host.advisor_id)))


def offer_of(invitation: Invitation, *, policy: Policy, now: datetime, instead_of: Booking | None = None) -> Offer:
    """Everything that the candidate can choose from; four statements, whatever the number of advisors."""
    question = question_of(policy, now=now)
    own = own_time_of(invitation, instead_of)
    diaries = diaries_of(pool_in_sql(invitation), question, policy=policy, without=own)
    hosts, before = _hosts(diaries), spoken_before(invitation.candidate)
    offered = frozenset[str]().union(*(host.channels for host in hosts))
    spoken = frozenset[str]().union(*(host.languages for host in hosts))
    return Offer(
        hosts=hosts,
        slots=tuple(slots_in(diaries, question)),
        channels=tuple(channel for channel in TalkChannel.values if channel in offered),
        languages=tuple(language for language in policy.languages if language in spoken),
        minutes=_lengths(diaries),
        spoken_before=before if before in {host.advisor_id for host in hosts} else None,
        own=own_of(instead_of) if instead_of else None,
    )


def own_of(booking: Booking) -> Own:
    choice = Choice(booking.channel, booking.language, booking.advisor_id)
    return Own(choice, int(booking.starts_at.timestamp()))


def _lengths(diaries: list[Diary]) -> tuple[int, ...]:
    """How many minutes a talk can take, the shortest first."""
    lengths = {hours.length or diary.calendar.length for diary in diaries for hours in diary.calendar.hours}
    return tuple(sorted(int(length.total_seconds()) // 60 for length in lengths))


def minutes_of(pool: QuerySet[Advisor], policy: Policy) -> str:
    """How long a talk takes with any of them, in words; one statement."""
    hours = Opening.objects.filter(advisor__in=pool).order_by()
    lengths = set(hours.values_list(Coalesce("session_minutes", "advisor__session_minutes")).distinct()) or {(None,)}
    return in_minutes({policy.session_minutes if minutes is None else minutes for (minutes,) in lengths})


def in_minutes(lengths: Collection[int]) -> str:
    """Values such as "20", or "15 to 20" in the reader's language; `lengths` may not be empty."""
    if len(lengths) == 1:
        return str(*lengths)
    return _("%(shortest)d to %(longest)d") % {"shortest": min(lengths), "longest": max(lengths)}


def one_per_start(slots: list[Slot]) -> list[Slot]:
    """For "the first one free": each start once, whoever it is with."""
    return list({slot.start: slot for slot in reversed(slots)}.values())[::-1]


def alternatives_near(slots: list[Slot], moment: datetime) -> list[Slot]:
    """A handful of free moments closest to the wished one, in order of time."""
    wished = moment.timestamp()
    return sorted(sorted(one_per_start(slots), key=lambda slot: abs(slot.start - wished))[:ALTERNATIVES])


def has_spoken_with(candidate: Candidate, advisor_id: int) -> bool:
    return Booking.objects.of_candidate(candidate).held().filter(advisor_id=advisor_id).exists()


def spoken_before(candidate: Candidate) -> int | None:
    """The advisor of the latest talk that was held, also of an earlier application."""
    held = Booking.objects.of_candidate(candidate).held().order_by("-starts_at", "-pk")
    return held.values_list("advisor_id", flat=True).first()


def held_between(advisor: Advisor, span: Span) -> QuerySet[Hold]:
    """The moments of this advisor that are held for somebody; for whom is not the advisor's business yet."""
    return Hold.objects.offered().filter(advisor=advisor, starts_at__gte=span.start, starts_at__lt=span.end)
