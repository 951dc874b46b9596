"""What comes back by text reaches the advisor; it never cancels a talk."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.cancel import cancel
from bookings.models import Booking, WaitlistEntry
from bookings.reminders import remind_by_text
from bookings.replies.sms_replies import collect_text_answers, note_failed_texts
from bookings.sms_consent import agree_to_offers, agree_to_texts, take_texts_back
from candidates.models import Consent
from core.actors import key_of
from outbox.delivery.worker import deliver_due
from outbox.delivery_status import record_delivered, record_undelivered
from outbox.models import IncomingText, Message
from outbox.sms.inbound import receive
from tests.factories import (
    CANDIDATE,
    WEDNESDAY_TEN,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_waitlist_entry,
)
from tests.races import at_once

TUESDAY_16 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = TUESDAY_16 + timedelta(minutes=5)
NUMBER = "+31600000001"


@pytest.fixture
def booking(db):
    """Its reminder by text has left."""
    make_policy()
    booking = make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)
    remind_by_text(now=TUESDAY_16), deliver_due(now=TUESDAY_16)
    return booking


def answer(text, *, number=1, now=LATER):
    receive(provider_id=f"SM{number}", sender=NUMBER, text=text, opt_out="", now=now)


def waiting_entry_of(candidate, **fields):
    """Agreed to texts."""
    invitation = make_invitation(rejection=make_rejection(candidate=candidate))
    entry = make_waitlist_entry(invitation=invitation, wants_sms=True, **fields)
    agree_to_offers(entry, now=TUESDAY_16)
    return entry


def words_said_in(client, booking):
    """What the file says of texts."""
    file = client.get(reverse("talks:file", args=[booking.pk])).content.decode()
    return file.partition("Sms’jes</h2>")[2].partition("</section>")[0]


def letters(kind):
    return list(Message.objects.filter(kind=kind).values_list("recipient", "state", "is_standby"))


def status_of(booking):
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def test_a_reminder_by_text_has_a_letter_that_stands_by(booking):
    text = Message.objects.get(channel="sms")

    assert (text.state, text.about) == ("sent", key_of(booking))
    assert letters("text_failed") == [(booking.candidate.email, "queued", True)]
    assert Message.objects.get(kind="text_failed").useless_after == WEDNESDAY_TEN


@pytest.mark.parametrize("text", ["nee", "No", "Sorry ik kan toch niet", "CANCEL", "Afmelden"])
def test_a_no_is_mailed_to_the_advisor_and_cancels_nothing(booking, text):
    answer(text)

    assert [collect_text_answers(now=LATER), collect_text_answers(now=LATER)] == [1, 0]
    mail = Message.objects.get(kind="advisor_text_answer")
    assert (mail.recipient, status_of(booking)) == (booking.advisor.user.email, "booked")
    assert [word for word in ("Sevda", "Aydin", NUMBER) if word in mail.text] == []


@pytest.mark.parametrize(("now", "hears"), [(WEDNESDAY_TEN - timedelta(minutes=1), True), (WEDNESDAY_TEN, False)])
def test_a_no_to_a_talk_that_has_begun_is_nobodys_news(booking, now, hears):
    answer("nee")

    collect_text_answers(now=now)

    assert bool(letters("advisor_text_answer")) is hears


def test_thirty_times_no_is_one_mail_until_the_talk_changes(booking):
    for number in range(30):
        answer("nee", number=number)
    collect_text_answers(now=LATER)
    Booking.objects.update(sequence=1)
    answer("nee", number=30, now=LATER + timedelta(days=1, seconds=1))
    collect_text_answers(now=LATER)

    assert letters("advisor_text_answer") == [(booking.advisor.user.email, "queued", False)] * 2


@pytest.mark.parametrize("text", ["ja", "stop", "start", "Hoe laat was het?", ""])
def test_any_other_answer_waits_in_the_file(booking, text):
    answer(text)

    assert (collect_text_answers(now=LATER), letters("advisor_text_answer")) == (1, [])
    assert IncomingText.objects.filter(handled_at=LATER).count() == 1


@pytest.mark.parametrize(
    ("texts", "agrees"), [(["ja"], True), (["STOP"], False), (["Afmelden"], False), (["STOP", "START"], False)]
)
def test_who_answers_stop_does_not_agree_to_texts_any_more(booking, texts, agrees):
    waiting_entry_of(booking.candidate, phone=NUMBER)
    agree_to_texts(booking, now=TUESDAY_16)
    for number, text in enumerate(texts):
        answer(text, number=number)

    collect_text_answers(now=LATER)

    wishes = [*Booking.objects.values_list("wants_sms"), *WaitlistEntry.objects.values_list("wants_sms")]
    ends = [*Consent.objects.values_list("withdrawn_at")]
    assert (wishes, ends) == ([(agrees,)] * 2, [(None if agrees else LATER,)] * 2)


def test_stop_ends_what_everybody_agreed_to_for_that_number_and_start_revives_nothing(booking):
    """The last text to a telephone of two was the other one's."""
    other = make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)
    remind_by_text(now=LATER), deliver_due(now=LATER)
    agree_to_texts(booking, now=TUESDAY_16), agree_to_texts(other, now=TUESDAY_16)

    answer("stop"), collect_text_answers(now=LATER)
    answer("start", number=2), collect_text_answers(now=LATER)

    assert list(Booking.objects.values_list("wants_sms", flat=True)) == [False, False]
    assert list(Consent.objects.values_list("withdrawn_at", flat=True)) == [LATER, LATER]


