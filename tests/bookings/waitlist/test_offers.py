"""The worker's part of the waiting list: whose turn it is, for how long, and that nothing stays held for nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import AgendaEntry
from bookings.appointments.cancel import cancel
from bookings.holds import question_for_hold
from bookings.models import Booking, Hold, Invitation, WaitlistEntry
from bookings.tasks import send_what_is_due
from bookings.waitlist.offers import end_what_is_over, offer_free_moments
from bookings.waitlist.services import decline
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

pytestmark = pytest.mark.django_db
TUESDAY_HALF_PAST_TWO = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def offered():
    return list(Hold.objects.offered().values_list("invitation", "starts_at"))


def first_moment():
    """What is not too soon for an offer: notice and four hours from NOW is 14.00 on Tuesday, so Wednesday at 9."""
    return datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_the_first_in_line_gets_the_moment_and_a_letter():
    make_advisor()
    make_waitlist_entry(joined_at=NOW - HOUR)
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR, weekdays=[2])

    assert offer_free_moments(now=NOW) == 2

    held = Hold.objects.get(invitation=first.invitation)
    letter = Message.objects.get(about=f"hold:{held.pk}")
    assert (held.starts_at, held.expires_at, held.reason) == (first_moment(), NOW + 4 * HOUR, "waitlist")
    assert (held.entry.kind, held.entry.talk_from) == ("hold", first_moment())
    assert "Er is een moment vrij: woensdag 25 november om 09.00 uur" in letter.subject
    assert "tot maandag 23 november om 14.00 uur" in letter.text
    assert letter.useless_after == held.expires_at


def test_a_moment_goes_to_the_first_whose_wishes_fit():
    make_advisor()
    make_waitlist_entry(joined_at=NOW - 2 * HOUR, day_parts=["evening"])
    second = make_waitlist_entry(joined_at=NOW - HOUR)

    offer_free_moments(now=NOW)

    assert offered() == [(second.invitation_id, first_moment())]


def test_what_was_free_when_they_joined_is_not_offered_until_it_goes_and_comes_back():
    invitation, advisor = make_invitation(), make_advisor()
    booking = make_booking(advisor=advisor, starts_at=first_moment())
    make_waitlist_entry(invitation=invitation, weekdays=[2], known_starts=[int(first_moment().timestamp())])
    offer_free_moments(now=NOW)
    make_known(invitation)
    assert offer_free_moments(now=NOW + HOUR) == 0

    cancel(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW + HOUR)

    assert offer_free_moments(now=NOW + HOUR) == 1
    assert offered() == [(invitation.pk, first_moment())]


def make_known(invitation):
    """They let go what they were offered, and know everything that is free now."""
    Hold.objects.all().delete()
    AgendaEntry.objects.filter(kind="hold").delete()
    every_half_hour = [int((first_moment() + number * HOUR / 2).timestamp()) for number in range(1, 24 * 2 * 28)]
    WaitlistEntry.objects.filter(invitation=invitation).update(known_starts=every_half_hour)


def test_a_hold_knows_the_holidays_beyond_the_horizon():
    expires_at = datetime(2026, 12, 31, 9, tzinfo=UTC)

    asked = question_for_hold(make_policy(horizon_days=1), now=expires_at - 13 * HOUR, expires_at=expires_at)

    assert (asked.earliest.date(), date(2027, 1, 1) in asked.closed_days) == (date(2027, 1, 1), True)


def test_a_moment_too_soon_to_offer_stays_open():
    make_policy(horizon_days=1)
    make_advisor()
    make_waitlist_entry()

    assert offer_free_moments(now=NOW) == 0


@pytest.mark.parametrize("hour", [19, 23, 3, 6])  # UTC; 20.00, midnight, 4.00 and 7.00 in Amsterdam
def test_nothing_is_offered_at_night(hour):
    make_advisor()
    make_waitlist_entry()

    assert offer_free_moments(now=NOW.replace(hour=hour)) == 0


def test_the_time_to_answer_goes_on_in_the_morning():
    make_advisor()
    make_waitlist_entry()

    offer_free_moments(now=NOW.replace(hour=17))  # 18.00

    assert Hold.objects.get().expires_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_text_goes_to_who_asked_for_it():
    make_advisor()
    make_waitlist_entry(phone="+31600000001", wants_sms=True)

    offer_free_moments(now=NOW)

    text = Message.objects.get(channel="sms")
    assert (text.kind, text.recipient) == ("offer", "+31600000001")
    assert text.text.startswith(
        "Oostmeer: er is een moment vrij op wo 25 nov, 09.00 uur. Tot 23 nov 14.00 uur voor jou:"
    )


def test_who_does_not_answer_loses_it_to_the_next_in_line():
    make_advisor()
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR)
    offer_free_moments(now=NOW)
    second = make_waitlist_entry(joined_at=NOW - HOUR)

    send_what_is_due(NOW + 4 * HOUR)

    assert list(Hold.objects.filter(invitation=first.invitation).values_list("state", "entry")) == [("expired", None)]
    assert offered() == [(second.invitation_id, first_moment())]


def test_who_says_no_gets_another_moment_and_the_next_gets_this_one():
    make_advisor()
    first = make_waitlist_entry(joined_at=NOW - 2 * HOUR)
    offer_free_moments(now=NOW)
    decline(invitation=first.invitation, actor=CANDIDATE, now=NOW)
    second = make_waitlist_entry()

    offer_free_moments(now=NOW)

    assert sorted(offered()) == sorted(
        [(first.invitation_id, first_moment() + HOUR / 2), (second.invitation_id, first_moment())]
    )


def test_who_did_not_answer_hears_nothing_more_that_day():
    make_advisor()
    make_waitlist_entry()
    offer_free_moments(now=NOW)

    end_what_is_over(now=NOW + 4 * HOUR)

    assert offer_free_moments(now=NOW + 5 * HOUR) == 0
    assert offer_free_moments(now=NOW + 23 * HOUR) == 1


def test_who_does_not_answer_three_times_leaves_the_list():
    make_advisor()
    entry = make_waitlist_entry()

    for days in range(3):
        offer_free_moments(now=NOW + days * timedelta(days=1))
        end_what_is_over(now=NOW + days * timedelta(days=1) + 4 * HOUR)

    entry.refresh_from_db()
    assert (Hold.objects.filter(state="expired").count(), entry.ended_at) == (3, NOW + timedelta(days=2, hours=4))


def test_one_offer_at_a_time_also_with_two_applications():
    make_advisor()
    candidate = make_candidate()
    for _ in range(2):
        rejection = make_rejection(candidate=candidate, vacancy=make_vacancy())
        make_waitlist_entry(invitation=make_invitation(rejection=rejection))

    assert [offer_free_moments(now=NOW), offer_free_moments(now=NOW)] == [1, 0]


def test_the_recruiter_who_said_no_is_not_offered():
    advisor = make_advisor()
    make_waitlist_entry(invitation=make_invitation(rejection=make_rejection(recruiter=advisor.user)))

    assert offer_free_moments(now=NOW) == 0


def test_an_offer_that_would_outlive_the_invitation_is_not_made():
    make_advisor()
    make_waitlist_entry(invitation=make_invitation(open_until=date(2026, 11, 23)))

    assert offer_free_moments(now=NOW.replace(hour=16)) == 0
    assert offer_free_moments(now=NOW) == 1


def test_a_scan_costs_the_same_whoever_waits():
    make_advisor()

    def statements(entries):
        for _ in range(entries):
            make_waitlist_entry(day_parts=["evening"])
        with CaptureQueriesContext(connection) as captured:
            end_what_is_over(now=NOW)
            offer_free_moments(now=NOW)
        return len(captured)

    assert statements(1) == statements(29)


# no hold stays for nobody


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
def test_whatever_happens_the_hold_ends_and_its_time_is_free(happens):
    held = make_hold()
    make_waitlist_entry(invitation=held.invitation)
    assert end_what_is_over(now=NOW) == 0

    happens(held)
    end_what_is_over(now=NOW)

    held.refresh_from_db()
    assert (held.state, held.entry_id) == ("withdrawn", None)
    assert not AgendaEntry.objects.filter(kind="hold").exists()


@pytest.mark.parametrize("happens", [withdraw, end, book_elsewhere, stop_messages, say_no])
def test_who_cannot_be_helped_any_more_is_not_waiting(happens):
    held = make_hold()
    entry = make_waitlist_entry(invitation=held.invitation)

    happens(held)
    end_what_is_over(now=NOW)

    entry.refresh_from_db()
    assert entry.ended_at == NOW


def test_a_letter_that_waits_is_withdrawn_with_its_moment():
    make_advisor()
    entry = make_waitlist_entry()
    offer_free_moments(now=NOW)

    decline(invitation=entry.invitation, actor=CANDIDATE, now=NOW)

    assert Message.objects.get().reason == "withdrawn"
