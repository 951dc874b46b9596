from datetime import timedelta

import pytest

from bookings.models import Booking
from core.actors import Actor
from organisation.models import AuditEvent, Policy
from outbox.models import Message
from talks.errors import NotStartedYet, TalkCancelled, TooLateToCorrect
from talks.notifications import no_show
from talks.services import mark_completed, mark_no_show
from tests.factories import NOW, TUESDAY_HALF_PAST_TEN, make_booking, make_invitation, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADVISOR = Actor(key="user:1", origin="web")
AFTER = TUESDAY_HALF_PAST_TEN + timedelta(minutes=25)
Status = Booking.Status


def mark(service, booking, now=AFTER):
    return service(booking=booking, actor=ADVISOR, now=now)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "result"))


def test_mark_completed_records_the_time_and_is_idempotent():
    make_policy()
    booking = make_booking()

    mark(mark_completed, booking)
    mark(mark_completed, booking, now=AFTER + timedelta(hours=1))

    booking.refresh_from_db()
    assert (booking.status, booking.closed_at, booking.candidate.last_contact_at) == (Status.COMPLETED, AFTER, AFTER)
    assert trail() == [("talk.complete", "done")]
    assert Message.objects.count() == 0


@pytest.mark.parametrize("channel", ["phone", "video", "onsite"])
def test_the_no_show_mail_does_not_mention_calling(channel):
    make_policy()
    booking = make_booking(channel=channel)

    text = no_show(booking, Policy.objects.current(), now=NOW).text

    assert "hadden we een afspraak. We hebben elkaar niet gesproken." in text


def test_mark_no_show_posts_one_mail():
    make_policy()
    booking = make_booking()

    mark(mark_no_show, booking)
    mark(mark_no_show, booking)

    letter = Message.objects.get()
    assert (letter.kind, letter.recipient, letter.about, letter.subject) == (
        "no_show",
        booking.candidate.email,
        f"booking:{booking.pk}",
        "We hebben je gemist",
    )
    assert "Op dinsdag 24 november om 10.30 uur hadden we een afspraak." in letter.text
    assert f"/invitations/{booking.invitation_id}/book/" in letter.text
    assert "tot en met maandag 14 december" in letter.text
    assert trail() == [("talk.no_show", "done")]


def test_the_no_show_mail_gives_the_phone_number_when_the_invitation_has_ended():
    make_policy()
    booking = make_booking(invitation=make_invitation(open_until=NOW.date()))

    mark(mark_no_show, booking)

    letter = Message.objects.get()
    assert "Bel dan" in letter.text
    assert "/book/" not in letter.text


@pytest.mark.parametrize("service", [mark_completed, mark_no_show])
def test_a_talk_that_has_not_started_cannot_be_marked(service):
    make_policy()
    booking = make_booking()

    with pytest.raises(NotStartedYet):
        mark(service, booking, now=booking.starts_at - timedelta(seconds=1))

    booking.refresh_from_db()
    assert booking.status == Status.BOOKED
    assert [result for _action, result in trail()] == ["talk_not_started"]


@pytest.mark.parametrize("service", [mark_completed, mark_no_show])
def test_a_cancelled_talk_cannot_be_marked(service):
    make_policy()
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED, entry=None, cancelled_at=NOW)

    with pytest.raises(TalkCancelled):
        mark(service, booking)

    assert Message.objects.count() == 0


def test_correcting_a_no_show_to_completed_cancels_the_mail():
    make_policy()
    booking = make_booking()
    mark(mark_no_show, booking)

    mark(mark_completed, booking, now=AFTER + timedelta(minutes=1))

    booking.refresh_from_db()
    assert booking.status == Status.COMPLETED
    assert Message.objects.get().state == Message.State.SUPPRESSED
    assert trail() == [("talk.no_show", "done"), ("talk.complete", "corrected")]


def test_a_completed_talk_is_corrected_to_no_show():
    make_policy()
    booking = make_booking()
    mark(mark_completed, booking)

    mark(mark_no_show, booking, now=AFTER + timedelta(minutes=1))

    booking.refresh_from_db()
    assert (booking.status, Message.objects.get().kind) == (Status.NO_SHOW, "no_show")
    assert trail() == [("talk.complete", "done"), ("talk.no_show", "corrected")]


@pytest.mark.parametrize(("first", "second"), [(mark_completed, mark_no_show), (mark_no_show, mark_completed)])
def test_a_mark_of_yesterday_cannot_be_corrected(first, second):
    make_policy()
    booking = make_booking()
    mark(first, booking)

    with pytest.raises(TooLateToCorrect):
        mark(second, booking, now=AFTER + timedelta(days=1))

    assert trail()[-1][1] == "too_late_to_correct"