def test_stop_leaves_another_number_of_the_same_person_alone(booking):
    entry = waiting_entry_of(booking.candidate, phone="+31600000002")

    answer("stop"), collect_text_answers(now=LATER)

    entry.refresh_from_db()
    assert (entry.wants_sms, Consent.objects.get().withdrawn_at) == (True, None)


def test_who_asked_for_texts_again_before_we_looked_gets_them(booking):
    answer("stop"), answer("start", number=2)
    agree_to_texts(booking, now=LATER + timedelta(minutes=1))

    collect_text_answers(now=LATER + timedelta(minutes=2))

    booking.refresh_from_db()
    assert (booking.wants_sms, Consent.objects.get().withdrawn_at) == (True, None)


def test_a_no_to_a_talk_that_is_cancelled_or_over_is_nobodys_news(booking):
    answer("nee"), answer("nee", number=2)
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=LATER)

    collect_text_answers(now=LATER)

    assert letters("advisor_text_answer") == []


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_tells_the_advisor(booking):
    answer("nee")
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    at_once([lambda: (collect_text_answers(now=LATER), note_failed_texts(now=LATER))] * 8, threads=8)

    kinds = Message.objects.filter(kind__startswith="advisor_text").values_list("kind", flat=True)
    assert sorted(kinds) == ["advisor_text_answer", "advisor_text_failed"]


@pytest.mark.parametrize(
    "reason", ["unreached", "landline", "blocked", "country", "address", "settings", "too_late", "busy"]
)
def test_a_reminder_that_did_not_arrive_is_mailed_and_the_advisor_hears_it(booking, reason):
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason(reason), now=LATER)

    assert [note_failed_texts(now=LATER), note_failed_texts(now=LATER)] == [1, 0]
    assert Booking.objects.get().has_failed_text
    assert letters("text_failed") == [(booking.candidate.email, "queued", False)]
    assert letters("advisor_text_failed") == [(booking.advisor.user.email, "queued", False)]


@pytest.mark.parametrize(("reason", "doubts"), [("unreached", True), ("settings", False)])
def test_only_a_failure_that_may_be_the_numbers_casts_doubt_on_it(booking, reason, doubts):
    Booking.objects.update(channel="phone", phone=NUMBER)
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason(reason), now=LATER)

    note_failed_texts(now=LATER)

    assert ("klopt het telefoonnummer" in Message.objects.get(kind="advisor_text_failed").text) is doubts


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize(
    ("reason", "letter", "sentences"),
    [
        ("unreached", {"is_standby": False}, ["Er ging een mail voor in de plaats.", "Klopt het telefoonnummer?"]),
        ("blocked", {"is_standby": False}, ["Er ging een mail voor in de plaats."]),
        ("landline", {"state": "suppressed", "reason": "too_late", "ended_at": LATER}, ["Klopt het telefoonnummer?"]),
    ],
)
def test_the_advisor_reads_what_is_true_of_a_text_that_failed(client, booking, reason, letter, sentences):
    text = Message.objects.filter(channel="sms")
    text.update(state="failed", reason=reason, ended_at=LATER)
    Message.objects.filter(kind="text_failed").update(**letter)
    client.force_login(booking.advisor.user)

    note_failed_texts(now=LATER)

    file = client.get(reverse("talks:file", args=[booking.pk])).content.decode()
    said = ["Er ging een mail voor in de plaats.", "Klopt het telefoonnummer?"]
    assert [sentence for sentence in said if sentence in file] == sentences
    mail = Message.objects.get(kind="advisor_text_failed").text
    assert ("In plaats daarvan sturen we een mail." in mail) is (said[0] in sentences)


