"""Calendar replies are stored, shown and asked about; they cancel and move nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel_booking
from bookings.appointments.reschedule import reschedule_booking
from bookings.calendar.invites import event_uid
from bookings.models import Booking, CalendarReply
from bookings.reassignment.reassign import reassign_booking
from bookings.replies.calendar_replies import process_calendar_replies
from candidates.access.services import link_url_for
from core.actors import SYSTEM
from organisation.models import AuditEvent
from outbox.models import IncomingMail, Message
from tests.calendar_replies import COUNTERS, REPLIES, STAMPED, Said, google, google_counter, outlook_counter
from tests.factories import (
    CANDIDATE,
    NOW,
    NUMBER,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = STAMPED + timedelta(minutes=5)
FREE, TAKEN = WEDNESDAY_TEN, datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # outside the opening hours
BARE = ("kind", "recipient", "state")


@pytest.fixture
def booking():
    make_policy()
    return make_booking(sequence=2)


def reply_of(booking, **more):
    """Reply of the candidate to the booking as it is."""
    known = {"uid": event_uid(booking), "attendee": booking.candidate.email, "sequence": booking.sequence}
    return Said(**known | more)


def receive_reply(text, booking, *, sender=None, now=LATER, about=None):
    """Store a mail with this reply, process it and return its outcome."""
    mail = IncomingMail.objects.create(
        digest=str(next(NUMBER)),
        about=about or f"booking:{booking.pk}",
        kind="calendar",
        sender=sender or booking.candidate.email,
        subject="Antwoord",
        text="Sevda heeft geantwoord.",
        calendar=text,
        received_at=now,
    )
    process_calendar_replies(now=now)
    mail.refresh_from_db()
    return mail.outcome or (mail.kind, mail.handled_at)


def stored(party="candidate"):
    fields = ("answer", "sequence", "stamped_at", "proposed_starts_at", "proposed_is_free")
    return CalendarReply.objects.filter(party=party).values_list(*fields).first()


def letters():
    return list(Message.objects.order_by("pk").values_list(*BARE))


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "actor", "origin"))


@pytest.mark.parametrize(("partstat", "action"), [("ACCEPTED", "answer.accept"), ("TENTATIVE", "answer.tentative")])
@pytest.mark.parametrize("program", REPLIES)
def test_accepted_and_tentative_are_stored_without_a_message(booking, program, partstat, action):
    answer = partstat.lower()

    assert receive_reply(REPLIES[program](reply_of(booking, partstat=partstat)), booking) == answer

    assert stored() == (answer, 2, STAMPED, None, None)
    assert letters() == []
    assert trail() == [(action, f"candidate:{booking.candidate.pk}", "calendar")]


@pytest.mark.parametrize("program", REPLIES)
def test_declined_asks_the_candidate_and_cancels_nothing(booking, program):
    assert receive_reply(REPLIES[program](reply_of(booking, partstat="DECLINED")), booking) == "declined"

    assert stored() == ("declined", 2, STAMPED, None, None)
    assert letters() == [("declined_in_calendar", booking.candidate.email, "queued")]
    text = Message.objects.get().text
    assert f"Bevestig dat hier: {address(booking, 'cancel/')}\n" in text
    assert "Daarmee is je gesprek nog niet afgezegd." in text
    assert Booking.objects.get().status == "booked"


def test_declined_by_the_advisor_tells_them_that_the_booking_is_not_cancelled(booking):
    mail = booking.advisor.user.email

    assert (
        receive_reply(google(reply_of(booking, partstat="DECLINED", attendee=mail)), booking, sender=mail) == "declined"
    )

    assert stored("advisor") == ("declined", 2, STAMPED, None, None)
    assert letters() == [("advisor_declined_in_calendar", mail, "queued")]
    text = Message.objects.get().text
    assert f"Of draag het over aan een collega: http://localhost:8000/talks/{booking.pk}/hand-over/\n" in text
    assert booking.candidate.last_name not in text


def test_a_changed_reply_withdraws_the_question_about_the_previous_one(booking):
    says = ["DECLINED", "ACCEPTED", "DECLINED", "ACCEPTED"]
    for minute, partstat in enumerate(says):
        receive_reply(
            google(reply_of(booking, partstat=partstat, stamped_at=STAMPED + timedelta(minutes=minute))), booking
        )

    assert [state for *_who, state in letters()] == ["suppressed", "suppressed"]


def test_the_same_question_is_sent_three_times_at_most(booking):
    for minute in range(10):
        partstat = ("DECLINED", "ACCEPTED")[minute % 2]
        receive_reply(
            google(reply_of(booking, partstat=partstat, stamped_at=STAMPED + timedelta(minutes=minute))), booking
        )
        Message.objects.filter(state="queued").update(state="sent", sent_at=LATER)

    assert [state for *_who, state in letters()] == ["sent"] * 3


@pytest.mark.parametrize("program", COUNTERS)
def test_a_proposed_time_that_is_free_can_be_confirmed(booking, program):
    said = reply_of(booking, starts_at=FREE, local="20261125T100000")

    assert receive_reply(COUNTERS[program](said), booking) == "counter"

    assert stored() == ("counter", 2, STAMPED, FREE, True)
    assert letters() == [("proposed_moment", booking.candidate.email, "queued")]
    letter = Message.objects.get()
    assert letter.subject == "Wil je je gesprek verzetten naar woensdag 25 november om 10.00 uur?"
    assert f"Bevestig het hier: {address(booking, 'move/proposed/')}\n" in letter.text
    assert Booking.objects.get().starts_at == booking.starts_at


def test_a_proposed_time_that_is_not_free_gets_the_nearest_slots(booking):
    assert receive_reply(google_counter(reply_of(booking, starts_at=TAKEN)), booking) == "counter"

    assert stored() == ("counter", 2, STAMPED, TAKEN, False)
    text = Message.objects.get().text
    assert (
        "Dat moment is helaas niet vrij. Deze momenten zijn het wel:\n\n- woensdag 25 november om 09.00 uur\n" in text
    )
    assert f"Kies een ander moment: {address(booking, 'move/')}\n" in text


def test_a_proposal_after_the_deadline_is_too_late(booking):
    make_policy(cancel_until_hours=48)

    receive_reply(google_counter(reply_of(booking, starts_at=FREE)), booking)

    assert stored() == ("counter", 2, STAMPED, FREE, False)
    assert "Verzetten kan helaas niet meer." in Message.objects.get().text


def test_the_letter_uses_the_language_and_time_zone_of_the_candidate():
    make_policy()
    candidate = make_candidate(language="en", time_zone="America/Paramaribo")
    booking = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)))

    receive_reply(google_counter(reply_of(booking, starts_at=FREE)), booking)

    assert "Through your calendar you proposed another time: Wednesday 25 November at 06:00.\n" in letter_text()


@pytest.mark.parametrize(("proposed", "words"), [(FREE, "Dat moment is vrij."), (TAKEN, "niet vrij in Spreekuur.")])
def test_a_proposal_of_the_advisor_links_to_the_reschedule_page(booking, proposed, words):
    mail = booking.advisor.user.email

    receive_reply(google_counter(reply_of(booking, starts_at=proposed, attendee=mail)), booking, sender=mail)

    assert stored("advisor") == ("counter", 2, STAMPED, proposed, proposed == FREE)
    assert letters() == [("advisor_proposed_moment", mail, "queued")]
    value = f"2026-11-25T{proposed:%H}%3A00Z"
    assert f"http://localhost:8000/talks/{booking.pk}/move/?since=2026-11-25&slot={value}\n" in letter_text()
    assert words in letter_text()


def test_a_proposal_of_the_current_start_is_an_ordinary_answer(booking):
    assert receive_reply(google_counter(reply_of(booking, starts_at=booking.starts_at)), booking) == "tentative"


@pytest.mark.parametrize("comment", ["Ik kan niet bellen"])
def test_the_comment_of_a_reply_is_forwarded_to_the_advisor(booking, comment):
    assert receive_reply(google(reply_of(booking, comment=comment)), booking) == ("letter", None)

    assert stored() == ("accepted", 2, STAMPED, None, None)
    assert list(IncomingMail.objects.values_list("text", "subject", "calendar")) == [
        (f"Antwoord van een agenda: komt.\n\n{comment}", "Antwoord", "")
    ]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"partstat": "DECLINED"}, "komt niet."),
        ({"partstat": "TENTATIVE"}, "komt misschien."),
        ({"starts_at": TAKEN}, "stelt woensdag 25 november om 13.00 uur voor."),
    ],
)
def test_a_reply_from_another_account_is_forwarded_as_a_sentence(booking, said, sentence):
    """Many people read mail at one address and have their calendar at another, for example at iCloud."""
    account = "sevda@icloud.example"
    write = google_counter if "starts_at" in said else google
    text = write(reply_of(booking, attendee=account, comment="Bel me even", **said))

    receive_reply(text, booking, sender=account)

    [words] = IncomingMail.objects.values_list("text", flat=True)
    assert words == f"Antwoord van een agenda: {sentence}\n\nBel me even\n\nSevda heeft geantwoord."


@pytest.mark.parametrize("change", [{"sequence": 1}, {"stamped_at": STAMPED - timedelta(hours=1)}])
def test_the_comment_of_an_outdated_reply_is_forwarded_too(booking, change):
    receive_reply(google(reply_of(booking)), booking)

    assert receive_reply(google(reply_of(booking, comment="Ik ben ziek", **change)), booking) == ("letter", None)
    assert IncomingMail.objects.get(kind="letter").text == "Ik ben ziek"
    assert stored() == ("accepted", 2, STAMPED, None, None)


REJECTED = {
    "of an earlier state": (lambda said: replace(said, sequence=1), {}, "old"),
    "of another talk": (lambda said: replace(said, uid="other@localhost"), {}, "unknown"),
    "to an address of no talk": (lambda said: said, {"about": "booking:987654"}, "unknown"),
    "to an address of something else": (lambda said: said, {"about": "house"}, "unknown"),
    "with a forged sender": (lambda said: said, {"sender": "iemand@elders.example"}, ("letter", None)),
    "of somebody else": (
        lambda said: replace(said, attendee="iemand@elders.example"),
        {"sender": "iemand@elders.example"},
        ("letter", None),
    ),
    "passed on": (lambda said: replace(said, partstat="DELEGATED"), {}, ("letter", None)),
}


@pytest.mark.parametrize("why", REJECTED)
def test_a_reply_that_does_not_count_changes_nothing(booking, why):
    change, how, outcome = REJECTED[why]

    assert receive_reply(google(change(reply_of(booking, partstat="DECLINED"))), booking, **how) == outcome

    assert (stored(), letters(), trail()) == (None, [], [])


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("BEGIN:VCALENDAR\nMETHOD:REFRESH\n", "not_asked"), ("Nee\n", ("letter", None)), ("", ("letter", None))],
)
def test_another_method_is_ignored_and_invalid_content_is_forwarded(booking, text, outcome):
    whole = google(reply_of(booking)).replace("METHOD:REPLY", "METHOD:REFRESH") if outcome == "not_asked" else text

    assert receive_reply(whole, booking) == outcome
    assert (stored(), letters(), trail()) == (None, [], [])


def test_the_sender_is_compared_without_case(booking):
    assert receive_reply(google(reply_of(booking)), booking, sender=booking.candidate.email.upper()) == "accepted"


def test_a_reply_after_the_cancellation_changes_nothing(booking):
    said = reply_of(booking, partstat="DECLINED", sequence=9)
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    before = letters()

    assert receive_reply(google(said), booking) == "over"
    assert (stored(), letters()) == (None, before)


def test_a_reply_after_the_start_changes_nothing(booking):
    assert receive_reply(google(reply_of(booking, partstat="DECLINED")), booking, now=booking.starts_at) == "over"


def test_a_reply_from_before_a_move_is_outdated(booking):
    said = reply_of(booking)
    receive_reply(google(said), booking)
    reschedule_booking(booking=booking, starts_at=FREE, remark="", actor=SYSTEM, now=LATER)

    assert receive_reply(google(replace(said, partstat="DECLINED", stamped_at=LATER)), booking) == "old"
    assert Booking.objects.get().candidate_reply is None


def test_a_move_withdraws_the_pending_question(booking):
    receive_reply(google(reply_of(booking, partstat="DECLINED")), booking)

    reschedule_booking(booking=booking, starts_at=FREE, remark="", actor=SYSTEM, now=LATER)

    assert Message.objects.filter(kind="declined_in_calendar").values_list("state", "reason").get() == (
        "suppressed",
        "withdrawn",
    )


def test_a_reply_of_the_previous_advisor_does_not_count(booking):
    mail = booking.advisor.user.email
    reassign_booking(booking=booking, to_advisor_id=make_advisor().pk, remark="", actor=SYSTEM, now=NOW)
    booking.refresh_from_db()
    before = letters()

    said = reply_of(booking, attendee=mail, partstat="DECLINED")

    assert receive_reply(google(said), booking, sender=mail) == "old"
    assert (stored("advisor"), letters()) == (None, before)


def test_the_same_reply_twice_counts_once(booking):
    declined = google(reply_of(booking, partstat="DECLINED"))

    assert [receive_reply(declined, booking), receive_reply(declined, booking)] == ["declined", "declined"]
    assert len(letters()) == len(trail()) == CalendarReply.objects.count() == 1


def test_replies_out_of_order_end_with_the_latest_stamp(booking):
    said = reply_of(booking, partstat="DECLINED", stamped_at=STAMPED + timedelta(minutes=3))
    earlier = replace(said, partstat="ACCEPTED", stamped_at=STAMPED)
    latest = replace(said, stamped_at=STAMPED + timedelta(minutes=4))

    outcomes = [receive_reply(google(one), booking) for one in (said, latest, earlier, said)]

    assert outcomes == ["declined", "declined", "old", "old"]
    assert stored() == ("declined", 2, latest.stamped_at, None, None)
    assert len(letters()) == 1


def test_a_reply_stamped_in_the_future_does_not_block_later_ones(booking):
    receive_reply(google(reply_of(booking, stamped_at=datetime(2199, 1, 1, tzinfo=UTC))), booking)

    said = reply_of(booking, partstat="DECLINED", stamped_at=LATER + timedelta(minutes=1))

    assert receive_reply(google(said), booking, now=LATER + timedelta(minutes=2)) == "declined"


def test_a_mail_is_processed_once(booking):
    receive_reply(outlook_counter(reply_of(booking, local="20261125T100000")), booking)

    assert process_calendar_replies(now=LATER) == 0


def letter_text():
    return Message.objects.get().text


def address(booking, page):

    return link_url_for(booking.candidate, f"appointments/{booking.pk}/{page}")
