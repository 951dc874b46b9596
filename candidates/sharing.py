"""Candidates whom several people have: the parts that one of them may not see, and so may not change."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from advisors.models import Advisor
from candidates.models import Application, Candidate, Rejection
from core.actors import SYSTEM, Actor, pk_from_key
from organisation.models import ApiClient, AuditEvent, User


def hidden_applications(applications: QuerySet[Application], *, actor: Actor) -> QuerySet[Application]:
    """Applications among these that the actor may not see and did not register: a person, or another source."""
    if actor.key == SYSTEM.key:
        return applications.none()
    if client := ApiClient.objects.filter(pk=pk_from_key(actor.key, "apiclient")).first():
        return applications.exclude(source=client.source)
    hidden = applications
    if user := _user_of(actor):
        hidden = hidden.exclude(pk__in=Application.objects.visible_to(user).values("pk"))
    return hidden.exclude(pk__in=_registered_by(actor, hidden))


def shared_candidates(candidate_ids: Collection[int], *, actor: Actor) -> set[int]:
    """Keys of the candidates with an application that is hidden from the actor: their details stay as they are."""
    if not candidate_ids:
        return set()
    applications = Application.objects.filter(candidate__in=candidate_ids)
    return set(hidden_applications(applications, actor=actor).values_list("candidate", flat=True))


def foreign_candidates(candidate_ids: Collection[int], *, actor: Actor) -> set[int]:
    """Keys of the candidates of whom the actor may see no application at all."""
    if not candidate_ids:
        return set()
    applications = Application.objects.filter(candidate__in=candidate_ids)
    hidden = hidden_applications(applications, actor=actor)
    seen = applications.exclude(pk__in=hidden.values("pk"))
    return set(candidate_ids) - set(seen.values_list("candidate", flat=True))


def may_change_address(candidate: Candidate, *, actor: Actor) -> bool:
    """True when the actor may see everything that the private link opens.

    Nobody who gave a rejection may once there is a talk: the link opens questions for the advisor. An application
    manager, who sees none of it, may correct an address at which mail fails: that is the way out when several
    colleagues have the candidate.
    """
    if actor.key == SYSTEM.key:
        return True
    user = _user_of(actor)
    talks = Advisor.objects.filter(bookings__invitation__application__candidate=candidate)
    if user is None or Rejection.objects.filter(application__candidate=candidate, recruiter=user).exists():
        return not talks.exists() and not shared_candidates([candidate.pk], actor=actor)
    if user.is_application_manager and candidate.email_failed_at:
        return True
    own_talk = Q(invitation__bookings__advisor__user=user)
    others = candidate.applications.exclude(pk__in=Application.objects.filter(own_talk).values("pk"))
    return not talks.exclude(user=user).exists() and not hidden_applications(others, actor=actor).exists()


def _registered_by(actor: Actor, applications: QuerySet[Application]) -> list[int]:
    """Applications that this person entered, for example in a file for several recruiters."""
    keys = {f"rejection:{rejection}": pk for pk, rejection in applications.values_list("pk", "rejection__pk")}
    entered = AuditEvent.objects.filter(action="rejection.register", actor=actor.key, about__in=keys)
    return [keys[about] for about in entered.values_list("about", flat=True)]


def _user_of(actor: Actor) -> User | None:
    user: User | None = User.objects.filter(pk=pk_from_key(actor.key, "user")).first()
    return user
