"""A candidate stops messages while an invitation is being posted."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import transaction

from bookings.invitations.services import invite, remind_invited
from candidates.contact import stop_messages
from organisation.models import Policy
from outbox.models import Message
from tests.factories import CANDIDATE, NOW, make_candidate, make_invitation, make_policy, make_rejection
from tests.processes import HANG_SECONDS
from tests.races import has_lock_waiter, run_concurrently


@pytest.mark.race
@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("letter", ["invitation", "reminder"])
def test_candidate_who_stops_messages_at_the_same_time_gets_none(transactional_db, letter):
    make_policy()
    candidate = make_candidate()
    rejection = make_rejection(candidate=candidate)
    if letter == "reminder":
        make_invitation(rejection=rejection, sent_at=NOW - timedelta(days=7))
    stopped, looked = Event(), Event()

    def stop_slowly():
        with transaction.atomic():
            stop_messages(candidate=candidate, actor=CANDIDATE, now=NOW)
            stopped.set()
            while not (looked.is_set() or has_lock_waiter()):
                pass

    def write_letter():
        stopped.wait(timeout=HANG_SECONDS)
        try:
            if letter == "reminder":
                return remind_invited(now=NOW)
            return invite(rejection_id=rejection.pk, policy=Policy.objects.current(), now=NOW)
        finally:
            looked.set()

    assert run_concurrently([stop_slowly, write_letter], threads=2) == [None, False]
    assert Message.objects.count() == 0
