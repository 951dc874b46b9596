"""Export and erasure of the notes and surveys of a candidate."""

from typing import Any

from django.db.models import QuerySet

from core.actors import pk_from_key
from talks.models import Note, Survey


def export(person_key: str) -> dict[str, Any]:
    """Notes with their copies, and surveys with their answers, of `candidate:<pk>`; empty for any other key."""
    notes = _notes_of(person_key).order_by("booking__starts_at").select_related("author").prefetch_related("copies")
    rows = [
        {
            "booking": note.booking_id,
            "author": note.author.name,
            "text": note.text,
            "updated_at": note.updated_at.isoformat(),
            "copies": [copy.text for copy in note.copies.all()],
        }
        for note in notes
    ]
    surveys = [_survey(survey) for survey in _surveys_of(person_key).order_by("asked_at").prefetch_related("answers")]
    found = {"notes": rows, "surveys": surveys}
    return {name: items for name, items in found.items() if items}


def erase(person_key: str) -> None:
    """Delete notes and surveys; copies and answers are deleted with them (CASCADE)."""
    _notes_of(person_key).delete()
    _surveys_of(person_key).delete()


def _notes_of(person_key: str) -> QuerySet[Note]:
    return Note.objects.filter(booking__invitation__application__candidate_id=pk_from_key(person_key, "candidate"))


def _surveys_of(person_key: str) -> QuerySet[Survey]:
    return Survey.objects.filter(booking__invitation__application__candidate_id=pk_from_key(person_key, "candidate"))


def _survey(survey: Survey) -> dict[str, Any]:
    return {
        "booking": survey.booking_id,
        "asked_at": survey.asked_at.isoformat(),
        "answered_at": survey.answered_at.isoformat() if survey.answered_at else None,
        "answers": {given.question: given.answer for given in survey.answers.all()},
    }
