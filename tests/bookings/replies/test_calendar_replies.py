"""What calendar programs answer is kept, shown and asked about; it cancels and moves nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bookings.appointments.cancel import cancel
from bookings.appointments.reschedule import reschedule
from bookings.calendar.invites import uid_of
from bookings.models import Booking, CalendarAnswer
from bookings.reassignment.reassign import hand_over
from bookings.replies.calendar_replies import take_calendar_answers
from candidates.access.services import address_for
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

pytestmark = pytest.mark.django_db
LATER = STAMPED + timedelta(minutes=5)
FREE, TAKEN = WEDNESDAY_TEN, datetime(2026, 11, 25, 12, 0, tzinfo=UTC)  # after the hours
BARE = ("kind", "recipient", "state")


@pytest.fixture
def booking():
    make_policy()
    return make_booking(sequence=2)


def said_of(booking, **more):
    """By the candidate, of the talk as it is."""
    known = {"uid": uid_of(booking), "attendee": booking.candidate.email, "sequence": booking.sequence}
    return Said(**known | more)


def bring(text, booking, *, sender=None, now=LATER, about=None):
    """A mail with this answer comes in and the worker looks; returns what became of it."""
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
    take_calendar_answers(now=now)
    mail.refresh_from_db()
    return mail.outcome or (mail.kind, mail.handled_at)


def kept(party="candidate"):
    fields = ("answer", "sequence", "stamped_at", "proposed_starts_at", "proposed_is_free")
    return CalendarAnswer.objects.filter(party=party).values_list(*fields).first()


def letters():
    return list(Message.objects.order_by("pk").values_list(*BARE))


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "actor", "origin"))


@pytest.mark.parametrize(("partstat", "action"), [("ACCEPTED", "answer.accept"), ("TENTATIVE", "answer.tentative")])
@pytest.mark.parametrize("program", REPLIES)
def test_a_yes_or_perhaps_is_kept_and_nobody_is_written_to(booking, program, partstat, action):
    answer = partstat.lower()

    assert bring(REPLIES[program](said_of(booking, partstat=partstat)), booking) == answer

    assert kept() == (answer, 2, STAMPED, None, None)
    assert letters() == []
    assert trail() == [(action, f"candidate:{booking.candidate.pk}", "calendar")]


@pytest.mark.parametrize("program", REPLIES)
def test_a_no_asks_the_candidate_and_cancels_nothing(booking, program):
    assert bring(REPLIES[program](said_of(booking, partstat="DECLINED")), booking) == "declined"

    assert kept() == ("declined", 2, STAMPED, None, None)
    assert letters() == [("declined_in_calendar", booking.candidate.email, "queued")]
    text = Message.objects.get().text
    assert f"Bevestig dat hier: {address(booking, 'cancel/')}\n" in text
    assert "Daarmee is je gesprek nog niet afgezegd." in text
    assert Booking.objects.get().status == "booked"


def test_a_no_of_the_advisor_says_to_them_that_the_talk_stands(booking):
    mail = booking.advisor.user.email

    assert bring(google(said_of(booking, partstat="DECLINED", attendee=mail)), booking, sender=mail) == "declined"

    assert kept("advisor") == ("declined", 2, STAMPED, None, None)
    assert letters() == [("advisor_declined_in_calendar", mail, "queued")]
    text = Message.objects.get().text
    assert f"Of draag het over aan een collega: http://localhost:8000/talks/{booking.pk}/hand-over/\n" in text
    assert booking.candidate.last_name not in text


def test_who_keeps_changing_their_mind_is_asked_again_and_not_about_what_they_took_back(booking):
    says = ["DECLINED", "ACCEPTED", "DECLINED", "ACCEPTED"]
    for minute, partstat in enumerate(says):
        bring(google(said_of(booking, partstat=partstat, stamped_at=STAMPED + timedelta(minutes=minute))), booking)

    assert [state for *_who, state in letters()] == ["suppressed", "suppressed"]


def test_the_same_question_comes_three_times_at_most(booking):
    for minute in range(10):
        partstat = ("DECLINED", "ACCEPTED")[minute % 2]
        bring(google(said_of(booking, partstat=partstat, stamped_at=STAMPED + timedelta(minutes=minute))), booking)
        Message.objects.filter(state="queued").update(state="sent", sent_at=LATER)

    assert [state for *_who, state in letters()] == ["sent"] * 3


@pytest.mark.parametrize("program", COUNTERS)
def test_a_proposed_moment_that_is_free_waits_for_a_yes(booking, program):
    said = said_of(booking, starts_at=FREE, local="20261125T100000")

    assert bring(COUNTERS[program](said), booking) == "counter"

    assert kept() == ("counter", 2, STAMPED, FREE, True)
    assert letters() == [("proposed_moment", booking.candidate.email, "queued")]
    letter = Message.objects.get()
    assert letter.subject == "Wil je je gesprek verzetten naar woensdag 25 november om 10.00 uur?"
    assert f"Bevestig het hier: {address(booking, 'move/proposed/')}\n" in letter.text
    assert Booking.objects.get().starts_at == booking.starts_at


def test_a_proposed_moment_that_is_not_free_gets_others_close_to_it(booking):
    assert bring(google_counter(said_of(booking, starts_at=TAKEN)), booking) == "counter"

    assert kept() == ("counter", 2, STAMPED, TAKEN, False)
    text = Message.objects.get().text
    assert (
        "Dat moment is helaas niet vrij. Deze momenten zijn het wel:\n\n- woensdag 25 november om 09.00 uur\n" in text
    )
    assert f"Kies een ander moment: {address(booking, 'move/')}\n" in text


def test_it_may_be_too_late_to_move(booking):
    make_policy(cancel_until_hours=48)

    bring(google_counter(said_of(booking, starts_at=FREE)), booking)

    assert kept() == ("counter", 2, STAMPED, FREE, False)
    assert "Verzetten kan helaas niet meer." in Message.objects.get().text


def test_the_letter_speaks_the_language_and_the_clock_of_the_candidate():
    make_policy()
    candidate = make_candidate(language="en", time_zone="America/Paramaribo")
    booking = make_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)))

    bring(google_counter(said_of(booking, starts_at=FREE)), booking)

    assert "Through your calendar you proposed another time: Wednesday 25 November at 06:00.\n" in letter_text()


@pytest.mark.parametrize(("proposed", "words"), [(FREE, "Dat moment is vrij."), (TAKEN, "niet vrij in Spreekuur.")])
def test_a_proposal_of_the_advisor_leads_to_the_page_that_moves_it(booking, proposed, words):
    mail = booking.advisor.user.email

    bring(google_counter(said_of(booking, starts_at=proposed, attendee=mail)), booking, sender=mail)

    assert kept("advisor") == ("counter", 2, STAMPED, proposed, proposed == FREE)
    assert letters() == [("advisor_proposed_moment", mail, "queued")]
    value = f"2026-11-25T{proposed:%H}%3A00Z"
    assert f"http://localhost:8000/talks/{booking.pk}/move/?since=2026-11-25&slot={value}\n" in letter_text()
    assert words in letter_text()


def test_who_proposes_the_moment_that_it_has_only_says_yes_or_perhaps(booking):
    assert bring(google_counter(said_of(booking, starts_at=booking.starts_at)), booking) == "tentative"


@pytest.mark.parametrize("comment", ["Ik kan niet bellen"])
def test_a_word_beside_the_answer_goes_on_to_the_advisor(booking, comment):
    assert bring(google(said_of(booking, comment=comment)), booking) == ("letter", None)

    assert kept() == ("accepted", 2, STAMPED, None, None)
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
def test_an_answer_from_another_account_tells_the_advisor_what_it_was(booking, said, sentence):
    """Who reads mail at one address and keeps a calendar at another, as many do with iCloud."""
    account = "sevda@icloud.example"
    write = google_counter if "starts_at" in said else google
    text = write(said_of(booking, attendee=account, comment="Bel me even", **said))

    bring(text, booking, sender=account)

    [words] = IncomingMail.objects.values_list("text", flat=True)
    assert words == f"Antwoord van een agenda: {sentence}\n\nBel me even\n\nSevda heeft geantwoord."


@pytest.mark.parametrize("change", [{"sequence": 1}, {"stamped_at": STAMPED - timedelta(hours=1)}])
def test_a_word_beside_an_answer_that_is_too_late_is_read_all_the_same(booking, change):
    bring(google(said_of(booking)), booking)

    assert bring(google(said_of(booking, comment="Ik ben ziek", **change)), booking) == ("letter", None)
    assert IncomingMail.objects.get(kind="letter").text == "Ik ben ziek"
    assert kept() == ("accepted", 2, STAMPED, None, None)


NOT_COUNTED = {
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


@pytest.mark.parametrize("why", NOT_COUNTED)
def test_what_does_not_count_changes_nothing(booking, why):
    change, how, outcome = NOT_COUNTED[why]

    assert bring(google(change(said_of(booking, partstat="DECLINED"))), booking, **how) == outcome

    assert (kept(), letters(), trail()) == (None, [], [])


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("BEGIN:VCALENDAR\nMETHOD:REFRESH\n", "not_asked"), ("Nee\n", ("letter", None)), ("", ("letter", None))],
)
def test_what_is_no_answer_asks_for_nothing_or_is_for_a_person(booking, text, outcome):
    whole = google(said_of(booking)).replace("METHOD:REPLY", "METHOD:REFRESH") if outcome == "not_asked" else text

    assert bring(whole, booking) == outcome
    assert (kept(), letters(), trail()) == (None, [], [])


def test_the_sender_may_be_written_in_capitals(booking):
    assert bring(google(said_of(booking)), booking, sender=booking.candidate.email.upper()) == "accepted"


def test_after_a_cancellation_an_answer_changes_nothing(booking):
    said = said_of(booking, partstat="DECLINED", sequence=9)
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)
    before = letters()

    assert bring(google(said), booking) == "over"
    assert (kept(), letters()) == (None, before)


def test_after_the_talk_began_an_answer_changes_nothing(booking):
    assert bring(google(said_of(booking, partstat="DECLINED")), booking, now=booking.starts_at) == "over"


def test_an_answer_to_what_it_was_before_a_move_is_history(booking):
    said = said_of(booking)
    bring(google(said), booking)
    reschedule(booking=booking, starts_at=FREE, word="", actor=SYSTEM, now=LATER)

    assert bring(google(replace(said, partstat="DECLINED", stamped_at=LATER)), booking) == "old"
    assert Booking.objects.get().candidate_answer is None


def test_the_question_does_not_leave_any_more_when_the_talk_moves_first(booking):
    bring(google(said_of(booking, partstat="DECLINED")), booking)

    reschedule(booking=booking, starts_at=FREE, word="", actor=SYSTEM, now=LATER)

    assert Message.objects.filter(kind="declined_in_calendar").values_list("state", "reason").get() == (
        "suppressed",
        "withdrawn",
    )


def test_the_advisor_who_lost_the_talk_has_nothing_to_say_any_more(booking):
    mail = booking.advisor.user.email
    hand_over(booking=booking, to=make_advisor().pk, word="", actor=SYSTEM, now=NOW)
    booking.refresh_from_db()
    before = letters()

    said = said_of(booking, attendee=mail, partstat="DECLINED")

    assert bring(google(said), booking, sender=mail) == "old"
    assert (kept("advisor"), letters()) == (None, before)


def test_the_same_answer_twice_is_one(booking):
    declined = google(said_of(booking, partstat="DECLINED"))

    assert [bring(declined, booking), bring(declined, booking)] == ["declined", "declined"]
    assert len(letters()) == len(trail()) == CalendarAnswer.objects.count() == 1


def test_answers_out_of_order_end_with_the_last_one_given(booking):
    said = said_of(booking, partstat="DECLINED", stamped_at=STAMPED + timedelta(minutes=3))
    earlier = replace(said, partstat="ACCEPTED", stamped_at=STAMPED)
    latest = replace(said, stamped_at=STAMPED + timedelta(minutes=4))

    outcomes = [bring(google(one), booking) for one in (said, latest, earlier, said)]

    assert outcomes == ["declined", "declined", "old", "old"]
    assert kept() == ("declined", 2, latest.stamped_at, None, None)
    assert len(letters()) == 1


def test_an_answer_from_the_future_does_not_close_the_door_behind_it(booking):
    bring(google(said_of(booking, stamped_at=datetime(2199, 1, 1, tzinfo=UTC))), booking)

    said = said_of(booking, partstat="DECLINED", stamped_at=LATER + timedelta(minutes=1))

    assert bring(google(said), booking, now=LATER + timedelta(minutes=2)) == "declined"


def test_two_workers_take_a_mail_once(booking):
    bring(outlook_counter(said_of(booking, local="20261125T100000")), booking)

    assert take_calendar_answers(now=LATER) == 0


def letter_text():
    return Message.objects.get().text


def address(booking, page):

    return address_for(booking.candidate, f"appointments/{booking.pk}/{page}")
