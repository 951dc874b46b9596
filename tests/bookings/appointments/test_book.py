from datetime import date, time, timedelta

import pytest

from advisors.availability.errors import SlotTaken
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel
from bookings.appointments.prepare import prepare
from bookings.errors import AlreadyBooked, AlreadyTalked, InvitationClosed, MobileNeeded, NotStanding, PhoneNeeded
from bookings.models import Topic
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
    make_invitation,
    make_opening,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_wish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def booked(wish, invitation=None, now=NOW):
    return book(invitation=invitation or make_invitation(), wish=wish, actor=CANDIDATE, now=now)


def test_book_gives_the_moment_and_takes_the_time():
    advisor = make_advisor()

    booking = booked(make_wish(advisor=advisor, channel="onsite"))

    assert (booking.starts_at, booking.advisor, booking.status) == (TUESDAY_HALF_PAST_TEN, advisor, "booked")
    assert booking.location == advisor.openings.first().location
    assert (booking.ends_at - booking.starts_at, booking.entry.busy_until - booking.ends_at) == (
        timedelta(minutes=20),
        timedelta(minutes=10),
    )


def test_book_writes_to_both_with_the_calendar_object():
    advisor = make_advisor()

    booking = booked(make_wish(advisor=advisor))

    assert list(Message.objects.order_by("pk").values_list("kind", "recipient", "calendar_method")) == [
        ("confirmation", booking.candidate.email, "REQUEST"),
        ("advisor_booked", advisor.user.email, "REQUEST"),
    ]
    assert AuditEvent.objects.values_list("action", "about").get() == ("booking.book", f"booking:{booking.pk}")


def test_the_confirmation_says_when_with_whom_and_how():
    booked(make_wish(advisor=make_advisor(name="Youssef Benali")))

    letter = Message.objects.get(kind="confirmation")
    assert letter.subject == "Je afspraak: dinsdag 24 november om 10.30 uur"
    assert "Met: Youssef Benali, loopbaanadviseur" in letter.text
    assert "Hoe: Youssef Benali belt je op 06 ·· ·· 01." in letter.text


def test_book_keeps_the_consent_to_text_messages():
    booking = booked(make_wish(advisor=make_advisor(), wants_sms=True))

    consent = Consent.objects.get()
    assert (consent.purpose, consent.scope, consent.given_at) == ("sms", f"booking:{booking.pk}", NOW)


def test_book_takes_whoever_has_fewest_talks_when_the_candidate_has_no_preference():
    busy, calm = make_advisor(), make_advisor()
    make_booking(advisor=busy, starts_at=WEDNESDAY_TEN)

    assert booked(make_wish()).advisor == calm


def test_book_never_gives_the_talk_to_the_recruiter_of_this_rejection():
    recruiter = make_user(Role.RECRUITER, Role.ADVISOR, name="Hannah Postma")
    hannah = make_advisor(user=recruiter)
    invitation = make_invitation(rejection=make_rejection(vacancy=make_vacancy(recruiter=recruiter)))

    with pytest.raises(SlotTaken):
        booked(make_wish(), invitation)
    with pytest.raises(SlotTaken):
        booked(make_wish(advisor=hannah), invitation)


def test_the_same_wish_twice_is_one_booking():
    invitation, wish = make_invitation(), make_wish(advisor=make_advisor())

    assert booked(wish, invitation) == booked(wish, invitation)
    assert Message.objects.count() == 2


def test_another_wish_must_be_a_move():
    invitation, advisor = make_invitation(), make_advisor()
    booked(make_wish(advisor=advisor), invitation)

    with pytest.raises(AlreadyBooked):
        booked(make_wish(WEDNESDAY_TEN, advisor=advisor), invitation)


def test_book_refuses_a_moment_that_is_taken_and_names_others():
    advisor = make_advisor()
    make_booking(advisor=advisor)

    with pytest.raises(SlotTaken) as refused:
        booked(make_wish(advisor=advisor))

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
def test_book_refuses_a_moment_that_is_not_offered(shift, why, policy):
    type(policy).objects.update(horizon_days=34)
    advisor = make_advisor()

    with pytest.raises(SlotTaken):
        booked(make_wish(TUESDAY_HALF_PAST_TEN + shift, advisor=advisor))


def test_book_refuses_a_moment_in_an_absence():
    advisor = make_advisor()
    make_absence(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN, ends_at=TUESDAY_HALF_PAST_TEN + timedelta(hours=1))

    with pytest.raises(SlotTaken):
        booked(make_wish(advisor=advisor))


def test_book_refuses_what_is_over_the_cap():
    advisor = make_advisor(max_per_day=1)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(hours=1))

    with pytest.raises(SlotTaken):
        booked(make_wish(advisor=advisor))


def test_book_refuses_a_channel_or_language_that_this_advisor_does_not_offer():
    advisor = make_advisor(hours=False, languages=["nl"])
    make_opening(advisor=advisor, weekday=1, starts=time(9), ends=time(12), channels=["phone"])

    for fields in ({"channel": "video"}, {"language": "en"}):
        with pytest.raises(SlotTaken):
            booked(make_wish(advisor=advisor, **fields))


def test_book_refuses_an_advisor_who_stopped():
    with pytest.raises(SlotTaken):
        booked(make_wish(advisor=make_advisor(is_active=False)))


@pytest.mark.parametrize("fields", [{"open_until": date(2026, 11, 22)}, {"withdrawn_at": NOW}])
def test_book_refuses_an_invitation_that_ended(fields):
    with pytest.raises(InvitationClosed):
        booked(make_wish(advisor=make_advisor()), make_invitation(**fields))


@pytest.mark.parametrize("starts_at", [TUESDAY_HALF_PAST_TEN, WEDNESDAY_TEN])
def test_book_refuses_a_second_talk_when_the_first_was_held(starts_at):
    held = make_booking(status="completed")

    with pytest.raises(AlreadyTalked):
        booked(make_wish(starts_at, advisor=held.advisor), held.invitation)

    assert held.invitation.bookings.get() == held


def test_who_missed_the_talk_can_book_again():
    missed = make_booking(status="no_show")

    again = booked(make_wish(WEDNESDAY_TEN, advisor=missed.advisor), missed.invitation)

    assert (again.status, missed.invitation.bookings.count()) == ("booked", 2)


@pytest.mark.parametrize("fields", [{"channel": "phone"}, {"channel": "video", "wants_sms": True}])
def test_book_asks_for_a_number_only_when_it_is_needed(fields):
    advisor = make_advisor()

    with pytest.raises(PhoneNeeded):
        booked(make_wish(advisor=advisor, phone="", **fields))

    assert booked(make_wish(advisor=advisor, phone="", channel="video")).phone == ""


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_book_refuses_a_text_message_to_a_landline(channel):
    advisor = make_advisor()

    with pytest.raises(MobileNeeded):
        booked(make_wish(advisor=advisor, phone="+31206241111", channel=channel, wants_sms=True))

    assert booked(make_wish(advisor=advisor, phone="+31206241111")).phone == "+31206241111"


def test_prepare_keeps_topics_and_question_until_the_talk_is_over():
    booking = make_booking()
    topic = Topic.objects.first() or Topic.objects.create(code="cv", label_nl="Mijn cv", label_en="My CV")

    prepare(booking=booking, topic_ids=(topic.pk,), question="Wat nu?", actor=CANDIDATE, now=NOW)

    booking.refresh_from_db()
    assert (booking.question, list(booking.topics.all())) == ("Wat nu?", [topic])
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    with pytest.raises(NotStanding):
        prepare(booking=booking, topic_ids=(), question="", actor=CANDIDATE, now=NOW)
