"""Who asks for texts hears at once when none would come."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.book import book
from bookings.appointments.move import move
from bookings.appointments.prepare import prepare
from bookings.errors import CountryNotTexted, NoTexts, TextsStopped
from bookings.models import Booking
from bookings.waitlist.services import Waiting, wait
from candidates.access.tokens import token_of
from outbox.sms import opt_outs
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_wish,
)

pytestmark = pytest.mark.django_db
STOPPED, MINE, ABROAD = "+31600000001", "+31600000002", "+447400123456"


@pytest.fixture(autouse=True)
def policy():
    make_policy(sms_countries=["NL"])
    opt_outs.stop(STOPPED, now=NOW)


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


@pytest.mark.parametrize(("phone", "refusal"), [(STOPPED, TextsStopped), (ABROAD, CountryNotTexted)])
def test_a_move_to_a_number_that_gets_no_texts_is_refused_when_they_are_wanted(phone, refusal):
    advisor = make_advisor()
    booking = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN, phone=MINE, wants_sms=True)

    with pytest.raises(refusal):
        move(booking=booking, wish=make_wish(phone=phone), actor=CANDIDATE, now=NOW)
    Booking.objects.update(wants_sms=False)
    booking.refresh_from_db()

    assert str(move(booking=booking, wish=make_wish(phone=phone), actor=CANDIDATE, now=NOW).phone) == phone


@pytest.mark.parametrize("phone", [STOPPED, ""])
def test_a_move_asks_nothing_of_the_number_that_we_have(phone):
    booking = make_booking(advisor=make_advisor(), starts_at=WEDNESDAY_TEN, phone=STOPPED, wants_sms=True)

    assert str(move(booking=booking, wish=make_wish(phone=phone), actor=CANDIDATE, now=NOW).phone) == STOPPED


def opened(client, booking, path):
    link = booking.candidate.link
    client.get(reverse("candidates:open_link", args=[token_of(link.key, link.version), path]))


def test_where_no_texts_leave_nobody_is_promised_one(settings):
    settings.DEMO = False
    make_advisor()

    with pytest.raises(NoTexts):
        book(invitation=make_invitation(), wish=make_wish(phone=MINE, wants_sms=True), actor=CANDIDATE, now=NOW)


def test_without_texts_any_number_will_do():
    make_advisor()

    booked = book(invitation=make_invitation(), wish=make_wish(phone=ABROAD), actor=CANDIDATE, now=NOW)

    assert str(booked.phone) == ABROAD


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("wants_sms", [True, False], ids=["a moment ago", "before"])
def test_the_page_of_an_appointment_says_that_texts_are_stopped(client, wants_sms):
    booking = make_booking(starts_at=NOW + timedelta(days=2), wants_sms=wants_sms)
    opened(client, booking, f"appointments/{booking.pk}/")

    page = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()
    opt_outs.start(STOPPED, now=NOW)
    later = client.get(reverse("bookings:appointment", args=[booking.pk])).content.decode()

    assert ("START" in page, "START" in later) == (True, False)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("texts_leave", [True, False])
def test_the_pages_of_a_candidate_speak_of_texts_only_where_they_leave(client, settings, texts_leave):
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
