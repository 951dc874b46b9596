"""Offers that were sent and are withdrawn: the candidate is told."""

from datetime import date, timedelta

import pytest

from bookings.models import Hold, Invitation
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from candidates.models import Candidate
from outbox.models import Message
from tests.factories import (
    NOW,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_waitlist_entry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def withdrawn(held):
    """Withdraw the hold, because its advisor is absent for a week."""
    make_absence(advisor=held.advisor, starts_at=NOW, ends_at=NOW + timedelta(days=7))
    end_expired_offers(now=NOW)
    held.refresh_from_db()
    assert held.state == "withdrawn"


def letters():
    return list(Message.objects.filter(kind="offer_gone"))


def test_a_candidate_is_told_that_the_offer_is_withdrawn():
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation)

    withdrawn(held)

    [letter] = letters()
    assert letter.subject == "Het moment dat we voor je vasthielden, kan toch niet"
    assert "- dinsdag 24 november om 10.30 uur, met Youssef Benali (telefonisch)" in letter.text
    assert ["Kies een ander moment: http" in letter.text, "/book/\n" in letter.text] == [True, True]
    assert "Je staat nog op de wachtlijst." in letter.text
    assert "\n\n\n" not in letter.text


def test_two_withdrawn_slots_are_one_message_that_names_the_third():
    first = make_hold(reason="cancelled")
    for advisor, days in ((first.advisor, 1), (make_advisor(name="Ans de Boer"), 2)):
        starts_at = first.starts_at + timedelta(days=days)
        make_hold(invitation=first.invitation, advisor=advisor, starts_at=starts_at, reason="cancelled")

    withdrawn(first)

    [letter] = letters()
    gone, left = letter.text.split("We houden dit moment nog wel voor je vast, tot maandag 23 november om 14.00 uur:")
    assert ["dinsdag 24" in gone, "woensdag 25" in gone, "donderdag 26" in left] == [True, True, True]
    assert ["om 10.30 uur, met Ans de Boer" in left, "wachtlijst" in letter.text] == [True, False]


@pytest.mark.parametrize("reason", ["waitlist", "cancelled"])
@pytest.mark.parametrize("fields", [{"open_until": date(2026, 11, 22)}, {"withdrawn_at": NOW}, {"declined_at": NOW}])
def test_a_candidate_whose_invitation_is_closed_is_not_told(reason, fields):
    held = make_hold(reason=reason)
    Invitation.objects.filter(pk=held.invitation_id).update(**fields)

    withdrawn(held)

    assert letters() == []


def test_a_candidate_who_booked_or_opted_out_is_not_told():
    booked, quiet = (make_hold(reason="cancelled") for _number in range(2))
    make_booking(invitation=booked.invitation, starts_at=booked.starts_at + timedelta(hours=3))
    Candidate.objects.filter(pk=quiet.invitation.candidate.pk).update(messages_stopped_at=NOW)

    withdrawn(booked)
    withdrawn(quiet)

    assert letters() == []


def test_a_candidate_whose_offer_was_not_sent_is_not_told():
    make_advisor()
    make_waitlist_entry()
    offer_free_slots(now=NOW)

    withdrawn(Hold.objects.get())

    assert list(Message.objects.values_list("kind", "reason")) == [("offer", "withdrawn")]


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Amsterdam", "We are sorry.\n"),
        ("America/New_York", "We are sorry. All times in this mail are times in New York.\n"),
    ],
)
def test_the_letter_uses_the_candidates_language_and_time_zone(zone, said):
    candidate = make_candidate(language="en", time_zone=zone)

    withdrawn(make_hold(invitation=make_invitation(rejection=make_rejection(candidate=candidate))))

    [letter] = letters()
    assert letter.subject == "The time that we kept for you is not possible after all"
    assert said in letter.text
