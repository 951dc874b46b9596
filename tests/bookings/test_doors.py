from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.codes import code_of, digest_of
from bookings.models import Booking
from candidates.links import token_of
from candidates.models import Consent
from organisation.models import AuditEvent, Role
from outbox.models import Message
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
    make_user,
)

pytestmark = pytest.mark.django_db
TEN = "2026-11-24T09:00Z"
HALF_PAST_TEN = "2026-11-24T09:30Z"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def come_in(client, candidate, *, language="en"):
    """Open the private link, and read the pages in English."""
    client.get(reverse("candidates:open_link", args=[token_of(candidate.link.key, candidate.link.version), ""]))
    client.cookies["django_language"] = language


def invited(client, **fields):
    make_policy()
    invitation = make_invitation(**fields)
    come_in(client, invitation.candidate)
    return invitation


def booked(client, **fields):
    """A standing appointment of somebody who just opened the link."""
    make_policy()
    booking = make_booking(**fields)
    come_in(client, booking.candidate)
    return booking


def sent(slot=HALF_PAST_TEN, *, advisor=None, channel="phone", **fields):
    typed = {"slot": slot, "channel": channel, "language": "nl", "phone": "06 00000001"}
    return typed | {"advisor": advisor.pk if advisor else ""} | fields


def url(name, thing):
    return reverse(f"bookings:{name}", args=[thing.pk])


def words(answer):
    return " ".join(answer.content.decode().split())


def rows():
    """Everything that a read may never change."""
    return [list(model.objects.values()) for model in (Booking, Message, AuditEvent, Consent)]


# Choosing


def test_book_tells_the_strength_before_the_reason_and_offers_the_first_free_moment(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("book", invitation)))

    assert page.index("Rustig werken onder druk") < page.index("Voor mensen mist nog een certificaat")
    assert "Tuesday 24 November at 10:00, with Youssef Benali" in page
    assert page.index('value="2026-11-24T09:00Z"') < page.index('value="2026-12-07T08:00Z"')
    assert "Tuesday 8 December" not in page


@pytest.mark.parametrize(
    ("lengths", "minutes"),
    [((None, None), "20"), ((None, 15), "15 to 20"), ((30, 15), "15 to 30"), ((30, 30), "30"), ((), "20")],
)
def test_book_says_how_long_a_talk_takes_with_any_advisor(client, lengths, minutes):
    invitation = invited(client)
    for length in lengths:
        make_advisor(session_minutes=length)
    make_advisor(session_minutes=60, is_active=False)

    page = words(client.get(url("book", invitation)))

    assert f"It takes {minutes} minutes and costs nothing." in page


def test_book_writes_times_as_the_dutch_do(client):
    invitation = invited(client)
    make_advisor()
    client.cookies["django_language"] = "nl"

    page = words(client.get(url("book", invitation)))

    assert "Dinsdag 24 november" in page
    assert ">10.00</label>" in page


def test_book_shows_later_days_on_request(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("book", invitation), {"since": "2026-12-08"}))

    assert "Tuesday 8 December" in page
    assert "Tuesday 24 November" not in page
    assert "Back to the first days" in page


def test_book_offers_only_channels_that_somebody_has(client):
    invitation = invited(client)
    advisor = make_advisor()
    advisor.openings.update(channels=["video"])

    page = words(client.get(url("book", invitation), {"channel": "phone"}))

    assert 'value="video" checked' in page
    assert 'value="phone"' not in page


def test_book_says_what_is_free_when_the_chosen_way_is_not(client):
    invitation = invited(client)
    make_advisor(name="Youssef Benali")
    visiting = make_advisor(name="Marit de Wit")
    visiting.openings.update(channels=["onsite"])

    page = words(client.get(url("book", invitation), {"channel": "phone", "advisor": visiting.pk}))

    assert "Nothing is free this way right now" in page
    assert "Phone call with another advisor, from Tuesday 24 November" in page


def test_book_without_advisors_says_whom_to_call(client):
    invitation = invited(client)

    page = words(client.get(url("book", invitation)))

    assert "There are no free moments right now" in page
    assert "06 00000900" in page


