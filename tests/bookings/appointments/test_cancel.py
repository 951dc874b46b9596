from datetime import date, timedelta

import pytest

from advisors.models import AgendaEntry
from bookings.appointments.book import book
from bookings.appointments.cancel import cancel_and_offer_alternatives, cancel_booking
from bookings.errors import AlreadyStarted, BookingNotActive, BookingOver
from bookings.models import Booking, Hold
from bookings.waitlist.offers import end_expired_offers
from core.actors import SYSTEM, Actor
from organisation.models import AuditEvent, Role
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def policy():
    return make_policy(cancel_until_hours=4)


def cancelled(booking, by="candidate", now=NOW, remark="", actor=CANDIDATE):
    return cancel_booking(booking=booking, by=by, actor=actor, now=now, remark=remark)


def test_cancel_releases_the_time_and_tells_both_sides():
    booking = make_booking()

    after = cancelled(booking)

    assert (after.status, after.cancelled_by, after.is_late_cancellation, after.sequence) == (
        "cancelled",
        "candidate",
        False,
        1,
    )
    assert AgendaEntry.objects.count() == 0
    assert list(Message.objects.order_by("pk").values_list("kind", "calendar_method")) == [
        ("cancelled_by_candidate", "CANCEL"),
        ("advisor_cancelled", "CANCEL"),
    ]
    assert AuditEvent.objects.values_list("action", "result").get() == ("booking.cancel", "done")


def test_the_letter_thanks_and_offers_a_new_choice():
    cancelled(make_booking())

    letter = Message.objects.get(kind="cancelled_by_candidate")
    assert "Dat is goed. Je hoeft niets meer te doen." in letter.text
    assert "Wil je later toch een gesprek?" in letter.text


