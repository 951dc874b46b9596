from datetime import date, time, timedelta

import pytest

from advisors.availability.errors import SlotTaken
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_booking
from bookings.appointments.prepare import save_preparation
from bookings.errors import (
    AlreadyBooked,
    AlreadyCompleted,
    BookingNotActive,
    InvitationClosed,
    MobileNeeded,
    PhoneNeeded,
)
from candidates.models import Consent
from organisation.models import AuditEvent, Role
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_opening,
    make_policy,
    make_rejection,
    make_topic,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def booked(request, invitation=None, now=NOW):
    return book(invitation=invitation or make_invitation(), request=request, actor=CANDIDATE, now=now)


def test_book_creates_the_booking_and_reserves_the_time():
    advisor = make_advisor()

    booking = booked(make_booking_request(advisor=advisor, channel="onsite"))

    assert (booking.starts_at, booking.advisor, booking.status) == (TUESDAY_HALF_PAST_TEN, advisor, "booked")
    assert booking.location == advisor.openings.first().location
    assert (booking.ends_at - booking.starts_at, booking.entry.busy_until - booking.ends_at) == (
        timedelta(minutes=20),
        timedelta(minutes=10),
    )


def test_book_sends_both_sides_a_calendar_invite():
    advisor = make_advisor()

    booking = booked(make_booking_request(advisor=advisor))

    assert list(Message.objects.order_by("pk").values_list("kind", "recipient", "calendar_method")) == [
        ("confirmation", booking.candidate.email, "REQUEST"),
        ("advisor_booked", advisor.user.email, "REQUEST"),
    ]
    assert AuditEvent.objects.values_list("action", "about").get() == ("booking.book", f"booking:{booking.pk}")


def test_the_confirmation_names_time_advisor_and_channel():
    booked(make_booking_request(advisor=make_advisor(name="Youssef Benali")))

    letter = Message.objects.get(kind="confirmation")
    assert letter.subject == "Je afspraak: dinsdag 24 november om 10.30 uur"
    assert "Met: Youssef Benali, loopbaanadviseur" in letter.text
    assert "Hoe: Youssef Benali belt je op 06 ·· ·· 01." in letter.text


def test_book_keeps_the_consent_to_sms():
    booking = booked(make_booking_request(advisor=make_advisor(), wants_sms=True))

    consent = Consent.objects.get()
    assert (consent.purpose, consent.scope, consent.given_at) == ("sms", f"booking:{booking.pk}", NOW)


def test_book_assigns_the_advisor_with_the_fewest_bookings_without_preference():
    busy, calm = make_advisor(), make_advisor()
    make_booking(advisor=busy, starts_at=WEDNESDAY_TEN)

    assert booked(make_booking_request()).advisor == calm


def test_book_never_assigns_the_recruiter_who_gave_the_rejection():
    recruiter = make_user(Role.RECRUITER, Role.ADVISOR, name="Hannah Postma")
    hannah = make_advisor(user=recruiter)
    invitation = make_invitation(rejection=make_rejection(vacancy=make_vacancy(recruiter=recruiter)))

    with pytest.raises(SlotTaken):
        booked(make_booking_request(), invitation)
    with pytest.raises(SlotTaken):
        booked(make_booking_request(advisor=hannah), invitation)


def test_the_same_request_twice_is_one_booking():
    invitation, request = make_invitation(), make_booking_request(advisor=make_advisor())

    assert booked(request, invitation) == booked(request, invitation)
    assert Message.objects.count() == 2


def test_another_request_must_be_a_move():
    invitation, advisor = make_invitation(), make_advisor()
    booked(make_booking_request(advisor=advisor), invitation)

    with pytest.raises(AlreadyBooked):
        booked(make_booking_request(WEDNESDAY_TEN, advisor=advisor), invitation)


def test_book_refuses_a_taken_slot_and_offers_alternatives():
    advisor = make_advisor()
    make_booking(advisor=advisor)

    with pytest.raises(SlotTaken) as refused:
        booked(make_booking_request(advisor=advisor))

    assert len(refused.value.alternatives) == 6
    assert TUESDAY_HALF_PAST_TEN not in [slot.starts_at for slot in refused.value.alternatives]
    assert advisor.bookings.count() == 1
    assert AuditEvent.objects.values_list("action", "result").get() == ("booking.book", "slot_taken")