def test_book_leaves_out_the_recruiter_who_gave_the_rejection(client):
    recruiter = make_user(Role.RECRUITER, Role.ADVISOR, name="Robin Smit")
    invitation = invited(client, rejection=make_rejection(recruiter=recruiter))
    make_advisor(user=recruiter)

    page = words(client.get(url("book", invitation)))

    assert "There are no free moments right now" in page


@pytest.mark.parametrize(
    "query",
    [
        {"channel": "pigeon", "advisor": "me", "language": "xx", "since": "never"},
        {"advisor": "99999999999999999999"},
        {"since": "9999-12-31"},
    ],
)
def test_book_takes_odd_choices_as_none(client, query):
    invitation = invited(client)
    make_advisor()

    answer = client.get(url("book", invitation), query)

    assert answer.status_code == 200


def test_book_leads_to_the_appointment_that_stands(client):
    booking = booked(client)

    answer = client.get(url("book", booking.invitation))

    assert (answer.status_code, answer.url) == (302, url("appointment", booking))


def test_book_has_a_page_for_an_invitation_that_ended(client):
    invitation = invited(client, open_until=date(2026, 11, 22))

    page = words(client.get(url("book", invitation)))

    assert "This invitation has ended" in page
    assert "You could choose a moment until Sunday 22 November." in page


# Booking


def test_details_books_tells_both_and_shows_the_appointment(client):
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


def test_details_shows_the_chosen_moment_and_no_tick_in_advance(client):
    invitation = invited(client)
    make_advisor()

    page = words(client.get(url("details", invitation), sent()))

    assert "Tuesday 24 November at 10:30" in page
    assert "On which number may we call you?" in page
    assert 'name="wants_sms"' in page
    assert "checked" not in page


def test_details_asks_no_number_for_a_video_call_without_a_text(client):
    invitation = invited(client)
    make_advisor()

    client.post(url("details", invitation), sent(channel="video", phone="06 00000001"))

    assert [(booking.channel, booking.phone) for booking in Booking.objects.all()] == [("video", "")]


def test_details_uses_the_number_that_we_know_without_showing_it(client):
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
def test_details_keeps_what_was_typed_when_the_number_is_not_right(client, typed, sentence):
    invitation = invited(client)
    make_advisor()

    answer = client.post(url("details", invitation), sent(question="Wat telt?") | typed)

    assert answer.status_code == 400
    assert sentence in words(answer)
    assert "Wat telt?" in words(answer)
    assert Booking.objects.count() == 0


def test_details_keeps_everything_and_offers_others_when_the_moment_is_gone(client):
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


def test_details_books_one_of_the_others_with_one_more_click(client):
    invitation = invited(client)
    make_booking(advisor=make_advisor())

    client.post(url("details", invitation), sent(TEN))

    assert invitation.bookings.get().starts_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_details_offers_colleagues_when_the_advisor_has_nothing_left(client):
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
def test_details_refuses_a_moment_that_is_no_slot(client, slot):
    invitation = invited(client)
    make_advisor()

    answer = client.post(url("details", invitation), sent(slot))

    assert answer.status_code == 409
    assert "This moment is no longer free." in words(answer)
    assert Booking.objects.count() == 0


def test_details_refuses_a_channel_that_the_advisor_does_not_have(client):
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
def test_details_leads_back_to_choosing_when_the_choice_is_odd(client, typed, sentence):
    invitation = invited(client)
    make_advisor()

    asked = client.get(url("details", invitation), sent() | typed)
    posted = client.post(url("details", invitation), sent() | typed)

    assert (asked.status_code, posted.status_code) == (400, 400)
    assert sentence in words(asked)
    assert sentence in words(posted)
    assert "How do you want to talk?" in words(posted)


def test_details_gives_a_double_click_the_same_booking(client):
    invitation = invited(client)
    make_advisor()

    answers = [client.post(url("details", invitation), sent()) for _ in range(2)]

    assert [answer.url for answer in answers] == [url("appointment", Booking.objects.get())] * 2


def test_details_leads_to_the_appointment_when_another_one_stands(client):
    booking = booked(client)

    answer = client.post(url("details", booking.invitation), sent("2026-11-25T09:00Z"), follow=True)

    assert answer.redirect_chain[-1] == (url("appointment", booking), 302)
    assert "You already have an appointment." in words(answer)


