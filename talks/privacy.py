"""What notes and surveys hold of a candidate: theirs to read, and gone with the erasure."""

from typing import Any

from django.db.models import QuerySet

from core.actors import number_of
from talks.models import Note, Survey


def export(person_key: str) -> dict[str, Any]:
    """The notes of the talks of `candidate:<pk>`, with what was typed beside them, and the surveys with what was
    answered; empty for any other person.
    """
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
    return {name: things for name, things in found.items() if things}


def erase(person_key: str) -> None:
    """Copies go with their note, answers with their survey."""
    _notes_of(person_key).delete()
    _surveys_of(person_key).delete()


def _notes_of(person_key: str) -> QuerySet[Note]:
    return Note.objects.filter(booking__invitation__application__candidate_id=number_of(person_key, "candidate"))


def _surveys_of(person_key: str) -> QuerySet[Survey]:
    return Survey.objects.filter(booking__invitation__application__candidate_id=number_of(person_key, "candidate"))


def _survey(survey: Survey) -> dict[str, Any]:
    return {
        "booking": survey.booking_id,
        "asked_at": survey.asked_at.isoformat(),
        "answered_at": survey.answered_at.isoformat() if survey.answered_at else None,
        "answers": {given.question: given.answer for given in survey.answers.all()},
    }
