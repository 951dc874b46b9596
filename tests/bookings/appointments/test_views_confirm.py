"""The confirmation page: form, booking and refusals."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from bookings.models import Booking
from candidates.models import Consent
from outbox.models import Message
from tests.bookings.visits import TEN, booked, invited, sent, url, words
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_rejection,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_confirm_books_tells_both_sides_and_shows_the_appointment(client):
    invitation = invited(client)
    advisor = make_advisor()
    topic = make_topic()

    answer = client.post(
        url("details", invitation), sent(question="Wat telt?", topics=[topic.pk], wants_sms="on"), follow=True
    )

    booking = Booking.objects.get()
    assert (booking.starts_at, booking.advisor, booking.phone, booking.wants_sms, booking.question) == (
        TUESDAY_HALF_PAST_TEN,
        advisor,
        "+31600000001",
        True,
        "Wat telt?",
    )
    assert list(booking.topics.all()) == [topic]
    assert Consent.objects.get().purpose == Consent.Purpose.SMS
    assert Message.objects.count() == 2
    assert answer.redirect_chain == [(url("appointment", booking), 302)]
    assert "Youssef Benali calls you on 06 ·· ·· 01." in words(answer)


def test_confirm_shows_the_chosen_slot_and_no_preset_opt_in(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("details", invitation), sent()))

    assert "Tuesday 24 November at 10:30" in page
    assert "On which number may we call you?" in page
    assert 'name="wants_sms"' in page
    assert "checked" not in page


def test_confirm_requires_no_number_for_a_video_call_without_sms(client):
    invitation = invited(client)
    make_advisor()

    client.post(url("details", invitation), sent(channel="video", phone="06 00000001"))

    assert [(booking.channel, booking.phone) for booking in Booking.objects.all()] == [("video", "")]


def test_confirm_uses_the_known_number_without_showing_it(client):
    invitation = invited(client, rejection=make_rejection(candidate=make_candidate(phone="+31600000042")))
    make_advisor()

    page = words(client.get(url("details", invitation), sent()))
    client.post(url("details", invitation), sent(phone=""))

    assert "06 ·· ·· 42" in page
    assert "600000042" not in page
    assert Booking.objects.get().phone == "+31600000042"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"phone": ""}, "We need a phone number"),
        ({"phone": "112 bel mij"}, "We cannot read this phone number."),
        ({"channel": "video", "phone": "", "wants_sms": "on"}, "We need a phone number"),
        ({"phone": "020 624 11 11", "wants_sms": "on"}, "We can only send a text message to a mobile number."),
    ],
)
def test_confirm_keeps_the_input_when_the_number_is_invalid(client, typed, sentence):
    invitation = invited(client)
    make_advisor()

    answer = client.post(url("details", invitation), sent(question="Wat telt?") | typed)

    assert answer.status_code == 400
    assert sentence in words(answer)
    assert "Wat telt?" in words(answer)
    assert Booking.objects.count() == 0


def test_confirm_keeps_the_input_and_offers_alternatives_for_a_taken_slot(client):
    invitation = invited(client)
    advisor = make_advisor()
    make_booking(advisor=advisor)

    answer = client.post(url("details", invitation), sent(advisor=advisor, question="Wat telt?", wants_sms="on"))

    page = words(answer)
    assert answer.status_code == 409
    assert "This moment is no longer free." in page
    assert page.count('name="slot"') == 6
    assert 'value="06 00000001"' in page
    assert "Wat telt?" in page
    assert 'id="id_wants_sms" checked' in page


def test_confirm_books_an_alternative_with_one_more_click(client):
    invitation = invited(client)
    make_booking(advisor=make_advisor())

    client.post(url("details", invitation), sent(TEN))

    assert invitation.bookings.get().starts_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_confirm_offers_colleagues_when_the_advisor_has_no_slots_left(client):
    invitation = invited(client)
    full, free = make_advisor(hours=False, name="Marit de Wit"), make_advisor()

    answer = client.post(url("details", invitation), sent(advisor=full))

    assert answer.status_code == 409
    assert '<input type="hidden" name="advisor" id="id_advisor">' in words(answer)
    assert free.bookings.count() == 0


@pytest.mark.parametrize(
    "slot",
    ["2026-11-24T09:07Z", "2026-11-20T09:00Z", "2026-11-23T09:00Z", "2027-03-01T09:00Z", "2026-11-28T09:00Z"],
    ids=["off the grid", "past", "within the notice", "beyond the horizon", "a Saturday"],
)
def test_confirm_refuses_a_start_that_is_not_a_slot(client, slot):
    invitation = invited(client)
    make_advisor()

    answer = client.post(url("details", invitation), sent(slot))

    assert answer.status_code == 409
    assert "This moment is no longer free." in words(answer)
    assert Booking.objects.count() == 0


def test_confirm_refuses_a_channel_that_the_advisor_does_not_offer(client):
    invitation = invited(client)
    advisor = make_advisor()
    advisor.openings.update(channels=["video"])

    answer = client.post(url("details", invitation), sent(advisor=advisor, channel="onsite"))

    assert answer.status_code == 409
    assert "Look for another day or another way to talk." in words(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"slot": ""}, "Choose a moment first."),
        ({"slot": "tomorrow"}, "We do not know this moment."),
        ({"slot": "2026-11-24T09:30"}, "We do not know this moment."),
        ({"slot": "0001-01-01T00:00+23:00"}, "We do not know this moment."),
        ({"slot": "9999-12-31T23:59Z"}, "We do not know this moment."),
        ({"channel": "pigeon"}, "We did not understand your choice."),
        ({"language": "xx"}, "We did not understand your choice."),
        ({"advisor": "99999999999999999999"}, "We did not understand your choice."),
    ],
)
def test_confirm_shows_the_slot_picker_for_invalid_input(client, typed, sentence):
    invitation = invited(client)
    make_advisor()

    asked = client.get(url("details", invitation), sent() | typed)
    posted = client.post(url("details", invitation), sent() | typed)

    assert (asked.status_code, posted.status_code) == (400, 400)
    assert sentence in words(asked)
    assert sentence in words(posted)
    assert "How do you want to talk?" in words(posted)


def test_confirm_returns_the_same_booking_for_a_double_click(client):
    invitation = invited(client)
    make_advisor()

    answers = [client.post(url("details", invitation), sent()) for _ in range(2)]

    assert [answer.url for answer in answers] == [url("appointment", Booking.objects.get())] * 2


def test_confirm_redirects_to_the_appointment_that_exists(client):
    booking = booked(client)

    answer = client.post(url("details", booking.invitation), sent("2026-11-25T09:00Z"), follow=True)

    assert answer.redirect_chain[-1] == (url("appointment", booking), 302)
    assert "You already have an appointment." in words(answer)


def test_confirm_refuses_after_the_invitation_ended(client):
    invitation = invited(client, open_until=date(2026, 11, 22))
    make_advisor()

    answer = client.post(url("details", invitation), sent(), follow=True)

    assert "This invitation has ended" in words(answer)
    assert Booking.objects.count() == 0
