"""Bookable slots, eligible advisors and the options of a candidate."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from advisors.availability.queries import (
    AdvisorCalendar,
    advisor_calendars_for,
    free_slots_for,
    free_slots_in,
    slot_query_for,
)
from advisors.availability.slots import Slot, Span
from advisors.models import Advisor, Opening, TalkChannel
from bookings.availability.options import BookableAdvisor, BookingOptions, CurrentBooking, SlotFilter
from bookings.models import Booking, Hold, Invitation
from bookings.models.conflict_of_interest import bookings_of_rejected_candidates, conflicted_advisors
from candidates.models import AccessLink, Application, Candidate, Rejection
from core.prepared_statements import Joined, Prepared, Statement
from organisation.models import ApiClient, Policy, Role, User
from vacancies.models import Vacancy

ALTERNATIVES = 6
MONDAY_TO_FRIDAY = range(5)
# Raw SQL, as in advisors/availability/raw_sql.py.
OWN_HOLDS = f"SELECT entry_id FROM {Hold._meta.db_table} WHERE invitation_id = %s AND state = %s"  # noqa: S608
OWN_BOOKING = f"SELECT entry_id FROM {Booking._meta.db_table} WHERE id = %s AND entry_id IS NOT NULL"  # noqa: S608


def rejections_to_correct(user: User) -> QuerySet[Rejection]:
    """Rejections whose bounced address this recruiter may correct: those of candidates without a booking."""
    failing = Rejection.objects.visible_to(user).filter(application__candidate__email_failed_at__isnull=False)
    return failing.exclude(application__candidate__in=Candidate.objects.with_booking())


def bookings_to_correct(user: User) -> QuerySet[Booking]:
    """Bookings whose bounced address this advisor or application manager may correct.

    Never by a user who gave the candidate any rejection, because the link that is mailed opens what a recruiter may
    not read.
    """
    talks = Booking.objects.all() if Role.APPLICATION_MANAGER in user.roles else Booking.objects.visible_to(user)
    failing = talks.filter(invitation__application__candidate__email_failed_at__isnull=False)
    return failing.exclude(bookings_of_rejected_candidates(user))


def eligible_advisors(invitation: Invitation, *, advisor_id: int | None = None) -> QuerySet[Advisor]:
    """Active advisors without a conflict of interest; at most one when `advisor_id` is given."""
    return _eligible(invitation.application_id, *(() if advisor_id is None else (advisor_id,)))


def eligible_advisor_ids(invitation: Invitation, *, advisor_id: int | None = None) -> Statement:
    """Keys of `eligible_advisors`, as a statement."""
    if advisor_id is None:
        return _ALL_ADVISORS(invitation.application_id)
    return _ONE_ADVISOR(invitation.application_id, advisor_id)


def _eligible(application_id: int, *advisor_ids: int) -> QuerySet[Advisor]:
    pool = Advisor.objects.active().exclude(conflicted_advisors(application_id))
    return pool.filter(pk__in=advisor_ids) if advisor_ids else pool


def invitation_of_client(client: ApiClient, key: UUID) -> Invitation | None:
    """Invitation by its API key, if it follows from a rejection of this client."""
    found: tuple[Invitation] | None = _OF_CLIENT(_to_db_value(key), client.source)
    return found and found[0]


def invitation_to_book(client: ApiClient, key: UUID) -> Invitation | None:
    """Invitation by its API key, with the relations that a booking and its messages need."""
    found = _TO_BOOK(_to_db_value(key), client.source)
    if found is None:
        return None
    invitation: Invitation
    invitation, application, application.candidate, link, application.vacancy = found
    invitation.application = application
    if link is not None:
        link.candidate = application.candidate
    return invitation


def _to_db_value(key: UUID) -> Any:
    return Invitation._meta.get_field("key").get_db_prep_value(key, connection)


_OF_CLIENT = Joined(
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
_ALL_ADVISORS = Prepared(lambda application_id: _eligible(application_id).values("pk"), 1)
_ONE_ADVISOR = Prepared(lambda application_id, advisor_id: _eligible(application_id, advisor_id).values("pk"), 2)


def bookable_slots(
    invitation: Invitation,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
    advisor_id: int | None = None,
    instead_of: Booking | None = None,
) -> list[Slot]:
    """Slots that can be booked; the candidate's own holds and the booking `instead_of` count as free."""
    query = slot_query_for(policy, now=now, channel=channel, language=language)
    pool, own = eligible_advisor_ids(invitation, advisor_id=advisor_id), own_entry_ids(invitation, instead_of)
    return free_slots_for(pool, query, policy=policy, without=own)