def test_details_refuses_after_the_invitation_ended(client):
    invitation = invited(client, open_until=date(2026, 11, 22))
    make_advisor()

    answer = client.post(url("details", invitation), sent(), follow=True)

    assert "This invitation has ended" in words(answer)
    assert Booking.objects.count() == 0


# The appointment


def test_move_keeps_the_rest_and_takes_the_new_moment(client):
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


def test_move_offers_others_when_the_moment_is_gone(client):
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


def test_cancel_asks_first_and_thanks_after(client):
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


def test_prepare_keeps_topics_and_question(client):
    booking = booked(client)
    topic = make_topic()

    client.post(url("prepare", booking), {"topics": [topic.pk], "question": "Wat telt?\u202e"})

    booking.refresh_from_db()
    assert (list(booking.topics.all()), booking.question) == ([topic], "Wat telt?")


def test_prepare_gives_and_takes_back_the_consent_to_a_text(client):
    booking = booked(client, starts_at=WEDNESDAY_TEN)

    for tick, wants_sms in (({"wants_sms": "on"}, True), ({}, False)):
        answer = client.post(url("prepare", booking), {"question": ""} | tick)

        booking.refresh_from_db()
        assert (answer.status_code, booking.wants_sms) == (302, wants_sms)
    assert Consent.objects.get().withdrawn_at == NOW


@pytest.mark.parametrize("fields", [{"channel": "phone", "phone": "+31206241111"}, {"channel": "video", "phone": ""}])
def test_prepare_says_that_a_text_needs_a_mobile_number(client, fields):
    booking = booked(client, starts_at=WEDNESDAY_TEN, **fields)
    typed = {"question": "Wat telt?", "wants_sms": "on", "phone": "020 624 11 11"}

    answer = client.post(url("prepare", booking), typed)

    assert answer.status_code == 400
    assert "We can only send a text message to a mobile number." in words(answer)
    assert "Wat telt?" in words(answer)
    assert Consent.objects.count() == 0


def test_prepare_asks_for_a_number_only_when_it_can_be_used_for_a_text(client):
    booking = booked(client, channel="video", phone="", starts_at=WEDNESDAY_TEN)

    assert 'name="phone"' in words(client.get(url("prepare", booking)))
    client.post(url("prepare", booking), {"wants_sms": "on", "phone": "06 00000003"})

    booking.refresh_from_db()
    assert (booking.wants_sms, booking.phone) == (True, "+31600000003")
    assert 'name="phone"' not in words(client.get(url("prepare", booking)))


def test_prepare_promises_no_text_when_its_moment_is_over(client):
    booking = booked(client, starts_at=NOW + timedelta(hours=3))

    page = words(client.get(url("prepare", booking)))

    assert 'name="wants_sms"' not in page


def test_calendar_is_the_invite_of_this_appointment(client):
    booking = booked(client)

    answer = client.get(url("calendar", booking))

    assert answer["Content-Type"] == "text/calendar; method=REQUEST; charset=utf-8"
    assert f"UID:{booking.uid}@localhost" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"status": "completed"}, "Thank you for the talk"),
        ({"status": "no_show"}, "did not get to speak. That can happen."),
        ({"starts_at": NOW - timedelta(minutes=5)}, "Your talk is now"),
        ({"starts_at": NOW - timedelta(days=1)}, "Thank you for the talk"),
        ({"channel": "video"}, 'href="https://video.example/kamer"'),
    ],
)
def test_appointment_says_how_things_stand(client, fields, sentence):
    booking = booked(client, **fields)

    assert sentence in words(client.get(url("appointment", booking)))


# The first page


def test_home_of_somebody_without_invitation_says_what_will_come(client):
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
def test_home_says_how_things_stand(client, fields, sentence):
    booked(client, **fields)

    assert sentence in words(client.get(reverse("bookings:home")))


def test_home_thanks_after_a_cancellation_and_offers_a_new_choice(client):
    booking = booked(client)
    client.post(url("cancel", booking))

    page = words(client.get(reverse("bookings:home")))

    assert "You cancelled the talk of Tuesday 24 November. Thank you for letting us know." in page
    assert "Choose a new moment" in page


def test_home_shows_names_of_any_kind(client):
    name = "O’Neil \u202e <b>" + "Zoë 🎉" * 30
    invited(client, rejection=make_rejection(candidate=make_candidate(first_name=name)))

    page = client.get(reverse("bookings:home"))

    assert page.status_code == 200
    assert "<b>" not in page.content.decode()