@pytest.mark.parametrize(("ahead", "hears"), [(timedelta(hours=47, minutes=59), 1), (timedelta(hours=48), 0)])
def test_the_advisor_hears_of_a_text_that_failed_when_the_talk_is_near(booking, ahead, hears):
    starts_at = LATER + ahead
    Booking.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20))
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert (note_failed_texts(now=LATER), len(letters("advisor_text_failed"))) == (hears, hears)


def test_a_text_that_nobody_wants_any_more_is_no_news_for_the_advisor(booking):
    take_texts_back(booking, now=LATER)
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert (note_failed_texts(now=LATER), letters("advisor_text_failed")) == (0, [])


def test_who_stopped_texts_at_twilio_is_no_news_for_the_advisor_and_gets_the_letter(booking):
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.OPTED_OUT, now=LATER)

    assert (note_failed_texts(now=LATER), letters("advisor_text_failed")) == (0, [])
    assert letters("text_failed") == [(booking.candidate.email, "queued", False)]


@pytest.mark.parametrize("reason", ["opted_out", "limit", "too_late", "withdrawn"])
def test_a_text_that_was_not_to_leave_is_no_news_for_the_advisor(booking, reason):
    Message.objects.filter(channel="sms").update(state="suppressed", reason=reason, ended_at=LATER)

    assert (note_failed_texts(now=LATER), Booking.objects.get().has_failed_text) == (0, False)


def test_a_reminder_that_arrived_needs_no_letter(booking):
    record_delivered(message=Message.objects.get(channel="sms"), now=LATER)

    assert (note_failed_texts(now=LATER), letters("text_failed")) == (
        0,
        [(booking.candidate.email, "suppressed", True)],
    )


def test_a_failed_text_of_a_moment_that_was_moved_is_forgotten(booking):
    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.LANDLINE, now=LATER)
    note_failed_texts(now=LATER)

    Booking.objects.update(text_reminder_at=None, moved_at=LATER)

    assert not Booking.objects.get().has_failed_text
    assert note_failed_texts(now=LATER) == 0


def test_the_letter_instead_of_a_text_does_not_leave_when_the_talk_is_cancelled(booking):
    cancel(booking=booking, by="candidate", actor=CANDIDATE, now=LATER)

    record_undelivered(message=Message.objects.get(channel="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert letters("text_failed") == [(booking.candidate.email, "suppressed", True)]


@time_machine.travel(LATER, tick=False)
def test_the_advisor_sees_it_on_the_day_in_the_week_and_in_the_file(client, booking):
    answer("nee <b>sorry</b>")
    client.force_login(booking.advisor.user)

    day = client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()
    week = client.get(reverse("bookings:week")).content.decode()
    file = client.get(reverse("talks:file", args=[booking.pk])).content.decode()

    assert "“nee &lt;b&gt;sorry&lt;/b&gt;”" in day
    assert "“nee &lt;b&gt;sorry&lt;/b&gt;”" in file
    assert reverse("talks:cancel", args=[booking.pk]) in file
    assert "<small>(" in week


@time_machine.travel(LATER, tick=False)
def test_another_advisor_does_not_see_the_answer(client, booking):
    answer("nee")
    client.force_login(make_advisor().user)

    assert client.get(reverse("talks:file", args=[booking.pk])).status_code == 404
    assert "nee”" not in client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()


@time_machine.travel(LATER, tick=False)
def test_an_answer_to_the_moment_of_before_is_no_mark_any_more(client, booking):
    answer("nee")
    Booking.objects.update(moved_at=LATER + timedelta(minutes=1))
    client.force_login(booking.advisor.user)

    assert "“nee”" not in client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()
    assert reverse("talks:move", args=[booking.pk]) not in words_said_in(client, booking)


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize(
    ("texts", "declined"),
    [(["nee", "Ja ik kom toch"], False), (["ja", "Ik kan toch niet"], True), (["nee", "Hoe laat was het?"], True)],
)
def test_the_latest_yes_or_no_counts(client, booking, texts, declined):
    for number, text in enumerate(texts):
        answer(text, number=number, now=LATER + timedelta(seconds=number))
    client.force_login(booking.advisor.user)

    day = client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()

    assert ("Antwoordde per sms" in day) is declined
    assert ("Het gesprek staat nog." in words_said_in(client, booking)) is declined
