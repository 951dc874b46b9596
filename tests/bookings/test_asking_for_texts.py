"""Who asks for texts hears at once when none would come."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking
from bookings.refusals import CountryNotTexted, TextsStopped
from bookings.services import Waiting, book, prepare, wait
from candidates.links import token_of
from outbox.texting import optouts
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_wish,
)

pytestmark = pytest.mark.django_db
STOPPED, ABROAD = "+31600000001", "+447400123456"


@pytest.fixture(autouse=True)
def policy():
    make_policy(sms_countries=["NL"])
    optouts.stop(STOPPED, now=NOW)


@pytest.mark.parametrize(("phone", "refusal"), [(STOPPED, TextsStopped), (ABROAD, CountryNotTexted)])
def test_a_booking_a_change_and_the_waiting_list_refuse_texts_that_would_not_come(phone, refusal):
    make_advisor()
    invitation, booking = make_invitation(), make_booking(starts_at=WEDNESDAY_TEN)
    asked = make_wish(TUESDAY_HALF_PAST_TEN, phone=phone, wants_sms=True)

    with pytest.raises(refusal):
        book(invitation=invitation, wish=asked, actor=CANDIDATE, now=NOW)
    with pytest.raises(refusal):
        prepare(booking=booking, topic_ids=[], question="", wants_sms=True, phone=phone, actor=CANDIDATE, now=NOW)
    with pytest.raises(refusal):
        wait(
            invitation=invitation, wishes=Waiting(language="nl", phone=phone, wants_sms=True), actor=CANDIDATE, now=NOW
        )

    assert Booking.objects.count() == 1


def test_without_texts_any_number_will_do():
    make_advisor()

    booked = book(invitation=make_invitation(), wish=make_wish(phone=ABROAD), actor=CANDIDATE, now=NOW)

    assert str(booked.phone) == ABROAD


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("wants_sms", [True, False], ids=["a moment ago", "before"])
def test_the_page_of_an_appointment_says_that_texts_are_stopped(client, wants_sms):
    booking = make_booking(starts_at=NOW + timedelta(days=2), wants_sms=wants_sms)
    link = booking.candidate.link
    client.get(reverse("candidates:open_link", args=[token_of(link.key, link.version), f"appointments/{booking.pk}/"]))

    page = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()
    optouts.start(STOPPED, now=NOW)
    later = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()

    assert ("START" in page, "START" in later) == (True, False)
