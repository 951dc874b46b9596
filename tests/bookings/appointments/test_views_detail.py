"""Pages of an appointment (details, move, cancel, prepare, calendar file), and the home page."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from candidates.models import Consent
from tests.bookings.visits import booked, come_in, invited, sent, url, words
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_move_takes_the_new_slot_and_keeps_the_rest(client):
    booking = booked(client, advisor=make_advisor(), question="Wat telt?", wants_sms=True)

    chooser = words(client.get(url("move", booking)))
    answer = client.post(url("move_details", booking), sent("2026-11-25T09:00Z", phone=""), follow=True)

    booking.refresh_from_db()
    assert "Rustig werken onder druk" not in chooser
    assert (booking.starts_at, booking.question, booking.wants_sms, booking.phone) == (
        WEDNESDAY_TEN,
        "Wat telt?",
        True,
        "+31600000001",
    )
    assert "Your appointment has moved." in words(answer)


def test_move_does_not_offer_the_current_slot_first(client):
    booking = booked(client, advisor=make_advisor(), starts_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    own = 'value="2026-11-24T09:00Z"'

    page = words(client.get(url("move", booking)))
    by_video = words(client.get(url("move", booking), {"channel": "video"}))

    assert "Tuesday 24 November at 10:30, with Youssef Benali" in page
    assert (own in page, own in by_video) == (False, True)


def test_move_to_the_current_slot_says_that_nothing_changed(client):
    booking = booked(client, advisor=make_advisor())

    answer = client.post(url("move_details", booking), sent(phone=""), follow=True)

    booking.refresh_from_db()
    assert "You have this moment already, so nothing has changed." in words(answer)
    assert "Your appointment has moved." not in words(answer)
    assert booking.moved_count == 0


def test_move_does_not_list_the_current_slot_as_an_alternative(client):
    advisor = make_advisor()
    booking = booked(client, advisor=advisor)
    make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)

    answer = words(client.post(url("move_details", booking), sent("2026-11-25T09:00Z", advisor=advisor)))

    assert 'value="2026-11-25T09:30Z"' in answer
    assert 'value="2026-11-24T09:30Z"' not in answer


@pytest.mark.parametrize(("zone", "is_said"), [("America/Paramaribo", True), ("Europe/Amsterdam", False)])
def test_a_time_in_another_zone_names_the_city(client, zone, is_said):
    make_advisor()
    candidate = make_candidate(time_zone=zone)
    booking = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)))
    come_in(client, candidate)

    appointment = client.get(url("appointment", booking))
    confirm = client.get(url("move_details", booking), sent("2026-11-25T09:00Z"))

    said = "Times are as a clock in Paramaribo shows them."
    assert [said in words(answer) for answer in (appointment, confirm)] == [is_said, is_said]


def test_move_offers_alternatives_for_a_taken_slot(client):
    advisor = make_advisor()
    booking = booked(client, advisor=advisor)
    make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)

    answer = client.post(url("move_details", booking), sent("2026-11-25T09:00Z", advisor=advisor))

    booking.refresh_from_db()
    assert answer.status_code == 409
    assert words(answer).count('name="slot"') == 6
    assert booking.starts_at == TUESDAY_HALF_PAST_TEN


def test_move_after_the_limit_says_so_and_offers_to_cancel(client):
    booking = booked(client, advisor=make_advisor(), starts_at=NOW + timedelta(hours=3))

    page = words(client.get(url("move", booking)))
    answer = client.post(url("move_details", booking), sent("2026-11-25T09:00Z"))

    booking.refresh_from_db()
    assert "That is too soon to move it on this page." in page
    assert url("cancel", booking) in page
    assert (answer.status_code, booking.moved_count) == (409, 0)


def test_cancel_asks_for_confirmation_and_thanks(client):
    booking = booked(client)

    asked = words(client.get(url("cancel", booking)))
    answer = client.post(url("cancel", booking), follow=True)

    booking.refresh_from_db()
    assert "Cancelling is fine." in asked
    assert (booking.status, booking.is_late_cancellation) == ("cancelled", False)
    assert "Thank you for letting us know." in words(answer)
    assert url("book", booking.invitation) in words(answer)


def test_cancel_shortly_before_is_marked_late_without_a_reproach(client):
    booking = booked(client, starts_at=NOW + timedelta(hours=3))

    answer = client.post(url("cancel", booking), follow=True)

    booking.refresh_from_db()
    assert booking.is_late_cancellation
    assert "Thank you for letting us know." in words(answer)
    assert "late" not in words(answer).replace("later", "")


def test_cancel_after_the_start_asks_to_call(client):
    booking = booked(client, starts_at=NOW - timedelta(minutes=5))

    answer = client.post(url("cancel", booking), follow=True)

    booking.refresh_from_db()
    assert booking.status == "booked"
    assert "This appointment has already started. Please call us." in words(answer)


def test_prepare_saves_topics_and_question(client):
    booking = booked(client)
    topic = make_topic()

    client.post(url("prepare", booking), {"topics": [topic.pk], "question": "Wat telt?\u202e"})

    booking.refresh_from_db()
    assert (list(booking.topics.all()), booking.question) == ([topic], "Wat telt?")


def test_prepare_gives_and_withdraws_the_sms_consent(client):
    booking = booked(client, starts_at=WEDNESDAY_TEN)

    for tick, wants_sms in (({"wants_sms": "on"}, True), ({}, False)):
        answer = client.post(url("prepare", booking), {"question": ""} | tick)

        booking.refresh_from_db()
        assert (answer.status_code, booking.wants_sms) == (302, wants_sms)
    assert Consent.objects.get().withdrawn_at == NOW


@pytest.mark.parametrize("fields", [{"channel": "phone", "phone": "+31206241111"}, {"channel": "video", "phone": ""}])
def test_prepare_explains_that_sms_needs_a_mobile_number(client, fields):
    booking = booked(client, starts_at=WEDNESDAY_TEN, **fields)
    typed = {"question": "Wat telt?", "wants_sms": "on", "phone": "020 624 11 11"}

    answer = client.post(url("prepare", booking), typed)

    assert answer.status_code == 400
    assert "We can only send a text message to a mobile number." in words(answer)
    assert "Wat telt?" in words(answer)
    assert Consent.objects.count() == 0


def test_prepare_asks_for_a_number_only_when_sms_can_use_it(client):
    booking = booked(client, channel="video", phone="", starts_at=WEDNESDAY_TEN)

    assert 'name="phone"' in words(client.get(url("prepare", booking)))
    client.post(url("prepare", booking), {"wants_sms": "on", "phone": "06 00000003"})

    booking.refresh_from_db()
    assert (booking.wants_sms, booking.phone) == (True, "+31600000003")
    assert 'name="phone"' not in words(client.get(url("prepare", booking)))


def test_prepare_offers_no_opt_in_after_the_time_of_the_reminder(client):
    booking = booked(client, starts_at=NOW + timedelta(hours=3))

    page = words(client.get(url("prepare", booking)))

    assert 'name="wants_sms"' not in page


def test_calendar_is_the_invite_of_this_appointment(client):
    booking = booked(client)

    answer = client.get(url("calendar", booking))

    assert answer["Content-Type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert f"UID:{booking.uid}@spreekuur" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "completed"}, "Thank you for the talk"),
        ({"status": "no_show"}, "did not get to speak. That can happen."),
        ({"starts_at": NOW - timedelta(minutes=5)}, "Your talk is now"),
        ({"starts_at": NOW - timedelta(days=1)}, "Did you not speak to each other?"),  # nobody marked it
        ({"channel": "video"}, 'href="https://video.example/kamer"'),
    ],
)
def test_appointment_shows_its_state(client, fields, sentence):
    booking = booked(client, **fields)

    assert sentence in words(client.get(url("appointment", booking)))


def test_home_without_invitations_explains_what_to_expect(client):
    make_policy()
    come_in(client, make_candidate())

    page = words(client.get(reverse("bookings:home")))

    assert "Nothing here yet" in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "You have a talk on Tuesday 24 November at 10:30."),
        ({"status": "completed"}, "You talked with Youssef Benali on Tuesday 24 November."),
        ({"status": "no_show"}, "did not get to speak. That can happen."),
    ],
)
def test_home_shows_the_state_of_each_invitation(client, fields, sentence):
    booked(client, **fields)

    assert sentence in words(client.get(reverse("bookings:home")))


def test_home_shows_since_when_messages_are_stopped(client):
    candidate = make_candidate(messages_stopped_at=NOW)
    come_in(client, candidate)

    page = words(client.get(reverse("bookings:home")))

    assert "Since Monday 23 November we send you no invitations any more." in page
    assert reverse("candidates:stop") not in page


def test_home_thanks_after_a_cancellation_and_offers_a_new_choice(client):
    booking = booked(client)
    client.post(url("cancel", booking))

    page = words(client.get(reverse("bookings:home")))

    assert "You cancelled the talk of Tuesday 24 November. Thank you for letting us know." in page
    assert "Choose a new moment" in page


def test_home_escapes_names(client):
    name = "O’Neil \u202e <b>" + "Zoë 🎉" * 30
    invited(client, rejection=make_rejection(candidate=make_candidate(first_name=name)))

    page = client.get(reverse("bookings:home"))

    assert page.status_code == 200
    assert "<b>" not in page.content.decode()
