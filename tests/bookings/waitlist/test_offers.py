"""Periodic jobs of the waitlist: order and duration of offers, and holds that end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import AgendaEntry
from bookings.appointments.cancel import cancel_booking
from bookings.holds import question_for_hold
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.tasks import send_what_is_due
from bookings.waitlist.offers import end_expired_offers, offer_free_slots
from bookings.waitlist.services import decline_offer
from organisation.models import Role, User
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_policy,
    make_rejection,
    make_vacancy,
    make_waitlist_entry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TUESDAY_HALF_PAST_TWO = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def offered():
    return list(Hold.objects.offered().values_list("invitation", "starts_at"))


def first_start():
    """First start that can be offered: notice plus four hours after NOW is Tuesday 14.00, so Wednesday 9.00."""
    return datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_the_first_entry_gets_the_hold_and_a_message():
    make_advisor()
    make_waitlist_entry(joined_at=NOW - HOUR)
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR, weekdays=[2])

    assert offer_free_slots(now=NOW) == 2

    held = Hold.objects.get(invitation=first.invitation)
    letter = Message.objects.get(about=f"hold:{held.pk}")
    assert (held.starts_at, held.expires_at, held.reason) == (first_start(), NOW + 4 * HOUR, "waitlist")
    assert (held.entry.kind, held.entry.talk_from) == ("hold", first_start())
    assert "Er is een moment vrij: woensdag 25 november om 09.00 uur" in letter.subject
    assert "tot maandag 23 november om 14.00 uur" in letter.text
    assert letter.expires_at == held.expires_at


def test_a_slot_goes_to_the_first_entry_that_matches():
    make_advisor()
    make_waitlist_entry(joined_at=NOW - 2 * HOUR, day_parts=["evening"])
    second = make_waitlist_entry(joined_at=NOW - HOUR)

    offer_free_slots(now=NOW)

    assert offered() == [(second.invitation_id, first_start())]


def test_a_slot_that_was_free_at_joining_is_offered_once_it_became_free_again():
    invitation, advisor = make_invitation(), make_advisor()
    booking = make_booking(advisor=advisor, starts_at=first_start())
    make_waitlist_entry(invitation=invitation, weekdays=[2], known_starts=[int(first_start().timestamp())])
    offer_free_slots(now=NOW)
    make_known(invitation)
    assert offer_free_slots(now=NOW + HOUR) == 0

    cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW + HOUR)

    assert offer_free_slots(now=NOW + HOUR) == 1
    assert offered() == [(invitation.pk, first_start())]


def make_known(invitation):
    """Release the holds and store every free start as known."""
    Hold.objects.all().delete()
    AgendaEntry.objects.filter(kind="hold").delete()
    every_half_hour = [int((first_start() + number * HOUR / 2).timestamp()) for number in range(1, 24 * 2 * 28)]
    WaitlistEntry.objects.filter(invitation=invitation).update(known_starts=every_half_hour)


def test_a_hold_knows_the_holidays_beyond_the_horizon():
    expires_at = datetime(2026, 12, 31, 9, tzinfo=UTC)

    asked = question_for_hold(make_policy(horizon_days=1), now=expires_at - 13 * HOUR, expires_at=expires_at)

    assert (asked.earliest.date(), date(2027, 1, 1) in asked.closed_days) == (date(2027, 1, 1), True)


def test_a_slot_too_soon_to_offer_stays_bookable():
    make_policy(horizon_days=1)
    make_advisor()
    make_waitlist_entry()

    assert offer_free_slots(now=NOW) == 0


@pytest.mark.parametrize("hour", [19, 23, 3, 6])  # UTC; 20.00, midnight, 4.00 and 7.00 in Amsterdam
def test_nothing_is_offered_at_night(hour):
    make_advisor()
    make_waitlist_entry()

    assert offer_free_slots(now=NOW.replace(hour=hour)) == 0


def test_the_hold_time_pauses_at_night():
    make_advisor()
    make_waitlist_entry()

    offer_free_slots(now=NOW.replace(hour=17))  # 18.00

    assert Hold.objects.get().expires_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_an_sms_is_sent_to_candidates_who_opted_in():
    make_advisor()
    make_waitlist_entry(phone="+31600000001", wants_sms=True)

    offer_free_slots(now=NOW)

    text = Message.objects.get(transport="sms")
    assert (text.kind, text.recipient) == ("offer", "+31600000001")
    assert text.text.startswith(
        "Oostmeer: er is een moment vrij op wo 25 nov, 09.00 uur. Tot 23 nov 14.00 uur voor jou:"
    )


def test_an_expired_offer_goes_to_the_next_entry():
    make_advisor()
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR)
    offer_free_slots(now=NOW)
    second = make_waitlist_entry(joined_at=NOW - HOUR)

    send_what_is_due(NOW + 4 * HOUR)

    assert list(Hold.objects.filter(invitation=first.invitation).values_list("state", "entry")) == [("expired", None)]
    assert offered() == [(second.invitation_id, first_start())]


def test_a_declined_slot_goes_to_the_next_entry():
    make_advisor()
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR)
    offer_free_slots(now=NOW)
    decline_offer(invitation=first.invitation, actor=CANDIDATE, now=NOW)
    second = make_waitlist_entry()

    offer_free_slots(now=NOW)

    assert sorted(offered()) == sorted(
        [(first.invitation_id, first_start() + HOUR / 2), (second.invitation_id, first_start())]
    )


def test_after_an_expired_offer_nothing_is_offered_that_day():
    make_advisor()
    make_waitlist_entry()
    offer_free_slots(now=NOW)

    end_expired_offers(now=NOW + 4 * HOUR)

    assert offer_free_slots(now=NOW + 5 * HOUR) == 0
    assert offer_free_slots(now=NOW + 23 * HOUR) == 1


def test_three_expired_offers_end_the_entry():
    make_advisor()
    entry = make_waitlist_entry()

    for days in range(3):
        offer_free_slots(now=NOW + days * timedelta(days=1))
        end_expired_offers(now=NOW + days * timedelta(days=1) + 4 * HOUR)

    entry.refresh_from_db()
    assert (Hold.objects.filter(state="expired").count(), entry.ended_at) == (3, NOW + timedelta(days=2, hours=4))


def test_one_offer_at_a_time_also_with_two_applications():
    make_advisor()
    candidate = make_candidate()
    for _ in range(2):
        rejection = make_rejection(candidate=candidate, vacancy=make_vacancy())
        make_waitlist_entry(invitation=make_invitation(rejection=rejection))

    assert [offer_free_slots(now=NOW), offer_free_slots(now=NOW)] == [1, 0]


def test_the_recruiter_who_gave_the_rejection_is_not_offered():
    advisor = make_advisor()
    make_waitlist_entry(invitation=make_invitation(rejection=make_rejection(recruiter=advisor.user)))

    assert offer_free_slots(now=NOW) == 0


def test_an_offer_past_the_end_of_the_invitation_is_not_made():
    make_advisor()
    make_waitlist_entry(invitation=make_invitation(open_until=date(2026, 11, 23)))

    assert offer_free_slots(now=NOW.replace(hour=16)) == 0
    assert offer_free_slots(now=NOW) == 1


def test_the_number_of_statements_does_not_grow_with_entries():
    make_advisor()

    def statements(entries):
        for _ in range(entries):
            make_waitlist_entry(day_parts=["evening"])
        with CaptureQueriesContext(connection) as captured:
            end_expired_offers(now=NOW)
            offer_free_slots(now=NOW)
        return len(captured)

    assert statements(1) == statements(29)


def test_an_offer_reads_again_the_availability_of_its_own_advisor_only():
    for _number in range(5):
        make_advisor()
    for _number in range(4):
        make_waitlist_entry()

    with CaptureQueriesContext(connection) as captured:
        assert offer_free_slots(now=NOW) == 4

    hours = [one["sql"] for one in captured if "LEFT JOIN advisors_opening" in one["sql"]]
    assert len([sql for sql in hours if '"advisors_advisor"."id" =' not in sql]) == 1
    assert len(hours) > 4


# holds that cannot be booked any more end


def withdraw(held):
    Invitation.objects.filter(pk=held.invitation_id).update(withdrawn_at=NOW)


def end(held):
    Invitation.objects.filter(pk=held.invitation_id).update(open_until=date(2026, 11, 22))


def deactivate_advisor(held):
    held.advisor.is_active = False
    held.advisor.save()


def deactivate_account(held):
    User.objects.filter(pk=held.advisor.user_id).update(is_active=False)


def take_role_away(held):
    held.advisor.user.grants.filter(role=Role.ADVISOR).delete()


def go_away(held):
    make_absence(advisor=held.advisor, starts_at=NOW, ends_at=NOW + timedelta(days=7))


def close_hours(held):
    held.advisor.openings.all().delete()


def change_channels(held):
    held.advisor.openings.update(channels=["video"])


def book_elsewhere(held):
    make_booking(invitation=held.invitation, starts_at=TUESDAY_HALF_PAST_TWO)


def stop_messages(held):
    candidate = held.invitation.candidate
    candidate.messages_stopped_at = NOW
    candidate.save()


def say_no(held):
    Invitation.objects.filter(pk=held.invitation_id).update(declined_at=NOW)


@pytest.mark.parametrize(
    "happens",
    [
        withdraw,
        end,
        deactivate_advisor,
        deactivate_account,
        take_role_away,
        go_away,
        close_hours,
        change_channels,
        book_elsewhere,
        stop_messages,
        say_no,
    ],
)
def test_a_hold_that_cannot_be_booked_ends_and_releases_its_time(happens):
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation)
    assert end_expired_offers(now=NOW) == 0

    happens(held)
    end_expired_offers(now=NOW)

    held.refresh_from_db()
    assert (held.state, held.entry_id) == ("withdrawn", None)
    assert not AgendaEntry.objects.filter(kind="hold").exists()


@pytest.mark.parametrize("happens", [withdraw, end, book_elsewhere, stop_messages, say_no])
def test_an_entry_that_is_over_ends(happens):
    held = make_hold()
    entry = make_waitlist_entry(invitation=held.invitation)

    happens(held)
    end_expired_offers(now=NOW)

    entry.refresh_from_db()
    assert entry.ended_at == NOW


def test_a_pending_message_is_withdrawn_with_its_hold():
    make_advisor()
    entry = make_waitlist_entry()
    offer_free_slots(now=NOW)

    decline_offer(invitation=entry.invitation, actor=CANDIDATE, now=NOW)

    assert Message.objects.get().reason == "withdrawn"