@pytest.mark.parametrize(
    ("shift", "why"),
    [
        (timedelta(days=-7), "in the past"),
        (timedelta(hours=-1, minutes=-30), "within the notice"),
        (timedelta(minutes=7), "off the grid"),
        (timedelta(hours=5), "outside the hours"),
        (timedelta(days=4), "at the weekend"),
        (timedelta(days=35), "beyond the horizon"),
        (timedelta(days=31), "on Christmas Day"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_book_refuses_a_start_that_is_not_a_slot(shift, why, policy):
    type(policy).objects.update(horizon_days=34)
    advisor = make_advisor()

    with pytest.raises(SlotTaken):
        booked(make_booking_request(TUESDAY_HALF_PAST_TEN + shift, advisor=advisor))


def test_book_refuses_a_slot_in_an_absence():
    advisor = make_advisor()
    make_absence(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN, ends_at=TUESDAY_HALF_PAST_TEN + timedelta(hours=1))

    with pytest.raises(SlotTaken):
        booked(make_booking_request(advisor=advisor))


def test_book_refuses_what_is_over_the_cap():
    advisor = make_advisor(max_per_day=1)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(hours=1))

    with pytest.raises(SlotTaken):
        booked(make_booking_request(advisor=advisor))


def test_book_refuses_a_channel_or_language_that_this_advisor_does_not_offer():
    advisor = make_advisor(hours=False, languages=["nl"])
    make_opening(advisor=advisor, weekday=1, starts=time(9), ends=time(12), channels=["phone"])

    for fields in ({"channel": "video"}, {"language": "en"}):
        with pytest.raises(SlotTaken):
            booked(make_booking_request(advisor=advisor, **fields))


def test_book_refuses_an_advisor_who_stopped():
    with pytest.raises(SlotTaken):
        booked(make_booking_request(advisor=make_advisor(is_active=False)))


@pytest.mark.parametrize("fields", [{"open_until": date(2026, 11, 22)}, {"withdrawn_at": NOW}])
def test_book_refuses_an_invitation_that_ended(fields):
    with pytest.raises(InvitationClosed):
        booked(make_booking_request(advisor=make_advisor()), make_invitation(**fields))


@pytest.mark.parametrize("starts_at", [TUESDAY_HALF_PAST_TEN, WEDNESDAY_TEN])
def test_book_refuses_a_second_booking_after_a_completed_one(starts_at):
    held = make_booking(status="completed")

    with pytest.raises(AlreadyCompleted):
        booked(make_booking_request(starts_at, advisor=held.advisor), held.invitation)

    assert held.invitation.bookings.get() == held


def test_candidate_can_book_again_after_a_no_show():
    missed = make_booking(status="no_show")

    again = booked(make_booking_request(WEDNESDAY_TEN, advisor=missed.advisor), missed.invitation)

    assert (again.status, missed.invitation.bookings.count()) == ("booked", 2)


@pytest.mark.parametrize("fields", [{"channel": "phone"}, {"channel": "video", "wants_sms": True}])
def test_book_asks_for_a_number_only_when_it_is_needed(fields):
    advisor = make_advisor()

    with pytest.raises(PhoneNeeded):
        booked(make_booking_request(advisor=advisor, phone="", **fields))

    assert booked(make_booking_request(advisor=advisor, phone="", channel="video")).phone == ""


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_book_refuses_a_sms_to_a_landline(channel):
    advisor = make_advisor()

    with pytest.raises(MobileNeeded):
        booked(make_booking_request(advisor=advisor, phone="+31206241111", channel=channel, wants_sms=True))

    assert booked(make_booking_request(advisor=advisor, phone="+31206241111")).phone == "+31206241111"


def test_prepare_saves_topics_and_question_until_the_end():
    booking = make_booking()
    topic = make_topic()

    save_preparation(booking=booking, topic_ids=(topic.pk,), question="Wat nu?", actor=CANDIDATE, now=NOW)

    booking.refresh_from_db()
    assert (booking.question, list(booking.topics.all())) == ("Wat nu?", [topic])
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    with pytest.raises(BookingNotActive):
        save_preparation(booking=booking, topic_ids=(), question="", actor=CANDIDATE, now=NOW)
