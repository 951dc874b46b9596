"""Erasure during other work, and after a failure for one candidate."""

from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bookings.appointments.cancel import cancel_booking
from bookings.calendar.invites import event_uid
from bookings.models import Booking, Hold, Invitation
from candidates.models import Candidate, Rejection
from core.actors import COMMAND
from outbox.models import Message
from spreekuur.privacy import erase_candidate
from spreekuur.retention import erase_due
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
)
from tests.processes import HANG_SECONDS
from tests.races import has_lock_waiter, run_concurrently

LATER = NOW + timedelta(days=60)


@pytest.mark.race
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", list(Booking.CancelledBy))
def test_concurrent_erasure_and_cancellation_do_not_deadlock(by):
    """A cancellation by the advisor also creates holds for the candidate who is being erased."""
    make_policy()
    booking, locked, erased = make_booking(advisor=make_advisor()), Event(), Event()
    candidate = booking.candidate

    def cancel_slowly():
        with transaction.atomic():
            Invitation.objects.select_for_update(no_key=True).get(pk=booking.invitation_id)
            locked.set()
            while not (erased.is_set() or has_lock_waiter()):
                pass
            cancel_booking(booking=booking, by=by, actor=CANDIDATE, now=NOW)

    def erase():
        locked.wait(timeout=HANG_SECONDS)
        try:
            erase_candidate(candidate, actor=COMMAND, now=NOW)
        finally:
            erased.set()

    assert run_concurrently([cancel_slowly, erase], threads=2) == [None, None]
    assert [model.objects.count() for model in (Candidate, Booking, Hold)] == [0, 0, 0]


def make_due():
    """Candidate whose retention period starts at NOW."""
    rejection = make_rejection(vacancy=make_vacancy(procedure_ended_on=NOW.date()))
    candidate = rejection.application.candidate
    Candidate.objects.filter(pk=candidate.pk).update(last_contact_at=NOW, created_at=NOW)
    Rejection.objects.filter(pk=rejection.pk).update(created_at=NOW)
    return make_invitation(rejection=rejection).candidate


def block_erasure(candidate):
    """Create a row outside the project that refers to the candidate, so that erasure fails."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE elsewhere (candidate bigint REFERENCES candidates_candidate (id))")
        cursor.execute("INSERT INTO elsewhere VALUES (%s)", [candidate.pk])


@pytest.mark.django_db
def test_one_failed_erasure_does_not_stop_the_others():
    kept, _other = make_due(), make_due()
    block_erasure(kept)

    assert erase_due(now=LATER) == 1
    assert Candidate.objects.get() == kept
    assert Invitation.objects.get().candidate == kept


@pytest.mark.django_db
@time_machine.travel(LATER, tick=False)
def test_the_command_fails_when_a_candidate_could_not_be_erased():
    make_due()
    block_erasure(make_due())
    output = StringIO()

    with pytest.raises(CommandError, match="1 candidates could not be erased"):
        call_command("erase_due", stdout=output)

    assert output.getvalue() == "1 candidates erased.\n"


@pytest.mark.django_db
@time_machine.travel(LATER, tick=False)
def test_a_dry_run_only_counts():
    make_due()
    output = StringIO()

    call_command("erase_due", "--dry-run", stdout=output)

    assert (output.getvalue(), Candidate.objects.count()) == ("1 candidates would be erased.\n", 1)


def test_erasure_removes_a_booked_talk_from_the_advisors_calendar_without_naming_the_candidate(db):
    make_policy()
    booking = make_booking(starts_at=WEDNESDAY_TEN, sequence=3)
    email, uid, advisor = booking.candidate.email, event_uid(booking), booking.advisor.user

    erase_candidate(booking.candidate, actor=COMMAND, now=NOW)

    letter = Message.objects.get()
    assert (letter.recipient, letter.calendar_method, letter.about) == (advisor.email, "CANCEL", f"user:{advisor.pk}")
    lines = letter.calendar.replace("\r\n ", "").split("\r\n")
    assert {f"UID:{uid}", "SEQUENCE:4", "STATUS:CANCELLED"} <= set(lines)
    assert [line for line in lines if line.startswith("ATTENDEE") and advisor.email not in line] == []
    assert email not in letter.text + letter.calendar
    assert "Sevda" not in letter.text + letter.calendar