NEWS_IN = {
    "nl": (
        "Het gesprek van dinsdag 24 november om 10.30 uur gaat niet door.",
        {
            "candidate": "De kandidaat heeft afgezegd. De tijd is weer vrij in je agenda.",
            "advisor": "Je hebt het afgezegd.",
            "manager": "Rik Terwiel heeft het afgezegd. De kandidaat weet dat.",
            "system": "Het is namens jou afgezegd. De kandidaat weet dat.",
        },
    ),
    "en": (
        "The talk of Tuesday 24 November at 10:30 is cancelled.",
        {
            "candidate": "The candidate cancelled it. The time is free again in your agenda.",
            "advisor": "You cancelled it.",
            "manager": "Rik Terwiel cancelled it. The candidate knows.",
            "system": "It was cancelled on your behalf. The candidate knows.",
        },
    ),
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("who", ["candidate", "advisor", "manager", "system"])
def test_the_advisor_is_told_who_cancelled_and_of_free_time_only_for_a_candidate(language, who):
    make_policy(default_language=language)
    booking = make_booking()
    manager = make_user(Role.APPLICATION_MANAGER, name="Rik Terwiel")
    actors = {"candidate": CANDIDATE, "advisor": Actor.of(booking.advisor.user), "manager": Actor.of(manager)}

    cancelled(booking, by="candidate" if who == "candidate" else "advisor", actor=actors.get(who, SYSTEM))

    news, by_whom = NEWS_IN[language]
    text = Message.objects.get(kind="advisor_cancelled").text
    assert f"\n\n{news} {by_whom[who]}\n\n" in text


@pytest.mark.parametrize(("hours_before", "late"), [(5, False), (4, False), (3.99, True), (0.01, True)])
def test_cancel_after_the_limit_is_marked_late(hours_before, late):
    booking = make_booking()

    after = cancelled(booking, now=TUESDAY_HALF_PAST_TEN - timedelta(hours=hours_before))

    assert after.is_late_cancellation == late


def test_cancel_by_the_candidate_is_refused_after_the_start():
    booking = make_booking()

    with pytest.raises(AlreadyStarted):
        cancelled(booking, now=TUESDAY_HALF_PAST_TEN)

    assert Booking.objects.booked().count() == 1


def test_cancel_twice_is_the_same_as_once():
    booking = make_booking()

    assert cancelled(booking).sequence == cancelled(booking).sequence == 1
    assert Message.objects.count() == 2


def test_cancel_refuses_a_completed_booking():
    booking = make_booking(status="completed")

    with pytest.raises(BookingNotActive):
        cancelled(booking)


def test_cancel_by_the_advisor_apologises_and_keeps_the_invitation_open():
    booking = make_booking(invitation=make_invitation(open_until=date(2026, 11, 24)))

    cancelled(booking, by="advisor", remark="Ik ben ziek geworden.")

    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert "Sorry voor het ongemak." in letter.text
    assert "Ik ben ziek geworden." in letter.text
    assert "tot en met maandag 14 december" in letter.text
    assert Booking.objects.get().invitation.open_until == date(2026, 12, 14)


def test_the_slot_of_a_cancelled_booking_can_be_booked_again():
    booking = make_booking()
    cancelled(booking)

    again = book(invitation=booking.invitation, request=make_booking_request(), actor=CANDIDATE, now=NOW)

    assert (again.starts_at, again.pk != booking.pk) == (TUESDAY_HALF_PAST_TEN, True)


def test_cancel_by_the_advisor_is_refused_after_the_end():
    booking = make_booking()

    with pytest.raises(BookingOver):
        cancelled(booking, by="advisor", now=booking.ends_at)

    assert Booking.objects.booked().count() == 1
    assert cancelled(booking, by="advisor", now=booking.ends_at - timedelta(minutes=1)).status == "cancelled"


@pytest.mark.parametrize(
    ("language", "offer"), [("nl", "Wil je later toch een gesprek?"), ("en", "Would you like a talk later?")]
)
@pytest.mark.parametrize(("open_until", "is_offered"), [(date(2026, 11, 23), True), (date(2026, 11, 22), False)])
def test_the_letter_offers_a_new_choice_only_while_the_invitation_is_open(language, offer, open_until, is_offered):
    rejection = make_rejection(candidate=make_candidate(language=language))

    cancelled(make_booking(invitation=make_invitation(rejection=rejection, open_until=open_until)))

    letter = Message.objects.get(kind="cancelled_by_candidate")
    assert ((offer in letter.text), ("/book/" in letter.text)) == (is_offered, is_offered)
    assert "\n\n\n" not in letter.text


# alternatives for a booking that an advisor cancels


def starts_of_three_days_later():
    """Wednesday to Friday, at the time of the booking."""
    return [TUESDAY_HALF_PAST_TEN + timedelta(days=days) for days in (1, 2, 3)]


def test_cancel_by_the_advisor_holds_three_alternatives_and_offers_them():
    booking = make_booking()
    make_advisor(name="Ans de Boer")

    cancelled(booking, by="advisor", remark="Ik ben ziek geworden.")

    holds = Hold.objects.order_by("starts_at")
    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert [(one.starts_at, one.advisor, one.channel, one.reason) for one in holds] == [
        (starts_at, booking.advisor, "phone", "cancelled") for starts_at in starts_of_three_days_later()
    ]
    assert AgendaEntry.objects.filter(kind="hold").count() == 3
    assert "We houden 3 andere momenten voor je vast, tot maandag 23 november om 14.00 uur:" in letter.text
    assert "- woensdag 25 november om 10.30 uur, met Youssef Benali (telefonisch)" in letter.text
    assert f"/invitations/{booking.invitation_id}/offer/" in letter.text


def test_alternatives_respect_a_limit_of_one_booking_a_week():
    booking = make_booking(advisor=make_advisor(max_per_week=1))

    cancelled(booking, by="advisor")

    weeks = [one.starts_at.isocalendar().week for one in Hold.objects.order_by("starts_at")]
    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert weeks == [48, 49, 50]
    assert "We houden 3 andere momenten voor je vast" in letter.text
    assert AuditEvent.objects.filter(action="hold.offer").count() == 3


def test_an_advisor_who_is_away_is_replaced_by_colleagues():
    booking = make_booking()
    make_absence(advisor=booking.advisor, starts_at=NOW, ends_at=NOW + timedelta(days=60))
    colleague = make_advisor(name="Ans de Boer")

    cancelled(booking, by="advisor")

    assert {one.advisor for one in Hold.objects.all()} == {colleague}
    assert Hold.objects.count() == 3


def test_with_nothing_free_the_letter_asks_to_choose_anew():
    booking = make_booking(advisor=make_advisor(hours=False))

    cancelled(booking, by="advisor")

    letter = Message.objects.get(kind="cancelled_by_advisor")
    assert Hold.objects.count() == 0
    assert "Kies een nieuw moment: http" in letter.text
    assert "\n\n\n" not in letter.text


def test_booking_one_alternative_releases_the_others():
    booking = make_booking()
    held = cancel_and_offer_alternatives(
        booking=booking, reason=Hold.Reason.CHANGED, remark="", actor=CANDIDATE, now=NOW
    )
    request = make_booking_request(held[1].starts_at, advisor=booking.advisor)

    again = book(invitation=booking.invitation, request=request, actor=CANDIDATE, now=NOW)

    assert list(Hold.objects.order_by("starts_at").values_list("state", flat=True)) == [
        "withdrawn",
        "taken",
        "withdrawn",
    ]
    assert AgendaEntry.objects.values_list("pk", "kind").get() == (again.entry_id, "booking")


def test_cancelling_with_alternatives_twice_is_the_same_as_once():
    booking = make_booking()

    first, second = (
        cancel_and_offer_alternatives(booking=booking, reason=Hold.Reason.CHANGED, remark="", actor=CANDIDATE, now=NOW)
        for _ in range(2)
    )

    assert {one.pk for one in first} == {one.pk for one in second}
    assert (Hold.objects.count(), Message.objects.count()) == (3, 2)


def test_alternatives_that_are_not_taken_become_free_again():
    cancelled(make_booking(), by="advisor")

    end_expired_offers(now=NOW + timedelta(hours=4))

    assert set(Hold.objects.values_list("state", "entry")) == {("expired", None)}
    assert AgendaEntry.objects.count() == 0


def test_cancel_by_the_candidate_holds_nothing():
    cancelled(make_booking())

    assert Hold.objects.count() == 0


def test_cancel_with_alternatives_refuses_a_booking_that_is_over_or_completed():
    held = make_booking(status="completed")
    over = make_booking()

    with pytest.raises(BookingNotActive):
        cancel_and_offer_alternatives(booking=held, reason=Hold.Reason.CHANGED, remark="", actor=CANDIDATE, now=NOW)
    with pytest.raises(BookingOver):
        cancel_and_offer_alternatives(
            booking=over, reason=Hold.Reason.CHANGED, remark="", actor=CANDIDATE, now=over.ends_at
        )

    assert Hold.objects.count() == 0
