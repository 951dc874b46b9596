"""Notes that lose nothing: a window that lags behind never overwrites, its text is kept beside the note.

Saving leaves no audit entry: it happens every few seconds while somebody types in a file that was opened on record.
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
class Saved:
    """The note after saving; `is_stale` when another window had changed it, and this text went to a copy."""

    note: Note
    is_stale: bool


@transaction.atomic
def save_note(*, booking: Booking, text: str, version: int, window: UUID, author: User, now: datetime) -> Saved:
    """Write the text over `version` of the note. Over any other version it becomes the copy of this window.

    Saving a text that stands already, as a retry does, is never stale.
    """
    note = _locked_note(booking, author, now)
    if text == note.text:
        NoteCopy.objects.filter(note=note, window=window).delete()
        return Saved(note=note, is_stale=False)
    if version != note.version:
        _keep_copy(note, text, window, now)
        return Saved(note=note, is_stale=True)
    _write(note, text, author, now)
    NoteCopy.objects.filter(note=note, window=window).delete()
    return Saved(note=note, is_stale=False)


@transaction.atomic
def use_copy(*, copy: NoteCopy, version: int, seen_at: datetime, author: User, actor: Actor, now: datetime) -> Note:
    """The copy becomes the note. A note that changed since `version` was shown stays, as the copy: they change places.

    Raises CopyChanged when the copy is not the one that was seen at `seen_at`.
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
def drop_copy(*, copy: NoteCopy, seen_at: datetime, author: User, actor: Actor, now: datetime) -> None:
    """Throw away the text that was seen; dropping twice is the same as once. Raises CopyChanged when it grew."""
    note = _locked_note(copy.note.booking, author, now)
    if NoteCopy.objects.filter(pk=copy.pk, updated_at=seen_at).delete()[0]:
        audit.record("note.drop_copy", note, actor=actor, now=now)
    elif NoteCopy.objects.filter(pk=copy.pk).exists():
        raise CopyChanged


def _locked_note(booking: Booking, author: User, now: datetime) -> Note:
    """The booking's row is the lock: the note may not be there yet."""
    Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    note, _created = Note.objects.get_or_create(booking=booking, defaults={"author": author, "updated_at": now})
    return note


def _keep_copy(note: Note, text: str, window: UUID, now: datetime) -> None:
    if text:
        NoteCopy.objects.update_or_create(note=note, window=window, defaults={"text": text, "updated_at": now})
    else:
        NoteCopy.objects.filter(note=note, window=window).delete()


def _write(note: Note, text: str, author: User, now: datetime) -> None:
    note.text, note.author, note.updated_at = text, author, now
    note.version += 1
    note.save(update_fields=["text", "author", "updated_at", "version"])
