"""Reads about the employer that more than one door needs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from core.actors import Actor, number_of
from core.errors import code_in_words
from organisation.audit_labels import action_in_words, key_in_words, origin_in_words
from organisation.models import AuditEvent, Location, Policy, Role, User


@dataclass(frozen=True)
class Step:
    """A step to the first invitation; `place` is the url name that the main button leads to."""

    name: str
    label: str
    sentence: str
    is_done: bool


@dataclass(frozen=True)
class TalksAhead:
    """The talks that stand in somebody's name."""

    count: int
    last_at: datetime | None


@dataclass(frozen=True)
class Line:
    """An entry of the audit trail in words."""

    event: AuditEvent
    action: str
    about: str
    by: str
    origin: str
    because: str  # why it was refused; empty when it was done, or when there are no words for it


def steps_of_setup() -> list[Step]:
    """In the order in which an empty installation takes them."""
    advisors = User.objects.with_role(Role.ADVISOR)
    has_hours = advisors.filter(advisor__openings__isnull=False).exists()  # what lies a floor higher, by relation
    return [
        Step(
            "policy",
            _("Who you are and when you talk"),
            _("The name under your letters, who is invited, and how long a talk lasts."),
            Policy.objects.current().is_introduced,
        ),
        Step(
            "locations",
            _("Where you talk"),
            _("The place where candidates find you. You need none when you only talk by phone or video."),
            Location.objects.active().exists() or has_hours,
        ),
        Step(
            "staff",
            _("Who talks"),
            _("At least one career advisor."),
            advisors.filter(advisor__isnull=False).exists(),
        ),
        Step("hours", _("When they talk"), _("The hours in every week that candidates can choose from."), has_hours),
        Step(
            "recruiters",
            _("Who turns people down"),
            _("At least one recruiter, who enters the rejections or imports them from a file."),
            User.objects.with_role(Role.RECRUITER).exists(),
        ),
    ]


def advisors_without_hours() -> QuerySet[User]:
    """Signed up as advisor, but candidates cannot choose them yet."""
    advisors: QuerySet[User] = User.objects.with_role(Role.ADVISOR)
    return advisors.filter(advisor__openings__isnull=True).select_related("advisor").order_by("advisor__pk")


def talks_ahead_of(user: User, *, now: datetime) -> TalksAhead:
    """Talks lie floors higher; the relations of the tables lead there."""
    standing = User.objects.filter(
        pk=user.pk, advisor__bookings__status="booked", advisor__bookings__ends_at__gt=now
    ).aggregate(count=Count("advisor__bookings"), last_at=Max("advisor__bookings__starts_at"))
    return TalksAhead(**standing)


def member_of_staff(actor: Actor) -> User | None:
    """None when a candidate, a program or the system does it."""
    found: User | None = User.objects.filter(pk=number_of(actor.key, "user")).first()
    return found


def trail(wanted: dict[str, str]) -> QuerySet[AuditEvent]:
    """Newest first; `booking` finds every talk, `booking:12` the one."""
    events = AuditEvent.objects.all()
    if action := wanted.get("action"):
        events = events.filter(action=action)
    for name in ("about", "actor"):
        if value := wanted.get(name):
            lookup = name if ":" in value or value in ("system", "stranger") else f"{name}__startswith"
            events = events.filter(**{lookup: value})
    return events


def line_of(event: AuditEvent) -> Line:
    return Line(
        event=event,
        action=action_in_words(event.action),
        about=key_in_words(event.about),
        by=key_in_words(event.actor),
        origin=origin_in_words(event.origin),
        because=code_in_words(event.result),
    )
