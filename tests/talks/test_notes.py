from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from core.actors import Actor
from organisation.models import AuditEvent
from talks.errors import CopyChanged
from talks.models import Note, NoteCopy
from talks.services import discard_copy, notes, save_note, use_copy
from tests.factories import NOW, make_booking
from tests.processes import HANG_SECONDS
from tests.races import run_concurrently

pytestmark = pytest.mark.django_db
ADVISOR = Actor(key="user:1", origin="web")
FIRST, SECOND = UUID(int=1), UUID(int=2)
LATER = NOW + timedelta(minutes=1)


def save(booking, text, *, version=0, window=FIRST, now=NOW):
    return save_note(booking=booking, text=text, version=version, window=window, author=booking.advisor.user, now=now)


def kept():
    note = Note.objects.get()
    return note.text, note.version, [(copy.window, copy.text) for copy in note.copies.order_by("window")]


def conflict():
    """Note after a save by the first window and a stale save by the second."""
    booking = make_booking()
    save(booking, "Van het eerste venster", window=FIRST)
    save(booking, "Van het tweede venster", window=SECOND)
    return booking, NoteCopy.objects.get()


def decide(service, copy, *, seen_at=NOW, **fields):
    user = copy.note.booking.advisor.user
    return service(copy=copy, seen_at=seen_at, author=user, actor=ADVISOR, now=LATER, **fields)


def test_saving_increments_the_version():
    booking = make_booking()

    first = save(booking, "Rustig gesprek")
    second = save(booking, "Rustig gesprek, wil verder leren", version=first.note.version)

    assert [first.is_stale, second.is_stale] == [False, False]
    assert kept() == ("Rustig gesprek, wil verder leren", 2, [])


def test_a_stale_save_is_stored_as_a_copy():
    booking = make_booking()
    save(booking, "Van het eerste venster", window=FIRST)

    saved = save(booking, "Van het tweede venster", window=SECOND)

    assert saved.is_stale
    assert kept() == ("Van het eerste venster", 1, [(SECOND, "Van het tweede venster")])


def test_a_stale_window_updates_its_own_copy():
    booking, _copy = conflict()

    save(booking, "Van het tweede venster, en meer", window=SECOND)

    assert kept() == ("Van het eerste venster", 1, [(SECOND, "Van het tweede venster, en meer")])


def test_the_same_text_again_is_no_conflict():
    booking = make_booking()
    save(booking, "Eén keer", window=FIRST)

    saved = save(booking, "Eén keer", window=FIRST)

    assert (saved.is_stale, kept()) == (False, ("Eén keer", 1, []))


def test_a_copy_with_the_text_of_the_note_is_deleted():
    booking, _copy = conflict()

    save(booking, "Van het eerste venster", window=SECOND)

    assert kept() == ("Van het eerste venster", 1, [])


def test_an_empty_stale_window_leaves_no_copy():
    booking, _copy = conflict()

    save(booking, "", window=SECOND)

    assert kept() == ("Van het eerste venster", 1, [])


def test_use_copy_replaces_the_note():
    _booking, copy = conflict()

    decide(use_copy, copy, version=1)

    assert kept() == ("Van het tweede venster", 2, [])
    assert list(AuditEvent.objects.values_list("action", "about")) == [("note.use_copy", f"note:{copy.note_id}")]


def test_use_copy_keeps_a_changed_note_as_a_copy():
    booking, copy = conflict()
    save(booking, "Van het eerste venster, en meer", version=1, window=FIRST)

    decide(use_copy, copy, version=1)

    assert kept() == ("Van het tweede venster", 3, [(SECOND, "Van het eerste venster, en meer")])


def test_discard_copy_is_idempotent():
    _booking, copy = conflict()

    decide(discard_copy, copy)
    decide(discard_copy, copy)

    assert kept() == ("Van het eerste venster", 1, [])
    assert AuditEvent.objects.filter(action="note.drop_copy").count() == 1


def test_a_changed_copy_is_neither_discarded_nor_used():
    booking, copy = conflict()
    save(booking, "Van het tweede venster, en meer", window=SECOND, now=LATER)

    with pytest.raises(CopyChanged):
        decide(discard_copy, copy)
    with pytest.raises(CopyChanged):
        decide(use_copy, copy, version=1)

    assert kept() == ("Van het eerste venster", 1, [(SECOND, "Van het tweede venster, en meer")])


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_concurrent_saves_of_two_windows_lose_nothing():
    for number in range(8):
        booking = make_booking(starts_at=NOW + timedelta(days=number))

        answers = run_concurrently(
            [partial(save, booking, text, window=uuid4()) for text in ("van links", "van rechts")], threads=2
        )

        assert sorted(answer.is_stale for answer in answers) == [False, True]
        note = Note.objects.get(booking=booking)
        assert sorted([note.text, *note.copies.values_list("text", flat=True)]) == ["van links", "van rechts"]


@pytest.mark.control
@pytest.mark.race
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_text_is_lost(monkeypatch):
    booking = make_booking()
    save(booking, "begin")
    both_have_read = Barrier(2)

    def read_without_lock(booking, author, now):
        note = Note.objects.get(booking=booking)
        both_have_read.wait(timeout=HANG_SECONDS)
        return note

    monkeypatch.setattr(notes, "_locked_note", read_without_lock)
    run_concurrently(
        [partial(save, booking, text, version=1, window=uuid4()) for text in ("van links", "van rechts")], threads=2
    )

    assert NoteCopy.objects.count() == 0
    assert Note.objects.get().text in ("van links", "van rechts")
