"""Text of messages about a booking, in both languages."""

import pytest

from bookings.appointments.cancel import cancel_booking
from bookings.appointments.move import move_booking
from bookings.appointments.reschedule import reschedule_booking
from bookings.models import Booking
from bookings.notifications import mail_reminder
from bookings.reassignment.reassign import reassign_booking
from core.actors import SYSTEM, Actor
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = pytest.mark.django_db
WORD = "Mijn kind is ziek.\n\nHet ligt niet aan jou."
TOLD = {
    "handed_over": lambda talk, **told: reassign_booking(
        booking=talk, to_advisor_id=make_advisor(name="Ans de Boer").pk, **told
    ),
    "cancelled_by_advisor": lambda talk, **told: cancel_booking(booking=talk, by=Booking.CancelledBy.ADVISOR, **told),
    "moved": lambda talk, **told: reschedule_booking(booking=talk, starts_at=WEDNESDAY_TEN, **told),
}


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


def talk_of(language="nl", **fields):
    rejection = make_rejection(candidate=make_candidate(language=language))
    return make_booking(invitation=make_invitation(rejection=rejection), **fields)


@pytest.mark.parametrize("kind", TOLD)
@pytest.mark.parametrize(("language", "writes"), [("nl", "Marit de Wit schrijft:"), ("en", "Marit de Wit writes:")])
def test_remark_is_signed_with_the_name_of_its_writer(kind, language, writes):
    writer = Actor.of(make_user(name="Marit de Wit"))

    TOLD[kind](talk_of(language), remark=WORD, actor=writer, now=NOW)

    assert f'\n\n{writes} "{WORD}"\n\n' in Message.objects.get(kind=kind).text


@pytest.mark.parametrize("kind", TOLD)
def test_remark_of_an_unknown_writer_is_not_signed(kind):
    TOLD[kind](talk_of(), remark=WORD, actor=SYSTEM, now=NOW)

    assert f"\n\n{WORD}\n\n" in Message.objects.get(kind=kind).text


@pytest.mark.parametrize("kind", TOLD)
def test_message_without_a_remark_names_no_writer(kind):
    TOLD[kind](talk_of(), remark="", actor=Actor.of(make_user()), now=NOW)

    assert "schrijft" not in Message.objects.get(kind=kind).text


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("nl", "Je afspraak is verzet naar woensdag 25 november om 10.00 uur"),
        ("en", "Your appointment has moved to Wednesday 25 November at 10:00"),
    ],
)
def test_the_subject_of_a_move_says_the_time(language, subject):
    move_booking(booking=talk_of(language), request=make_booking_request(WEDNESDAY_TEN), actor=CANDIDATE, now=NOW)

    assert Message.objects.get(kind="moved").subject == subject


@pytest.mark.parametrize(
    ("language", "channel", "line"),
    [
        ("nl", "phone", "Je hoeft je niet voor te bereiden. Een rustige plek helpt wel."),
        ("nl", "onsite", "Je hoeft je niet voor te bereiden."),
        ("en", "video", "You do not have to prepare. A quiet place does help."),
        ("en", "onsite", "You do not have to prepare."),
    ],
)
def test_quiet_place_is_asked_for_phone_and_video(language, channel, line):
    letter = mail_reminder(talk_of(language, channel=channel), make_policy())

    assert f"\n\n{line}\n\n" in letter.text


@pytest.mark.parametrize("by", ["candidate", "advisor"])
@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", "Met de bijlage haal je de afspraak uit je agenda."),
        ("en", "The attached file takes the appointment out of your calendar."),
    ],
)
def test_a_cancellation_says_what_its_attachment_is_for(by, language, line):
    cancel_booking(booking=talk_of(language), by=by, actor=CANDIDATE, now=NOW)

    letter = Message.objects.get(kind=f"cancelled_by_{by}")
    assert (f"\n\n{line}\n\n" in letter.text, letter.calendar_method) == (True, "CANCEL")
