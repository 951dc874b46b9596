"""Erasing while others work, and going on when one cannot be erased."""

from datetime import timedelta
from io import StringIO
from threading import Event

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bookings.appointments.cancel import cancel
from bookings.calendar.invites import uid_of
from bookings.models import Booking, Hold, Invitation
from candidates.models import Candidate
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
from tests.races import at_once, somebody_waits

LATER = NOW + timedelta(days=60)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", list(Booking.CancelledBy))
def test_erasing_and_cancelling_do_not_wait_for_each_other(by):
    """The one by the advisor holds other moments for a candidate who is about to be gone."""
    make_policy()
    booking, locked, erased = make_booking(advisor=make_advisor()), Event(), Event()
    candidate = booking.candidate

    def cancel_slowly():
        with transaction.atomic():
            Invitation.objects.select_for_update(no_key=True).get(pk=booking.invitation_id)
            locked.set()
            while not (erased.is_set() or somebody_waits()):
                pass
            cancel(booking=booking, by=by, actor=CANDIDATE, now=NOW)

    def erase():
        locked.wait(timeout=60)
        try:
            erase_candidate(candidate, actor=COMMAND, now=NOW)
        finally:
            erased.set()

    assert at_once([cancel_slowly, erase], threads=2) == [None, None]
    assert [model.objects.count() for model in (Candidate, Booking, Hold)] == [0, 0, 0]


def make_due():
    """Four weeks after everything."""
    rejection = make_rejection(vacancy=make_vacancy(procedure_ended_on=NOW.date()))
    candidate = rejection.application.candidate
    Candidate.objects.filter(pk=candidate.pk).update(last_contact_at=NOW, created_at=NOW)
    return make_invitation(rejection=rejection).candidate


def keep(candidate):
    """Something outside our house still points at them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE elsewhere (candidate bigint REFERENCES candidates_candidate (id))")
        cursor.execute("INSERT INTO elsewhere VALUES (%s)", [candidate.pk])


@pytest.mark.django_db
def test_who_cannot_be_erased_does_not_keep_the_others_here():
    kept, _other = make_due(), make_due()
    keep(kept)

    assert erase_due(now=LATER) == 1
    assert Candidate.objects.get() == kept
    assert Invitation.objects.get().candidate == kept


@pytest.mark.django_db
@time_machine.travel(LATER, tick=False)
def test_the_command_fails_when_somebody_is_left():
    make_due()
    keep(make_due())
    said = StringIO()

    with pytest.raises(CommandError, match="1 candidates could not be erased"):
        call_command("erase_due", stdout=said)

    assert said.getvalue() == "1 candidates erased.\n"


@pytest.mark.django_db
@time_machine.travel(LATER, tick=False)
def test_a_dry_run_only_counts():
    make_due()
    said = StringIO()

    call_command("erase_due", "--dry-run", stdout=said)

    assert (said.getvalue(), Candidate.objects.count()) == ("1 candidates would be erased.\n", 1)


def test_a_talk_that_stands_leaves_the_advisors_calendar_and_names_nobody(db):
    make_policy()
    booking = make_booking(starts_at=WEDNESDAY_TEN, sequence=3)
    email, uid, advisor = booking.candidate.email, uid_of(booking), booking.advisor.user

    erase_candidate(booking.candidate, actor=COMMAND, now=NOW)

    letter = Message.objects.get()
    assert (letter.recipient, letter.calendar_method, letter.about) == (advisor.email, "CANCEL", f"user:{advisor.pk}")
    lines = letter.calendar.replace("\r\n ", "").split("\r\n")
    assert {f"UID:{uid}", "SEQUENCE:4", "STATUS:CANCELLED"} <= set(lines)
    assert [line for line in lines if line.startswith("ATTENDEE") and advisor.email not in line] == []
    assert email not in letter.text + letter.calendar
    assert "Sevda" not in letter.text + letter.calendar
