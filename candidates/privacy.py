"""What this room keeps of a candidate: export (GDPR art. 15 and 20) and erasure (art. 17)."""

from typing import Any

from django.db import transaction

from candidates.models import Application, Candidate
from core.actors import number_of
from organisation.models import AuditEvent


def export(person_key: str) -> dict[str, Any]:
    """Empty for a candidate that is not there. Days and moments are dates and aware datetimes."""
    candidate = _candidate(person_key)
    if candidate is None:
        return {}
    return {
        "candidate": _fields(
            candidate,
            "first_name",
            "infix",
            "last_name",
            "email",
            "language",
            "time_zone",
            "created_at",
            "email_failed_at",
            "email_confirmed_at",
            "last_contact_at",
        )
        | {"phone": str(candidate.phone or ""), "messages_stopped_at": candidate.messages_stopped_at},
        "sources": [_fields(source, "source", "external_id") for source in candidate.sources.all()],
        "link": {"version": candidate.link.version} if hasattr(candidate, "link") else None,
        "applications": [_application(application) for application in _applications(candidate)],
        "consents": [
            _fields(consent, "purpose", "text_version", "language", "scope", "given_at", "withdrawn_at")
            for consent in candidate.consents.all()
        ],
        "read_by": _readers(candidate),
    }


@transaction.atomic
def erase(person_key: str) -> None:
    """Rejections and strengths go with the applications; invitations and talks above must be gone already."""
    candidate = _candidate(person_key)
    if candidate is not None:
        Application.objects.filter(candidate=candidate).delete()
        candidate.delete()


def _candidate(person_key: str) -> Candidate | None:
    return Candidate.objects.filter(pk=number_of(person_key, "candidate")).first()


def _applications(candidate: Candidate) -> list[Application]:
    with_all = candidate.applications.select_related(
        "vacancy", "rejection__reason", "rejection__component", "rejection__recruiter"
    )
    return list(with_all.prefetch_related("rejection__strengths"))


def _application(application: Application) -> dict[str, Any]:
    kept = _fields(application, "source", "external_id", "applied_on", "stage") | {"vacancy": application.vacancy.title}
    if not hasattr(application, "rejection"):
        return kept | {"rejection": None}
    rejection = application.rejection
    said = _fields(rejection, "rejected_by", "reason_label", "explanation", "decided_on", "notified_on", "notified_by")
    return kept | {
        "rejection": said
        | {
            "reason": str(rejection.reason or ""),
            "component": str(rejection.component or ""),
            "strengths": [strength.text for strength in rejection.strengths.all()],
            "given_by": rejection.recruiter.name,
            "completed_at": rejection.completed_at,
        }
    }


def _readers(candidate: Candidate) -> list[dict[str, Any]]:
    """Who looked at the file and when; as keys of staff, not as names."""
    about = [f"candidate:{candidate.pk}"]
    about += [
        f"rejection:{key}" for key in candidate.applications.values_list("rejection__pk", flat=True) if key is not None
    ]
    read = AuditEvent.objects.filter(action="candidate.read", about__in=about)
    return [{"actor": event.actor, "at": event.at} for event in read]


def _fields(thing: object, *names: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