# Who may not


DOORS = ["appointment", "move", "move_details", "cancel", "prepare", "calendar"]


@pytest.mark.parametrize("name", DOORS)
def test_appointment_of_somebody_else_does_not_exist(client, name):
    make_policy()
    booking = make_booking()
    come_in(client, make_candidate())

    assert client.get(url(name, booking)).status_code == 404


@pytest.mark.parametrize("name", ["book", "details"])
def test_invitation_of_somebody_else_does_not_exist(client, name):
    make_policy()
    invitation = make_invitation()
    come_in(client, make_candidate())

    assert client.get(url(name, invitation)).status_code == 404
    assert client.post(url("details", invitation), sent()).status_code == 404


@pytest.mark.parametrize("name", DOORS)
def test_appointment_without_a_session_leads_to_a_new_link(client, name):
    booking = make_booking()

    assert client.get(url(name, booking)).url == reverse("candidates:link_ended")


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_changes_nothing(client, method):
    booking = booked(client, advisor=make_advisor())
    other = make_invitation(rejection=make_rejection(candidate=booking.candidate))
    before = rows()

    for name in DOORS:
        getattr(client, method)(url(name, booking), sent())
    for name in ("book", "details"):
        getattr(client, method)(url(name, other), sent())

    assert rows() == before


# The short code of a text


def coded(**fields):
    make_policy()
    booking = make_booking(**fields)
    booking.code_digest = digest_of(code_of(booking.uid))
    booking.save()
    return booking, reverse("bookings:short", args=[code_of(booking.uid)])


def test_short_code_opens_its_own_appointment_only(client):
    booking, address = coded(advisor=make_advisor())
    other = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=booking.candidate)))

    page = words(client.get(address.lower(), follow=True))

    ended = reverse("candidates:link_ended")
    assert "Bereid je gesprek voor" not in page
    assert url("prepare", booking) not in page
    assert client.get(url("move", booking)).status_code == 200
    assert client.get(url("cancel", booking)).status_code == 200
    assert client.get(url("appointment", other)).url == ended
    assert client.get(url("prepare", booking)).url == ended
    assert client.get(reverse("bookings:home")).url == ended


@pytest.mark.parametrize("minutes", [20, 60 * 24])
def test_short_code_dies_when_the_talk_ends(client, minutes):
    booking, address = coded(starts_at=NOW - timedelta(minutes=minutes))

    answer = client.get(address)

    assert answer.status_code == 404
    assert reverse("candidates:new_link") in words(answer)
    assert booking.status == "booked"


def test_short_session_dies_when_the_talk_ends(client):
    booking, address = coded(advisor=make_advisor(), starts_at=NOW + timedelta(minutes=30))
    client.get(address)

    with time_machine.travel(NOW + timedelta(minutes=51), tick=False):
        answers = [client.get(url(name, booking)).status_code for name in ("appointment", "move")]

    assert answers[0] == 404
    assert answers[1] == 302


def test_short_code_keeps_a_whole_session(client):
    booking, address = coded()
    come_in(client, booking.candidate)

    client.get(address)

    assert client.get(reverse("bookings:home")).status_code == 200


def test_short_code_cannot_be_guessed_without_end(client):
    make_policy()

    answers = {client.get(reverse("bookings:short", args=["AAAAAAAAAA"])).status_code for _ in range(31)}

    assert answers == {404, 429}


# Speed


def test_book_asks_the_database_as_often_with_twenty_advisors_and_500_bookings(client):
    invitation = invited(client)
    make_advisor()
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url("book", invitation))
    advisors = [make_advisor() for _ in range(19)]
    for number in range(500):
        starts_at = NOW - timedelta(days=100) + timedelta(hours=number)
        Booking.objects.create(
            invitation=invitation,
            advisor=advisors[number % 19],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=20),
            channel="video",
            language="nl",
            status="cancelled",
            booked_at=NOW,
            cancelled_at=NOW,
            cancelled_by="candidate",
        )

    with CaptureQueriesContext(connection) as many:
        client.get(url("book", invitation))

    assert len(many) == len(few)
    assert len(few) <= 18