def own_entry_ids(invitation: Invitation, instead_of: Booking | None = None) -> Statement:
    """Agenda entries that count as free for this candidate: own holds, and the booking that is moved."""
    holds = Statement(OWN_HOLDS, (invitation.pk, Hold.State.OFFERED.value))
    return Statement(f"{OWN_HOLDS} UNION ALL {OWN_BOOKING}", (*holds.values, instead_of.pk)) if instead_of else holds


def bookable_advisors(invitation: Invitation, *, policy: Policy, now: datetime) -> tuple[BookableAdvisor, ...]:
    """Eligible advisors with bookable hours, by name, in three statements."""
    return _bookable(
        advisor_calendars_for(eligible_advisor_ids(invitation), slot_query_for(policy, now=now), policy=policy)
    )


def _bookable(calendars: list[AdvisorCalendar]) -> tuple[BookableAdvisor, ...]:
    advisors = [
        BookableAdvisor(
            advisor_id=advisor.calendar.advisor_id,
            name=advisor.name,
            languages=advisor.calendar.languages,
            channels=advisor.channels,
            addresses=tuple(sorted(advisor.addresses)),
        )
        for advisor in calendars
    ]
    bookable = [advisor for advisor in advisors if advisor.channels and advisor.languages]
    return tuple(sorted(bookable, key=lambda advisor: (advisor.name, advisor.advisor_id)))


def booking_options(
    invitation: Invitation, *, policy: Policy, now: datetime, instead_of: Booking | None = None
) -> BookingOptions:
    """All options of the candidate, in four statements for any number of advisors."""
    query = slot_query_for(policy, now=now)
    own = own_entry_ids(invitation, instead_of)
    calendars = advisor_calendars_for(eligible_advisor_ids(invitation), query, policy=policy, without=own)
    advisors, before = _bookable(calendars), previous_advisor_id(invitation.candidate)
    offered = frozenset[str]().union(*(advisor.channels for advisor in advisors))
    spoken = frozenset[str]().union(*(advisor.languages for advisor in advisors))
    return BookingOptions(
        advisors=advisors,
        slots=tuple(free_slots_in(calendars, query)),
        channels=tuple(channel for channel in TalkChannel.values if channel in offered),
        languages=tuple(language for language in policy.languages if language in spoken),
        durations=_durations(calendars),
        previous_advisor_id=before if before in {advisor.advisor_id for advisor in advisors} else None,
        current=to_current_booking(instead_of) if instead_of else None,
    )


def to_current_booking(booking: Booking) -> CurrentBooking:
    choice = SlotFilter(booking.channel, booking.language, booking.advisor_id)
    return CurrentBooking(choice, int(booking.starts_at.timestamp()))


def _durations(calendars: list[AdvisorCalendar]) -> tuple[int, ...]:
    """Possible durations in minutes, shortest first."""
    lengths = {hours.length or advisor.calendar.length for advisor in calendars for hours in advisor.calendar.hours}
    return tuple(sorted(int(length.total_seconds()) // 60 for length in lengths))


def durations_of(pool: QuerySet[Advisor], policy: Policy) -> str:
    """Text of the durations that these advisors offer; one statement."""
    hours = Opening.objects.filter(advisor__in=pool).order_by()
    lengths = set(hours.values_list(Coalesce("session_minutes", "advisor__session_minutes")).distinct()) or {(None,)}
    return format_durations({policy.session_minutes if minutes is None else minutes for (minutes,) in lengths})


def format_durations(lengths: Collection[int]) -> str:
    """Format minutes as "20", or "15 to 20" in the active language; `lengths` may not be empty."""
    if len(lengths) == 1:
        return str(*lengths)
    return _("%(shortest)d to %(longest)d") % {"shortest": min(lengths), "longest": max(lengths)}


def one_per_start(slots: list[Slot]) -> list[Slot]:
    """First slot of each start time, for a choice without an advisor."""
    return list({slot.start: slot for slot in reversed(slots)}.values())[::-1]


def nearest_slots(slots: list[Slot], starts_at: datetime) -> list[Slot]:
    """Few free slots closest to the requested start, in order of time."""
    requested = starts_at.timestamp()
    return sorted(sorted(one_per_start(slots), key=lambda slot: abs(slot.start - requested))[:ALTERNATIVES])


def has_completed_with(candidate: Candidate, advisor_id: int) -> bool:
    return Booking.objects.of_candidate(candidate).completed().filter(advisor_id=advisor_id).exists()


def previous_advisor_id(candidate: Candidate) -> int | None:
    """Advisor of the latest completed booking, also of an earlier application."""
    completed = Booking.objects.of_candidate(candidate).completed().order_by("-starts_at", "-pk")
    return completed.values_list("advisor_id", flat=True).first()


def holds_between(advisor: Advisor, span: Span) -> QuerySet[Hold]:
    """Active holds of this advisor, without candidates, whom the advisor may not know yet."""
    return Hold.objects.offered().filter(advisor=advisor, starts_at__gte=span.start, starts_at__lt=span.end)
