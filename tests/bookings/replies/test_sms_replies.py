"""SMS replies are reported to the advisor and never cancel a booking."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.appointments.cancel import cancel_booking
from bookings.models import Booking, WaitlistEntry
from bookings.reminders import remind_by_sms
from bookings.replies.sms_replies import process_sms_replies, record_failed_sms_reminders
from bookings.sms_consent import give_offer_sms_consent, give_sms_consent, withdraw_sms_consent
from candidates.models import Consent
from core.actors import object_key
from outbox.delivery.worker import deliver_due
from outbox.delivery_status import record_delivered, record_undelivered
from outbox.models import IncomingText, Message
from outbox.sms.inbound import receive
from outbox.sms.opt_outs import is_opted_out
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
from tests.races import run_concurrently

pytestmark = pytest.mark.both_databases

TUESDAY_16 = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LATER = TUESDAY_16 + timedelta(minutes=5)
NUMBER = "+31600000001"


@pytest.fixture
def booking(db):
    """Booking whose SMS reminder was sent."""
    make_policy()
    booking = make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)
    remind_by_sms(now=TUESDAY_16), deliver_due(now=TUESDAY_16)
    return booking


def answer(text, *, number=1, now=LATER):
    receive(provider_id=f"SM{number}", sender=NUMBER, text=text, opt_out="", now=now)


def waiting_entry_of(candidate, **fields):
    """Waitlist entry with the opt-in for SMS."""
    invitation = make_invitation(rejection=make_rejection(candidate=candidate))
    entry = make_waitlist_entry(invitation=invitation, wants_sms=True, **fields)
    give_offer_sms_consent(entry, now=TUESDAY_16)
    return entry


def sms_text_in_file(client, booking):
    """Text about SMS in the file."""
    file = client.get(reverse("talks:file", args=[booking.pk])).content.decode()
    return file.partition("Sms’jes</h2>")[2].partition("</section>")[0]


def letters(kind):
    return list(Message.objects.filter(kind=kind).values_list("recipient", "state", "is_dormant"))


def status_of(booking):
    return Booking.objects.values_list("status", flat=True).get(pk=booking.pk)


def test_an_sms_reminder_has_a_mail_fallback(booking):
    text = Message.objects.get(transport="sms")

    assert (text.state, text.about) == ("sent", object_key(booking))
    assert letters("text_failed") == [(booking.candidate.email, "queued", True)]
    assert Message.objects.get(kind="text_failed").expires_at == WEDNESDAY_TEN


@pytest.mark.parametrize("text", ["nee", "No", "Sorry ik kan toch niet", "CANCEL", "Afmelden"])
def test_a_no_is_mailed_to_the_advisor_and_cancels_nothing(booking, text):
    answer(text)

    assert [process_sms_replies(now=LATER), process_sms_replies(now=LATER)] == [1, 0]
    mail = Message.objects.get(kind="advisor_text_answer")
    assert (mail.recipient, status_of(booking)) == (booking.advisor.user.email, "booked")
    assert [word for word in ("Sevda", "Aydin", NUMBER) if word in mail.text] == []


@pytest.mark.parametrize(
    ("text", "hears"),
    [("STOP", False), ("Stop!", False), ("STOP - Jan", True), ("Ik wil geen berichten meer", True), ("CANCEL", True)],
)
def test_in_doubt_a_reply_is_an_opt_out_and_a_mail_says_how_to_undo_it(booking, text, hears):
    answer(text, number=1), answer(text, number=2)

    process_sms_replies(now=LATER)

    booking.refresh_from_db()
    assert (booking.wants_sms, is_opted_out(NUMBER), status_of(booking)) == (False, True, "booked")
    assert letters("texts_stopped") == [(booking.candidate.email, "queued", False)] * hears
    assert all("START" in mail.text for mail in Message.objects.filter(kind="texts_stopped"))


def test_an_opt_out_that_cancels_reaches_the_advisor_too(booking):
    answer("Stop, ik kan morgen niet komen")

    process_sms_replies(now=LATER)

    assert len(letters("advisor_text_answer")) == len(letters("texts_stopped")) == 1


def test_start_undoes_an_opt_out_that_was_read_wrongly(booking):
    answer("Stop je bij de ingang?", number=1)
    process_sms_replies(now=LATER)

    answer("START", number=2)

    assert not is_opted_out(NUMBER)


@pytest.mark.parametrize(("now", "hears"), [(WEDNESDAY_TEN - timedelta(minutes=1), True), (WEDNESDAY_TEN, False)])
def test_a_no_after_the_start_is_not_reported(booking, now, hears):
    answer("nee")

    process_sms_replies(now=now)

    assert bool(letters("advisor_text_answer")) is hears


def test_thirty_times_no_is_one_mail_until_the_booking_changes(booking):
    for number in range(30):
        answer("nee", number=number)
    process_sms_replies(now=LATER)
    Booking.objects.update(sequence=1)
    answer("nee", number=30, now=LATER + timedelta(days=1, seconds=1))
    process_sms_replies(now=LATER)

    assert letters("advisor_text_answer") == [(booking.advisor.user.email, "queued", False)] * 2


@pytest.mark.parametrize("text", ["ja", "stop", "start", "Hoe laat was het?", ""])
def test_any_other_reply_is_shown_in_the_file(booking, text):
    answer(text)

    assert (process_sms_replies(now=LATER), letters("advisor_text_answer")) == (1, [])
    assert IncomingText.objects.filter(handled_at=LATER).count() == 1


@pytest.mark.parametrize(
    ("texts", "agrees"), [(["ja"], True), (["STOP"], False), (["Afmelden"], False), (["STOP", "START"], False)]
)
def test_stop_ends_the_sms_consent(booking, texts, agrees):
    waiting_entry_of(booking.candidate, phone=NUMBER)
    give_sms_consent(booking, now=TUESDAY_16)
    for number, text in enumerate(texts):
        answer(text, number=number)

    process_sms_replies(now=LATER)

    requests = [*Booking.objects.values_list("wants_sms"), *WaitlistEntry.objects.values_list("wants_sms")]
    ends = [*Consent.objects.values_list("withdrawn_at")]
    assert (requests, ends) == ([(agrees,)] * 2, [(None if agrees else LATER,)] * 2)


def test_stop_ends_every_consent_for_the_number_and_start_restores_none(booking):
    """The last SMS to a shared phone was for the other person."""
    other = make_booking(starts_at=WEDNESDAY_TEN, wants_sms=True)
    remind_by_sms(now=LATER), deliver_due(now=LATER)
    give_sms_consent(booking, now=TUESDAY_16), give_sms_consent(other, now=TUESDAY_16)

    answer("stop"), process_sms_replies(now=LATER)
    answer("start", number=2), process_sms_replies(now=LATER)

    assert list(Booking.objects.values_list("wants_sms", flat=True)) == [False, False]
    assert list(Consent.objects.values_list("withdrawn_at", flat=True)) == [LATER, LATER]


def test_stop_leaves_another_number_of_the_same_person_alone(booking):
    entry = waiting_entry_of(booking.candidate, phone="+31600000002")

    answer("stop"), process_sms_replies(now=LATER)

    entry.refresh_from_db()
    assert (entry.wants_sms, Consent.objects.get().withdrawn_at) == (True, None)


def test_a_consent_given_after_stop_is_kept(booking):
    answer("stop"), answer("start", number=2)
    give_sms_consent(booking, now=LATER + timedelta(minutes=1))

    process_sms_replies(now=LATER + timedelta(minutes=2))

    booking.refresh_from_db()
    assert (booking.wants_sms, Consent.objects.get().withdrawn_at) == (True, None)


def test_a_no_to_a_booking_that_is_cancelled_or_over_is_not_reported(booking):
    answer("nee"), answer("nee", number=2)
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=LATER)

    process_sms_replies(now=LATER)

    assert letters("advisor_text_answer") == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_advisor_is_told_once_by_many_workers(booking):
    answer("nee")
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    run_concurrently([lambda: (process_sms_replies(now=LATER), record_failed_sms_reminders(now=LATER))] * 8, threads=8)

    kinds = Message.objects.filter(kind__startswith="advisor_text").values_list("kind", flat=True)
    assert sorted(kinds) == ["advisor_text_answer", "advisor_text_failed"]


@pytest.mark.parametrize(
    "reason", ["unreached", "landline", "blocked", "country", "address", "settings", "too_late", "busy"]
)
def test_a_failed_sms_reminder_is_mailed_and_the_advisor_is_told(booking, reason):
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason(reason), now=LATER)

    assert [record_failed_sms_reminders(now=LATER), record_failed_sms_reminders(now=LATER)] == [1, 0]
    assert Booking.objects.get().has_failed_sms
    assert letters("text_failed") == [(booking.candidate.email, "queued", False)]
    assert letters("advisor_text_failed") == [(booking.advisor.user.email, "queued", False)]


@pytest.mark.parametrize(("reason", "doubts"), [("unreached", True), ("settings", False)])
def test_only_a_failure_of_the_number_marks_it_as_doubtful(booking, reason, doubts):
    Booking.objects.update(channel="phone", phone=NUMBER)
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason(reason), now=LATER)

    record_failed_sms_reminders(now=LATER)

    assert ("klopt het telefoonnummer" in Message.objects.get(kind="advisor_text_failed").text) is doubts


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize(
    ("reason", "letter", "sentences"),
    [
        ("unreached", {"is_dormant": False}, ["Er ging een mail voor in de plaats.", "Klopt het telefoonnummer?"]),
        ("blocked", {"is_dormant": False}, ["Er ging een mail voor in de plaats."]),
        ("landline", {"state": "suppressed", "reason": "too_late", "ended_at": LATER}, ["Klopt het telefoonnummer?"]),
    ],
)
def test_the_advisor_sees_the_reason_of_a_failed_sms(client, booking, reason, letter, sentences):
    text = Message.objects.filter(transport="sms")
    text.update(state="failed", reason=reason, ended_at=LATER)
    Message.objects.filter(kind="text_failed").update(**letter)
    client.force_login(booking.advisor.user)

    record_failed_sms_reminders(now=LATER)

    file = client.get(reverse("talks:file", args=[booking.pk])).content.decode()
    said = ["Er ging een mail voor in de plaats.", "Klopt het telefoonnummer?"]
    assert [sentence for sentence in said if sentence in file] == sentences
    mail = Message.objects.get(kind="advisor_text_failed").text
    assert ("In plaats daarvan sturen we een mail." in mail) is (said[0] in sentences)


@pytest.mark.parametrize(("ahead", "hears"), [(timedelta(hours=47, minutes=59), 1), (timedelta(hours=48), 0)])
def test_a_failed_sms_is_reported_when_the_booking_is_near(booking, ahead, hears):
    starts_at = LATER + ahead
    Booking.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20))
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert (record_failed_sms_reminders(now=LATER), len(letters("advisor_text_failed"))) == (hears, hears)


def test_a_failed_sms_after_an_opt_out_is_not_reported(booking):
    withdraw_sms_consent(booking, now=LATER)
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert (record_failed_sms_reminders(now=LATER), letters("advisor_text_failed")) == (0, [])


def test_an_opt_out_at_twilio_is_not_reported_and_the_mail_is_sent(booking):
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.OPTED_OUT, now=LATER)

    assert (record_failed_sms_reminders(now=LATER), letters("advisor_text_failed")) == (0, [])
    assert letters("text_failed") == [(booking.candidate.email, "queued", False)]


@pytest.mark.parametrize("reason", ["opted_out", "limit", "too_late", "withdrawn"])
def test_a_suppressed_sms_is_not_reported(booking, reason):
    Message.objects.filter(transport="sms").update(state="suppressed", reason=reason, ended_at=LATER)

    assert (record_failed_sms_reminders(now=LATER), Booking.objects.get().has_failed_sms) == (0, False)


def test_a_delivered_sms_reminder_needs_no_mail(booking):
    record_delivered(message=Message.objects.get(transport="sms"), now=LATER)

    assert (record_failed_sms_reminders(now=LATER), letters("text_failed")) == (
        0,
        [(booking.candidate.email, "suppressed", True)],
    )


def test_a_move_resets_the_failed_sms(booking):
    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.LANDLINE, now=LATER)
    record_failed_sms_reminders(now=LATER)

    Booking.objects.update(text_reminder_at=None, moved_at=LATER)

    assert not Booking.objects.get().has_failed_sms
    assert record_failed_sms_reminders(now=LATER) == 0


def test_a_cancellation_withdraws_the_mail_fallback(booking):
    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=LATER)

    record_undelivered(message=Message.objects.get(transport="sms"), reason=Message.Reason.LANDLINE, now=LATER)

    assert letters("text_failed") == [(booking.candidate.email, "suppressed", True)]


@time_machine.travel(LATER, tick=False)
def test_the_advisor_sees_the_reply_on_the_day_week_and_file_pages(client, booking):
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
def test_another_advisor_does_not_see_the_reply(client, booking):
    answer("nee")
    client.force_login(make_advisor().user)

    assert client.get(reverse("talks:file", args=[booking.pk])).status_code == 404
    assert "nee”" not in client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()


@time_machine.travel(LATER, tick=False)
def test_a_reply_from_before_a_move_is_not_shown(client, booking):
    answer("nee")
    Booking.objects.update(moved_at=LATER + timedelta(minutes=1))
    client.force_login(booking.advisor.user)

    assert "“nee”" not in client.get(reverse("bookings:today") + "?day=2026-11-25").content.decode()
    assert reverse("talks:move", args=[booking.pk]) not in sms_text_in_file(client, booking)


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
    assert ("Het gesprek staat nog." in sms_text_in_file(client, booking)) is declined
