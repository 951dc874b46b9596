"""Save notes without losing text: a stale window does not overwrite the note, its text becomes a copy.

Saving is not audited: autosave runs every few seconds, and opening the file was audited.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from core.actors import Actor
from organisation import audit
from organisation.models import User
from talks.errors import CopyChanged
from talks.models import Note, NoteCopy


@dataclass(frozen=True, kw_only=True)
class SavedNote:
    """Note after saving; `is_stale` when another window had changed it and this text became a copy."""

    note: Note
    is_stale: bool


@transaction.atomic
def save_note(*, booking: Booking, text: str, version: int, window: UUID, author: User, now: datetime) -> SavedNote:
    """Save the text when the note still has this version; otherwise store it as the copy of this window.

    Saving the current text again, as a retry does, is never stale.
    """
    note = _locked_note(booking, author, now)
    if text == note.text:
        NoteCopy.objects.filter(note=note, window=window).delete()
        return SavedNote(note=note, is_stale=False)
    if version != note.version:
        _store_copy(note, text, window, now)
        return SavedNote(note=note, is_stale=True)
    _write(note, text, author, now)
    NoteCopy.objects.filter(note=note, window=window).delete()
    return SavedNote(note=note, is_stale=False)


@transaction.atomic
def use_copy(*, copy: NoteCopy, version: int, seen_at: datetime, author: User, actor: Actor, now: datetime) -> Note:
    """Replace the note by the copy. A note that changed since `version` becomes the copy: they swap.

    Raises CopyChanged when the copy has changed since `seen_at`.
    """
    note = _locked_note(copy.note.booking, author, now)
    kept = NoteCopy.objects.filter(pk=copy.pk, updated_at=seen_at).first()
    if kept is None:
        raise CopyChanged
    old_text, new_text = note.text, kept.text
    if version == note.version or not old_text:
        kept.delete()
    else:
        kept.text, kept.updated_at = old_text, now
        kept.save(update_fields=["text", "updated_at"])
    _write(note, new_text, author, now)
    audit.record("note.use_copy", note, actor=actor, now=now)
    return note


@transaction.atomic
def discard_copy(*, copy: NoteCopy, seen_at: datetime, author: User, actor: Actor, now: datetime) -> None:
    """Delete the copy. Idempotent. Raises CopyChanged when it has changed since `seen_at`."""
    note = _locked_note(copy.note.booking, author, now)
    if NoteCopy.objects.filter(pk=copy.pk, updated_at=seen_at).delete()[0]:
        audit.record("note.drop_copy", note, actor=actor, now=now)
    elif NoteCopy.objects.filter(pk=copy.pk).exists():
        raise CopyChanged


def _locked_note(booking: Booking, author: User, now: datetime) -> Note:
    """Note of the booking, created when missing. Locks the booking's row, because the note may not exist yet."""
    Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    note, _created = Note.objects.get_or_create(booking=booking, defaults={"author": author, "updated_at": now})
    return note


def _store_copy(note: Note, text: str, window: UUID, now: datetime) -> None:
    if text:
        NoteCopy.objects.update_or_create(note=note, window=window, defaults={"text": text, "updated_at": now})
    else:
        NoteCopy.objects.filter(note=note, window=window).delete()


def _write(note: Note, text: str, author: User, now: datetime) -> None:
    note.text, note.author, note.updated_at = text, author, now
    note.version += 1
    note.save(update_fields=["text", "author", "updated_at", "version"])
