from datetime import timedelta

import pytest

from bookings.appointments.book import book
from bookings.appointments.prepare import save_preparation
from bookings.errors import MobileNeeded, PhoneNeeded
from bookings.reminders import remind_by_sms
from candidates.models import Consent
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
    make_sms,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(hours=1)
TUESDAY_AFTERNOON = WEDNESDAY_TEN - timedelta(hours=17)


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def prepared(booking, now=LATER, **fields):
    save_preparation(booking=booking, topic_ids=(), question="", actor=CANDIDATE, now=now, **fields)
    booking.refresh_from_db()
    return booking


def with_texts():
    request = make_booking_request(WEDNESDAY_TEN, advisor=make_advisor(), wants_sms=True)
    return book(invitation=make_invitation(), request=request, actor=CANDIDATE, now=NOW)


def consents():
    return list(Consent.objects.order_by("pk").values_list("purpose", "scope", "given_at", "withdrawn_at"))


def test_the_sms_consent_can_be_withdrawn_and_given_again():
    booking = with_texts()
    scope = f"booking:{booking.pk}"

    assert not prepared(booking, wants_sms=False).wants_sms
    assert remind_by_sms(now=TUESDAY_AFTERNOON) == 0
    assert prepared(booking, wants_sms=True).wants_sms

    assert consents() == [("sms", scope, NOW, LATER), ("sms", scope, LATER, None)]
    assert remind_by_sms(now=TUESDAY_AFTERNOON) == 1


@pytest.mark.parametrize("wants_sms", [True, None])
def test_an_unchanged_opt_in_stores_no_second_consent(wants_sms):
    booking = with_texts()

    assert prepared(booking, wants_sms=wants_sms).wants_sms

    assert consents() == [("sms", f"booking:{booking.pk}", NOW, None)]


def test_a_pending_sms_is_not_sent_after_the_consent_is_withdrawn():
    booking = with_texts()
    waiting = make_sms(kind="reminder", about=f"booking:{booking.pk}")

    prepared(booking, wants_sms=False)

    states = dict(Message.objects.values_list("kind", "state"))
    assert states == {"confirmation": "queued", "advisor_booked": "queued", waiting.kind: "suppressed"}


def test_an_sms_needs_a_mobile_number():
    booking = make_booking(channel="video", phone="", starts_at=WEDNESDAY_TEN)

    with pytest.raises(PhoneNeeded):
        prepared(booking, wants_sms=True)
    with pytest.raises(MobileNeeded):
        prepared(booking, wants_sms=True, phone="+31206241111")

    assert consents() == []
    assert prepared(booking, wants_sms=True, phone="+31600000002").phone == "+31600000002"


def test_no_opt_in_is_possible_after_the_time_of_the_reminder():
    booking = make_booking(starts_at=WEDNESDAY_TEN)

    assert not prepared(booking, now=TUESDAY_AFTERNOON, wants_sms=True).wants_sms

    assert consents() == []
