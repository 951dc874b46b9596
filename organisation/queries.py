"""Queries on setup, staff and the audit log."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from core.actors import Actor, pk_from_key
from core.errors import sentence_for_code
from organisation.audit_labels import action_label, key_label, origin_label
from organisation.models import AuditEvent, Location, Policy, Role, User


def default_language() -> str:
    """Default language of the employer, for whoever has not chosen one."""
    return Policy.objects.current().default_language


@dataclass(frozen=True)
class SetupStep:
    """Step of the setup before the first invitation."""

    name: str
    label: str
    sentence: str
    is_done: bool


@dataclass(frozen=True)
class UpcomingBookings:
    """Booked sessions of an advisor that have not ended."""

    count: int
    last_at: datetime | None


@dataclass(frozen=True)
class AuditLine:
    """Entry of the audit log with labels."""

    event: AuditEvent
    action: str
    about: str
    by: str
    origin: str
    because: str  # sentence of the refusal; empty without one


def setup_steps() -> list[SetupStep]:
    """Steps of the setup, in their order."""
    advisors = User.objects.with_role(Role.ADVISOR)
    has_hours = advisors.filter(advisor__openings__isnull=False).exists()  # of a higher app, by reverse relation
    return [
        SetupStep(
            "policy",
            _("Who you are and when you talk"),
            _("The name under your letters, who is invited, and how long a talk lasts."),
            Policy.objects.current().has_sender,
        ),
        SetupStep(
            "locations",
            _("Where you talk"),
            _("The place where candidates find you. You need none when you only talk by phone or video."),
            Location.objects.active().exists() or has_hours,
        ),
        SetupStep(
            "staff",
            _("Who talks"),
            _("At least one career advisor."),
            advisors.filter(advisor__isnull=False).exists(),
        ),
        SetupStep(
            "hours", _("When they talk"), _("The hours in every week that candidates can choose from."), has_hours
        ),
        SetupStep(
            "recruiters",
            _("Who turns people down"),
            _("At least one recruiter, who enters the rejections or imports them from a file."),
            User.objects.with_role(Role.RECRUITER).exists(),
        ),
    ]


def advisors_without_hours() -> QuerySet[User]:
    """Users with the role of advisor who have no opening hours yet."""
    advisors: QuerySet[User] = User.objects.with_role(Role.ADVISOR)
    return advisors.filter(advisor__openings__isnull=True).select_related("advisor").order_by("advisor__pk")


def upcoming_bookings_of(user: User, *, now: datetime) -> UpcomingBookings:
    """Upcoming bookings of this user; bookings is a higher app, reached by the reverse relation."""
    upcoming = User.objects.filter(
        pk=user.pk, advisor__bookings__status="booked", advisor__bookings__ends_at__gt=now
    ).aggregate(count=Count("advisor__bookings"), last_at=Max("advisor__bookings__starts_at"))
    return UpcomingBookings(**upcoming)


def staff_member_for(actor: Actor) -> User | None:
    """User behind the actor; None for a candidate, an API client or the system."""
    found: User | None = User.objects.filter(pk=pk_from_key(actor.key, "user")).first()
    return found


def audit_events(lookups: dict[str, str]) -> QuerySet[AuditEvent]:
    """Entries of the audit log, newest first. A value such as `booking` matches all bookings, `booking:12` one."""
    events = AuditEvent.objects.all()
    if action := lookups.get("action"):
        events = events.filter(action=action)
    for name in ("about", "actor"):
        if value := lookups.get(name):
            lookup = name if ":" in value or value in ("system", "stranger") else f"{name}__startswith"
            events = events.filter(**{lookup: value})
    return events


def audit_line(event: AuditEvent) -> AuditLine:
    return AuditLine(
        event=event,
        action=action_label(event.action),
        about=key_label(event.about),
        by=key_label(event.actor),
        origin=origin_label(event.origin),
        because=sentence_for_code(event.result),
    )
