"""Join, change and leave the waitlist, and decline an offer."""

from datetime import date, timedelta

import pytest

from advisors.models import AgendaEntry
from bookings.appointments.book import book
from bookings.availability.queries import bookable_slots
from bookings.errors import AlreadyBooked, InvitationClosed, MobileNeeded, PhoneNeeded
from bookings.models import Hold, WaitlistEntry
from bookings.waitlist.services import WaitlistRequest, decline_offer, join_waitlist, leave_waitlist
from candidates.models import Consent
from organisation.models import AuditEvent, Policy
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_hold,
    make_invitation,
    make_policy,
    make_waitlist_entry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TUESDAY_MORNING = WaitlistRequest(language="nl", weekdays=(1,), day_parts=("morning",), channels=("phone",))


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def joined(invitation=None, request=TUESDAY_MORNING, now=NOW):
    return join_waitlist(invitation=invitation or make_invitation(), request=request, actor=CANDIDATE, now=now)


def test_join_stores_the_preferences_and_an_audit_event():
    entry = WaitlistEntry.objects.get(pk=joined().pk)

    assert (entry.weekdays, entry.day_parts, entry.channels, entry.language) == ([1], ["morning"], ["phone"], "nl")
    assert (entry.joined_at, entry.ended_at, entry.wants_sms) == (NOW, None, False)
    assert AuditEvent.objects.values_list("action", "result").get() == ("waitlist.join", "done")


def test_join_stores_the_starts_that_are_free_already():
    make_advisor()

    entry = joined()

    tuesdays = [slot.start for slot in bookable_slots(entry.invitation, policy=Policy.objects.current(), now=NOW)]
    assert TUESDAY_HALF_PAST_TEN.timestamp() in entry.known_starts
    assert WEDNESDAY_TEN.timestamp() not in entry.known_starts
    assert set(entry.known_starts) < set(tuesdays)


def test_changed_preferences_keep_the_place_in_the_waitlist():
    invitation = make_invitation()
    joined(invitation)

    entry = joined(invitation, WaitlistRequest(language="en"), now=NOW + timedelta(hours=2))

    assert (entry.joined_at, entry.language, entry.weekdays) == (NOW, "en", [])
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "waitlist.join",
        "waitlist.change",
    ]


def test_joining_again_starts_at_the_end():
    invitation = make_invitation()
    joined(invitation)
    leave_waitlist(invitation=invitation, actor=CANDIDATE, now=NOW)

    entry = joined(invitation, now=NOW + timedelta(hours=2))

    assert (entry.joined_at, entry.ended_at) == (NOW + timedelta(hours=2), None)


def test_join_refuses_when_the_invitation_has_ended():
    with pytest.raises(InvitationClosed):
        joined(make_invitation(open_until=date(2026, 11, 22)))

    assert AuditEvent.objects.values_list("action", "result").get() == ("waitlist.join", "invitation_closed")


@pytest.mark.parametrize("status", ["booked", "completed"])
def test_join_refuses_a_candidate_with_a_booking(status):
    with pytest.raises(AlreadyBooked):
        joined(make_booking(status=status).invitation)


@pytest.mark.parametrize(("phone", "refusal"), [("", PhoneNeeded), ("+31301234567", MobileNeeded)])
def test_join_refuses_sms_without_a_mobile_number(phone, refusal):
    with pytest.raises(refusal):
        joined(request=WaitlistRequest(language="nl", phone=phone, wants_sms=True))

    assert WaitlistEntry.objects.count() == 0


def test_the_sms_consent_is_stored_and_can_be_withdrawn():
    invitation = make_invitation()
    texts = WaitlistRequest(language="nl", phone="+31600000001", wants_sms=True)
    joined(invitation, texts)
    joined(invitation, texts)

    entry = joined(invitation, now=NOW + timedelta(hours=1))

    consent = Consent.objects.get()
    assert (consent.scope, consent.text_version) == (f"waitlistentry:{entry.pk}", "sms-waitlist-2026-11")
    assert (consent.given_at, consent.withdrawn_at) == (NOW, NOW + timedelta(hours=1))


def test_leave_releases_the_hold():
    held = make_hold()
    entry = make_waitlist_entry(invitation=held.invitation)

    for _ in range(2):
        leave_waitlist(invitation=held.invitation, actor=CANDIDATE, now=NOW)

    held.refresh_from_db()
    entry.refresh_from_db()
    assert (held.state, held.entry_id, entry.ended_at) == ("declined", None, NOW)
    assert AgendaEntry.objects.count() == 0
    assert AuditEvent.objects.values_list("action", flat=True).get() == "waitlist.leave"


def test_an_ended_entry_keeps_no_phone_number():
    entry = make_waitlist_entry(phone="+31600000001", wants_sms=True)

    leave_waitlist(invitation=entry.invitation, actor=CANDIDATE, now=NOW)

    entry.refresh_from_db()
    assert (str(entry.phone), entry.wants_sms) == ("", False)


def test_decline_releases_the_hold_and_keeps_the_place():
    held = make_hold()
    entry = make_waitlist_entry(invitation=held.invitation)

    answers = [decline_offer(invitation=held.invitation, actor=CANDIDATE, now=NOW) for _ in range(2)]

    entry.refresh_from_db()
    assert (answers, entry.ended_at, AgendaEntry.objects.count()) == ([1, 0], None, 0)
    assert list(Hold.objects.values_list("state", "ended_at")) == [("declined", NOW)]


def test_booking_the_hold_ends_the_entry():
    held = make_hold(starts_at=WEDNESDAY_TEN)
    entry = make_waitlist_entry(invitation=held.invitation)
    request = make_booking_request(WEDNESDAY_TEN, advisor=held.advisor)

    booking = book(invitation=held.invitation, request=request, actor=CANDIDATE, now=NOW + timedelta(hours=1))

    held.refresh_from_db()
    entry.refresh_from_db()
    assert (held.state, held.entry_id, entry.ended_at) == ("taken", None, NOW + timedelta(hours=1))
    assert AgendaEntry.objects.values_list("pk", "kind").get() == (booking.entry_id, "booking")


def test_booking_another_slot_releases_the_hold():
    held = make_hold()

    book(
        invitation=held.invitation,
        request=make_booking_request(WEDNESDAY_TEN, advisor=held.advisor),
        actor=CANDIDATE,
        now=NOW,
    )

    held.refresh_from_db()
    assert held.state == "withdrawn"
    assert AgendaEntry.objects.values_list("kind", "talk_from").get() == ("booking", WEDNESDAY_TEN)


def test_booking_any_advisor_may_use_the_hold():
    held = make_hold()

    booking = book(invitation=held.invitation, request=make_booking_request(), actor=CANDIDATE, now=NOW)

    assert (booking.advisor, booking.starts_at) == (held.advisor, TUESDAY_HALF_PAST_TEN)


def test_a_hold_is_free_for_its_candidate_and_taken_for_others():
    held, policy = make_hold(), Policy.objects.current()

    mine = bookable_slots(held.invitation, policy=policy, now=NOW)
    theirs = bookable_slots(make_invitation(), policy=policy, now=NOW)

    assert TUESDAY_HALF_PAST_TEN in [slot.starts_at for slot in mine]
    assert len(mine) == len(theirs) + 1
