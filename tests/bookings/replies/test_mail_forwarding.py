"""Forwarding of mail about a booking: recipients, text and outcomes."""

from datetime import timedelta

import pytest

from bookings.appointments.cancel import cancel_booking
from bookings.calendar.invites import event_uid
from bookings.models import Booking
from bookings.replies.calendar_replies import process_calendar_replies
from bookings.replies.mail_forwarding import erase_full_texts, forward_mail
from organisation.models import User
from outbox.email.mime import build
from outbox.email.smtp import to_email_content
from outbox.inbound.intake import InboundMailOutcome as Received
from outbox.inbound.intake import receive
from outbox.inbound.store import delete_old
from outbox.models import IncomingMail, Message
from outbox.reply_addresses import reply_address
from outbox.templates import html_page
from spreekuur.privacy import erase_candidate
from tests.calendar_replies import Said, google
from tests.factories import (
    CANDIDATE,
    NOW,
    make_booking,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SEVDA, ADVISOR, HOUSE = "sevda@kandidaat.example", "advisor", "loopbaan@oostmeer.example"


@pytest.fixture
def booking(settings):
    settings.DEMO = False
    make_policy(sender_email=HOUSE)
    rejection = make_rejection(candidate=make_candidate(email=SEVDA))
    return make_booking(invitation=make_invitation(rejection=rejection))


def forward(about, *, now=NOW, number=1, **fields):
    """Store a mail, forward it and return the messages that were posted."""
    values = {"kind": "letter", "sender": SEVDA, "subject": "Te laat", "text": "Ik kom wat later.", "received_at": now}
    IncomingMail.objects.create(digest=str(number), about=about, **values | fields)
    forward_mail(now=now)
    return list(Message.objects.order_by("pk"))


@pytest.mark.parametrize("kind", ["letter", "calendar"])
def test_a_mail_that_fails_for_a_day_is_given_up_and_erased_later(booking, kind, caplog):
    """An advisor without a name, so that rendering the message fails."""
    User.objects.filter(pk=booking.advisor.user_id).update(name="")
    said = Said(uid=event_uid(booking), attendee=SEVDA, sequence=booking.sequence, partstat="DECLINED")
    forward(f"booking:{booking.pk}", kind=kind, calendar=google(said))
    tomorrow = NOW + timedelta(hours=25)
    Booking.objects.update(starts_at=NOW + timedelta(days=5), ends_at=NOW + timedelta(days=5, hours=1))

    outcomes = []
    for moment in (NOW, tomorrow, tomorrow):
        process_calendar_replies(now=moment)
        forward_mail(now=moment)
        outcomes += IncomingMail.objects.values_list("outcome", "handled_at")
    delete_old(now=tomorrow + timedelta(days=31))

    assert outcomes == [("", None), ("failed", tomorrow), ("failed", tomorrow)]
    assert caplog.text.count("given up") == 1
    assert (IncomingMail.objects.count(), Message.objects.count()) == (0, 0)


def outcomes():
    return list(IncomingMail.objects.values_list("outcome", "subject", "text", "handled_at"))


def test_mail_of_the_candidate_is_forwarded_and_answered_directly(booking):
    [letter] = forward(f"booking:{booking.pk}", sender=SEVDA.upper())

    assert (letter.recipient, letter.reply_to, letter.kind) == (booking.advisor.user.email, SEVDA, "advisor_mail")
    assert letter.subject == "Mail over je gesprek van dinsdag 24 november om 10.30 uur"
    assert 'Onderwerp: "Te laat"\n\n> Ik kom wat later.\n\nBekijk het dossier' in letter.text
    assert "van het mailadres van de kandidaat" in letter.text
    assert outcomes() == [("to_advisor", "", "", NOW)]
    assert forward_mail(now=NOW) == 0


def test_mail_of_an_unknown_sender_has_a_warning_and_no_reply_address(booking):
    [letter] = forward(f"booking:{booking.pk}", sender="iemand@elders.example", is_cut=True)

    assert (letter.recipient, letter.reply_to) == (booking.advisor.user.email, HOUSE)
    assert "Hij komt van iemand@elders.example. Dat adres kennen we niet" in letter.text
    assert "Dit is niet alles." in letter.text


def test_a_mail_without_text_is_forwarded_too(booking):
    [letter] = forward(f"booking:{booking.pk}", subject="", text="", is_cut=True)

    assert "Onderwerp: zonder onderwerp\n\nEr staat geen tekst in die we kunnen lezen.\n\nDit is niet" in letter.text


def test_the_text_of_a_mail_is_not_interpreted(booking):
    [letter] = forward(f"booking:{booking.pk}", text="{% now 'Y' %} <b>x</b>\nSubject: y\n", subject="a\r\nBcc: b@c.d")

    assert "> {% now 'Y' %} <b>x</b>\n> Subject: y\n" in letter.text
    assert letter.subject == "Mail over je gesprek van dinsdag 24 november om 10.30 uur"


def test_links_of_an_unknown_sender_are_plain_text(booking):
    link = "Meld je aan: https://elders.example/"

    [letter] = forward(f"booking:{booking.pk}", text=f"{link}\nHier: \nhttps://elders.example/", subject=link)

    html = html_page(letter.text, subject=letter.subject, language="nl")
    assert html.count('<a href="https://elders.example/">https://elders.example/</a>') == 3
    assert html.count("<a href") == 4  # with the link to the file


def test_mail_of_the_advisor_is_not_forwarded_and_answered_once_a_day(booking):
    own = booking.advisor.user.email
    about = f"booking:{booking.pk}"

    forward(about, sender=own, number=1)
    letters = forward(about, sender=own.upper(), number=2)
    tomorrow = forward(about, sender=own, number=3, now=NOW + timedelta(days=1))

    assert [(letter.kind, letter.recipient) for letter in letters] == [("advisor_mail_stopped", own)]
    assert len(tomorrow) == 2
    assert {outcome for outcome, *_words in outcomes()} == {"own"}


def test_mail_after_the_booking_goes_to_the_last_advisor_for_a_month(booking):
    at = [booking.ends_at + timedelta(days=days) for days in (29, 31)]

    letters = [forward(f"booking:{booking.pk}", now=now, number=number)[-1] for number, now in enumerate(at)]

    assert [letter.recipient for letter in letters] == [booking.advisor.user.email, HOUSE]
    assert (letters[1].reply_to, letters[1].subject) == (SEVDA, "Er kwam een mail over een gesprek")
    assert letters[1].about == f"booking:{booking.pk}"  # erased with the booking


@pytest.mark.parametrize("change", ["left", "no advisor any more", "gave the rejection"])
def test_an_advisor_who_may_not_see_the_file_gets_no_mail(booking, change):
    user = booking.advisor.user
    if change == "left":
        user.is_active = False
        user.save()
    elif change == "no advisor any more":
        user.grants.all().delete()
    else:
        type(booking.invitation.application.rejection).objects.update(recruiter=user)

    [letter] = forward(f"booking:{booking.pk}")

    assert (letter.recipient, letter.kind) == (HOUSE, "house_mail")


@pytest.mark.parametrize(
    ("about", "house", "recipients", "outcome"),
    [("booking:999999", HOUSE, [HOUSE], "to_house"), ("letter:x", HOUSE, [HOUSE], "to_house"), ("x", "", [], "nobody")],
)
def test_mail_about_an_unknown_object_goes_to_the_employer(settings, about, house, recipients, outcome):
    settings.DEMO = False
    make_policy(sender_email=house)

    assert [letter.recipient for letter in forward(about)] == recipients
    assert outcomes() == [(outcome, "", "", NOW)]


@pytest.mark.parametrize("rewritten", [False, True])
def test_a_forwarded_mail_that_is_sent_back_is_not_forwarded_again(booking, settings, rewritten):
    """Amazon SES and Exchange Online give mail another Message-ID (docs.aws.amazon.com/ses, "Message-ID")."""
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"
    [letter] = forward(f"booking:{booking.pk}")
    sent = build(to_email_content(letter), sent_at=NOW)
    sent["Resent-To"] = reply_address(f"booking:{booking.pk}")
    if rewritten:
        sent.replace_header("Message-ID", "<1@eu-west-1.amazonses.com>")
        sent.replace_header("From", "regel@elders.example")

    assert receive(sent.as_bytes(), now=NOW) == (Received.AUTOMATIC if rewritten else Received.LOOP)
    assert IncomingMail.objects.count() == 1


def test_a_mail_is_forwarded_also_after_a_cancellation(booking):
    forward(f"booking:{booking.pk}")

    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    assert list(Message.objects.filter(kind="advisor_mail").values_list("state", flat=True)) == ["queued"]


def test_an_erased_candidate_leaves_no_mail_behind(booking):
    forward(f"booking:{booking.pk}")
    forward(f"booking:{booking.pk}", number=2, now=booking.ends_at + timedelta(days=31))
    IncomingMail.objects.create(
        digest="3", about=f"booking:{booking.pk}", kind="calendar", sender=SEVDA, received_at=NOW
    )

    erase_candidate(booking.candidate, actor=CANDIDATE, now=NOW)

    assert IncomingMail.objects.count() == 0
    assert list(Message.objects.values_list("kind", flat=True)) == ["advisor_cancelled"]  # contains no personal data


@pytest.fixture
def inbox(settings):
    settings.INBOX_ADDRESS = "antwoord@oostmeer.example"


def receive_with_quotes(booking):
    quoted = "\n".join(f"> regel {number}" for number in range(9))
    raw = f"From: {SEVDA}\nTo: {reply_address(f'booking:{booking.pk}')}\nSubject: Re\n\nIk kom.\n{quoted}\nTot dan!"
    receive(raw.encode(), now=NOW)
    forward_mail(now=NOW)
    return IncomingMail.objects.get()


def test_the_whole_text_is_kept_until_the_talk_is_over(booking, inbox):
    mail = receive_with_quotes(booking)
    before = erase_full_texts(now=booking.ends_at - timedelta(minutes=1))

    assert ("> regel 8\nTot dan!" in mail.full_text, mail.text, before) == (True, "", 0)
    assert erase_full_texts(now=booking.ends_at) == 1
    assert IncomingMail.objects.get().full_text == ""


def test_the_whole_text_goes_when_the_talk_is_cancelled(booking, inbox):
    receive_with_quotes(booking)
    cancel_booking(booking=booking, by=Booking.CancelledBy.CANDIDATE, actor=CANDIDATE, now=NOW)

    assert erase_full_texts(now=NOW) == 1
