"""What the notes hold of a candidate: theirs to read, and gone with the erasure."""

from typing import Any

from django.db.models import QuerySet

from organisation.actors import number_of
from talks.models import Note


def export(person_key: str) -> dict[str, Any]:
    """The notes of the talks of `candidate:<pk>`, with what was typed beside them; empty for any other person."""
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
    return {"notes": rows} if rows else {}


def erase(person_key: str) -> None:
    """Copies go with their note."""
    _notes_of(person_key).delete()


def _notes_of(person_key: str) -> QuerySet[Note]:
    return Note.objects.filter(booking__invitation__application__candidate_id=number_of(person_key, "candidate"))
