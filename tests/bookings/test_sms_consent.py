"""SMS consent is refused at once when no SMS could be sent."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.move import move_booking
from bookings.appointments.prepare import save_preparation
from bookings.errors import SmsCountryNotAllowed, SmsDisabled, SmsOptedOut
from bookings.models import Booking
from bookings.waitlist.services import WaitlistRequest, join_waitlist
from candidates.access.tokens import link_token
from outbox.sms import opt_outs
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
STOPPED, MINE, ABROAD = "+31600000001", "+31600000002", "+447400123456"


@pytest.fixture(autouse=True)
def policy():
    make_policy(sms_countries=["NL"])
    opt_outs.opt_out(STOPPED, now=NOW)


@pytest.mark.parametrize(("phone", "refusal"), [(STOPPED, SmsOptedOut), (ABROAD, SmsCountryNotAllowed)])
def test_booking_change_and_waitlist_refuse_sms_that_cannot_be_sent(phone, refusal):
    make_advisor()
    invitation, booking = make_invitation(), make_booking(starts_at=WEDNESDAY_TEN)
    asked = make_booking_request(TUESDAY_HALF_PAST_TEN, phone=phone, wants_sms=True)

    with pytest.raises(refusal):
        book(invitation=invitation, request=asked, actor=CANDIDATE, now=NOW)
    with pytest.raises(refusal):
        save_preparation(
            booking=booking, topic_ids=[], question="", wants_sms=True, phone=phone, actor=CANDIDATE, now=NOW
        )
    with pytest.raises(refusal):
        join_waitlist(
            invitation=invitation,
            request=WaitlistRequest(language="nl", phone=phone, wants_sms=True),
            actor=CANDIDATE,
            now=NOW,
        )

    assert Booking.objects.count() == 1


@pytest.mark.parametrize(("phone", "refusal"), [(STOPPED, SmsOptedOut), (ABROAD, SmsCountryNotAllowed)])
def test_move_refuses_a_number_that_cannot_get_the_wanted_sms(phone, refusal):
    advisor = make_advisor()
    booking = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN, phone=MINE, wants_sms=True)

    with pytest.raises(refusal):
        move_booking(booking=booking, request=make_booking_request(phone=phone), actor=CANDIDATE, now=NOW)
    Booking.objects.update(wants_sms=False)
    booking.refresh_from_db()

    assert (
        str(move_booking(booking=booking, request=make_booking_request(phone=phone), actor=CANDIDATE, now=NOW).phone)
        == phone
    )


@pytest.mark.parametrize("phone", [STOPPED, ""])
def test_move_accepts_the_known_number(phone):
    booking = make_booking(advisor=make_advisor(), starts_at=WEDNESDAY_TEN, phone=STOPPED, wants_sms=True)

    assert (
        str(move_booking(booking=booking, request=make_booking_request(phone=phone), actor=CANDIDATE, now=NOW).phone)
        == STOPPED
    )


def opened(client, booking, path):
    link = booking.candidate.link
    client.get(reverse("candidates:open_link", args=[link_token(link.key, link.version), path]))


def test_booking_promises_no_sms_where_sms_is_disabled(settings):
    settings.DEMO = False
    make_advisor()

    with pytest.raises(SmsDisabled):
        book(
            invitation=make_invitation(),
            request=make_booking_request(phone=MINE, wants_sms=True),
            actor=CANDIDATE,
            now=NOW,
        )


def test_any_number_is_accepted_without_sms():
    make_advisor()

    booked = book(invitation=make_invitation(), request=make_booking_request(phone=ABROAD), actor=CANDIDATE, now=NOW)

    assert str(booked.phone) == ABROAD


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("wants_sms", [True, False], ids=["a moment ago", "before"])
def test_appointment_page_says_that_sms_is_stopped(client, wants_sms):
    booking = make_booking(starts_at=NOW + timedelta(days=2), wants_sms=wants_sms)
    opened(client, booking, f"appointments/{booking.pk}/")

    page = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()
    opt_outs.opt_in(STOPPED, now=NOW)
    later = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()

    assert ("START" in page, "START" in later) == (True, False)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("texts_leave", [True, False])
def test_pages_mention_sms_only_where_sms_is_enabled(client, settings, texts_leave):
    settings.DEMO = texts_leave
    booking = make_booking(starts_at=NOW + timedelta(days=2), wants_sms=True, phone=MINE, channel="video")
    invitation = make_invitation(rejection=make_rejection(candidate=booking.candidate))
    opened(client, booking, "")
    chosen = "?slot=2026-11-24T09:30Z&channel=video&language=nl"
    addresses = [
        reverse("bookings:appointment", args=[booking.pk]),
        reverse("bookings:prepare", args=[booking.pk]),
        reverse("bookings:waiting", args=[invitation.pk]),
        reverse("bookings:details", args=[invitation.pk]) + chosen,
    ]

    pages = [client.get(address) for address in addresses]

    assert [("sms" in page.content.decode(), page.status_code) for page in pages] == [(texts_leave, 200)] * 4
