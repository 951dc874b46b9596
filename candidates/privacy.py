"""Export (GDPR, articles 15 and 20) and erasure (article 17) of a candidate's data in this app."""

from typing import Any

from django.db import transaction

from candidates.csv_import.privacy import erase_lines, export_lines
from candidates.models import Application, Candidate, Rejection
from core.actors import pk_from_key
from organisation.models import AuditEvent


def export(person_key: str) -> dict[str, Any]:
    """Everything that this app stores about the candidate, with dates and aware datetimes; empty for an unknown one."""
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
            "erase_on",
        )
        | {"phone": str(candidate.phone or ""), "messages_stopped_at": candidate.messages_stopped_at},
        "sources": [_fields(source, "source", "external_id") for source in candidate.sources.all()],
        "link": {"version": candidate.link.version} if hasattr(candidate, "link") else None,
        "applications": [_application(application) for application in _applications(candidate)],
        "consents": [
            _fields(consent, "purpose", "text_version", "language", "scope", "given_at", "withdrawn_at")
            for consent in candidate.consents.all()
        ],
        "lines_of_files": export_lines(candidate),
        "read_by": _readers(candidate),
    }


@transaction.atomic
def erase(person_key: str) -> None:
    """Delete the candidate, applications, rejections, and lines of files that are not imported yet.

    Invitations and bookings must have been erased before.
    """
    candidate = _candidate(person_key)
    if candidate is not None:
        erase_lines(candidate)
        Application.objects.filter(candidate=candidate).delete()
        candidate.delete()


def _candidate(person_key: str) -> Candidate | None:
    return Candidate.objects.filter(pk=pk_from_key(person_key, "candidate")).first()


def _applications(candidate: Candidate) -> list[Application]:
    with_all = candidate.applications.select_related(
        "vacancy", "rejection__reason", "rejection__component", "rejection__recruiter"
    )
    return list(with_all.prefetch_related("rejection__strengths", "rejection__reason__labels"))


def _application(application: Application) -> dict[str, Any]:
    kept = _fields(application, "source", "external_id", "applied_on", "stage")
    rejection = _rejection(application.rejection) if hasattr(application, "rejection") else None
    return kept | {"vacancy": application.vacancy.title, "rejection": rejection}


def _rejection(rejection: Rejection) -> dict[str, Any]:
    names = (
        "rejected_by",
        "reason_label",
        "explanation",
        "decided_on",
        "notified_on",
        "notified_by",
        "invite_from",
        "completed_at",
    )
    return _fields(rejection, *names) | {
        "reason": str(rejection.reason or ""),
        "component": str(rejection.component or ""),
        "strengths": [strength.text for strength in rejection.strengths.all()],
        "given_by": rejection.recruiter.name,
    }


def _readers(candidate: Candidate) -> list[dict[str, Any]]:
    """Times at which staff read the data, with keys instead of names."""
    about = [f"candidate:{candidate.pk}"]
    about += [
        f"rejection:{key}" for key in candidate.applications.values_list("rejection__pk", flat=True) if key is not None
    ]
    read = AuditEvent.objects.filter(action="candidate.read", about__in=about)
    return [{"actor": event.actor, "at": event.at} for event in read]


def _fields(thing: object, *names: str) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}
