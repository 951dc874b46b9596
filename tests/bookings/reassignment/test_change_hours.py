"""Hours, absences and closed days that hit talks: nothing standing is left behind without an answer."""

from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.errors import AbsenceTooLong, RuleNotSupported
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Span
from advisors.availability.validation import checked
from advisors.models import Absence, Opening
from advisors.services import change_hours, close_hours, open_hours
from bookings.appointments.move import move
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import Answer, Change, TalksInTheWay, What
from bookings.reassignment.conflicts import Colleague
from core.actors import Actor
from organisation.models import AuditEvent, Policy, Role
from organisation.policy.closed_days import close_day
from outbox.models import Message
from tests.bookings.reassignment.changes import WEEK, absence_of, answered, carried_out
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_candidate,
    make_hold,
    make_invitation,
    make_location,
    make_opening,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
    make_wish,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    make_policy()
    return make_advisor()


def test_a_change_that_hits_no_talk_is_made_at_once(advisor):
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=14))

    assert carried_out(absence_of(advisor)) == []
    assert Absence.objects.count() == 1


def test_a_change_that_hits_talks_asks_first_and_changes_nothing(advisor):
    colleague = make_advisor(name="Ada Bos")
    make_absence(advisor=make_advisor(name="Zij"), starts_at=NOW, ends_at=NOW + timedelta(days=5))
    booking = make_booking(advisor=advisor)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN - timedelta(days=7))

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor))

    [hit] = found.value.hits
    assert (hit.booking, hit.colleagues) == (booking, (Colleague(colleague.pk, "Ada Bos"),))
    assert (Absence.objects.filter(advisor=advisor).count(), AuditEvent.objects.count()) == (0, 0)


def test_keeping_a_talk_leaves_it_and_says_so_in_the_trail(advisor):
    booking = make_booking(advisor=advisor)

    carried_out(absence_of(advisor), **answered(booking, What.KEEP))

    booking.refresh_from_db()
    assert (booking.status, booking.advisor, Message.objects.count()) == ("booked", advisor, 0)
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["absence.add", "booking.keep"]


def test_handing_over_gives_the_talk_to_the_colleague_and_tells_the_candidate_once(advisor):
    colleague = make_advisor(name="Ada Bos")
    booking = make_booking(advisor=advisor)

    carried_out(absence_of(advisor), word="Ik ben er niet.", **answered(booking, What.HAND_OVER, colleague))

    booking.refresh_from_db()
    assert (booking.advisor, booking.starts_at) == (colleague, TUESDAY_HALF_PAST_TEN)
    [letter] = Message.objects.filter(person_key=f"candidate:{booking.candidate.pk}", channel="mail")
    assert "Ik ben er niet." in letter.text


def test_offering_cancels_the_talk_and_holds_three_moments_outside_the_absence(advisor):
    booking = make_booking(advisor=advisor)

    carried_out(absence_of(advisor), **answered(booking, What.OFFER))

    booking.refresh_from_db()
    holds = Hold.objects.all()
    assert (booking.status, len(holds), {hold.reason for hold in holds}) == ("cancelled", 3, {"changed"})
    assert all(hold.starts_at >= WEEK.end for hold in holds)


@pytest.mark.parametrize("answer", [None, (What.HAND_OVER, 999_999), (What.HAND_OVER, None)])
def test_an_answer_that_cannot_be_leaves_everything_as_it_was(advisor, answer):
    booking = make_booking(advisor=advisor)
    answers = {f"b{booking.pk}": Answer(*answer, booking.starts_at)} if answer else {"b999999": Answer(What.KEEP)}

    with pytest.raises(TalksInTheWay):
        carried_out(absence_of(advisor), **answers)

    assert (Absence.objects.count(), Booking.objects.standing().count()) == (0, 1)


def test_a_talk_that_was_booked_meanwhile_is_asked_about_too(advisor):
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor), **answered(first, What.KEEP))

    assert [hit.booking for hit in found.value.hits] == [first, second]
    assert Absence.objects.count() == 0


def test_a_talk_that_moved_meanwhile_is_asked_about_again(advisor):
    booking = make_booking(advisor=advisor)
    wish = make_wish(WEDNESDAY_TEN, advisor=advisor)
    move(booking=booking, wish=wish, actor=CANDIDATE, now=NOW - timedelta(days=1))

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor), **answered(booking, What.KEEP))

    assert [hit.booking.starts_at for hit in found.value.hits] == [WEDNESDAY_TEN]


def test_two_talks_at_once_cannot_go_to_the_same_colleague_and_nothing_happens(advisor):
    colleague = make_advisor(name="Ada Bos")
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=first.ends_at + timedelta(minutes=10))
    make_absence(advisor=colleague, starts_at=second.starts_at, ends_at=second.ends_at)
    answers = answered(first, What.HAND_OVER, colleague) | answered(second, What.HAND_OVER, colleague)

    with pytest.raises(TalksInTheWay):
        carried_out(absence_of(advisor), **answers)

    assert set(Booking.objects.values_list("advisor", flat=True)) == {advisor.pk}
    assert Message.objects.count() == 0


def test_the_cap_of_a_colleague_stops_the_second_talk_and_says_why(advisor):
    colleague = make_advisor(name="Ada Bos", max_per_day=1)
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=first.starts_at + timedelta(hours=1))
    answers = answered(first, What.HAND_OVER, colleague) | answered(second, What.HAND_OVER, colleague)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor), **answers)

    assert found.value.because.code == "colleague_not_free"
    assert (Absence.objects.count(), set(Booking.objects.values_list("advisor", flat=True))) == (0, {advisor.pk})


def test_never_a_colleague_who_gave_the_rejection(advisor):
    recruiter = make_user(Role.ADVISOR, Role.RECRUITER)
    make_advisor(user=recruiter)
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter))
    make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor))

    assert [hit.colleagues for hit in found.value.hits] == [()]


@pytest.mark.parametrize("what", [What.HAND_OVER, What.OFFER])
def test_who_gave_the_rejection_can_only_keep_the_talk(advisor, what):
    colleague = make_advisor(name="Ada Bos")
    rejection = make_rejection(vacancy=make_vacancy(recruiter=advisor.user))
    booking = make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))
    wish, actor = absence_of(advisor), Actor.of(advisor.user)
    answer = answered(booking, what, colleague if what == What.HAND_OVER else None)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(wish, actor=actor, **answer)
    carried_out(wish, actor=actor, **answered(booking, What.KEEP))

    assert [hit.is_barred for hit in found.value.hits] == [True]
    assert (Absence.objects.count(), Booking.objects.get().status) == (1, "booked")


def test_a_talk_that_has_started_can_only_be_kept(advisor):
    booking = make_booking(advisor=advisor, starts_at=NOW - timedelta(minutes=10))

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor, Span(NOW - timedelta(hours=1), WEEK.end)), **answered(booking, What.OFFER))

    assert [hit.has_started for hit in found.value.hits] == [True]


def test_what_the_change_refuses_is_refused_once_and_stays_in_the_trail(advisor):
    ten_years = Span(NOW, NOW + timedelta(days=3650))

    with pytest.raises(AbsenceTooLong):
        carried_out(absence_of(advisor, ten_years))

    trail = AuditEvent.objects.values_list("action", "about", "result")
    assert list(trail) == [("absence.add", f"advisor:{advisor.pk}", "absence_too_long")]


def test_what_can_be_refused_at_once_is_refused_before_any_agenda_is_locked(advisor):
    rule = Hours(None, time(9), time(10), frozenset({"phone"}), rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    change = Change(
        make=partial(open_hours, advisor=advisor, hours=rule),
        check=partial(checked, Opening(advisor=advisor), rule),
        advisors=(advisor.pk,),
        action="hours.open",
        about=f"advisor:{advisor.pk}",
    )

    with CaptureQueriesContext(connection) as captured, pytest.raises(RuleNotSupported):
        carried_out(change)

    assert [query["sql"] for query in captured if "advisors_" in query["sql"]] == []
    assert AuditEvent.objects.values_list("action", "result").get() == ("hours.open", "rule_not_supported")


def test_the_same_confirmed_twice_is_the_same_as_once(advisor):
    booking = make_booking(advisor=advisor)
    carried_out(absence_of(advisor), **answered(booking, What.KEEP))

    carried_out(absence_of(advisor), **answered(booking, What.KEEP))

    assert Absence.objects.count() == 1


def test_a_talk_that_was_kept_outside_the_hours_is_asked_about_when_an_absence_hits_it():
    make_policy()
    advisor = make_advisor(hours=False)
    booking = make_booking(advisor=advisor)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor))

    assert [hit.booking for hit in found.value.hits] == [booking]


def change(opening, **fields):
    values = {"weekday": 1, "starts": time(9), "ends": time(12), "channels": frozenset({"phone"})}
    make = partial(change_hours, opening=opening, hours=Hours(**values | fields))
    return Change(make=make, advisors=(opening.advisor_id,), action="hours.change", about=f"opening:{opening.pk}")


@pytest.mark.parametrize(
    ("fields", "is_hit"),
    [
        ({}, False),
        ({"ends": time(11)}, False),
        ({"ends": time(10, 40)}, True),
        ({"starts": time(11)}, True),
        ({"weekday": 2}, True),
        ({"channels": frozenset({"video"})}, True),
        ({"valid_from": date(2026, 11, 25)}, True),
        ({"valid_until": date(2026, 11, 24)}, False),
        ({"length": timedelta(minutes=60)}, False),
        ({"weekday": None, "rule": "FREQ=WEEKLY;BYDAY=TU"}, False),
        ({"weekday": None, "rule": "FREQ=MONTHLY;BYDAY=1TU"}, True),
    ],
)
def test_a_change_of_hours_hits_a_talk_that_no_longer_fits(fields, is_hit):
    make_policy()
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=1)
    make_booking(advisor=advisor)  # on Tuesday at half past ten, by phone

    try:
        hits = carried_out(change(opening, **fields))
    except TalksInTheWay as found:
        hits = found.hits

    assert (len(hits) == 1) is is_hit


def test_hours_in_another_language_hit_a_talk_in_the_old_one_only():
    make_policy()
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=1)
    in_english = make_booking(advisor=advisor, language="en")
    make_booking(advisor=advisor, starts_at=in_english.starts_at + timedelta(hours=1), language="nl")

    with pytest.raises(TalksInTheWay) as found:
        carried_out(change(opening, languages=frozenset({"nl"})))

    assert [hit.booking for hit in found.value.hits] == [in_english]


def test_hours_at_another_place_hit_a_talk_at_the_old_one_only():
    make_policy()
    advisor, place = make_advisor(hours=False), make_location()
    opening = make_opening(advisor=advisor, weekday=1, location=place)
    on_site = make_booking(advisor=advisor, channel="onsite", location=place)
    make_booking(advisor=advisor, starts_at=on_site.starts_at + timedelta(hours=1))  # by phone

    with pytest.raises(TalksInTheWay) as found:
        carried_out(change(opening, channels=frozenset({"phone", "onsite"}), location_id=make_location().pk))

    assert [hit.booking for hit in found.value.hits] == [on_site]


def test_closing_hours_asks_about_their_talks_only():
    make_policy()
    advisor = make_advisor(hours=False)
    tuesday, wednesday = (make_opening(advisor=advisor, weekday=weekday) for weekday in (1, 2))
    make_booking(advisor=advisor)
    kept = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)
    closing = partial(close_hours, opening=wednesday)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(Change(make=closing, advisors=(advisor.pk,), action="hours.close", about="opening:1"))

    assert [hit.booking for hit in found.value.hits] == [kept]
    assert set(Opening.objects.all()) == {tuesday, wednesday}


def test_changed_hours_on_one_day_hit_that_day_only(advisor):
    booking = make_booking(advisor=advisor)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=7))
    wish = Hours(None, time(9), time(10), frozenset({"phone"}), day=date(2026, 11, 24), replaces=True)
    make = partial(open_hours, advisor=advisor, hours=wish)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(Change(make=make, advisors=(advisor.pk,), action="hours.open", about="advisor:1"))

    assert [hit.booking for hit in found.value.hits] == [booking]


def test_a_closed_day_hits_the_talks_of_everybody(advisor):
    other = make_advisor(name="Ada Bos")
    bookings = [make_booking(advisor=advisor), make_booking(advisor=other)]
    make = partial(close_day, day=date(2026, 11, 24), reason="Opleiding")
    closing = Change(make=make, advisors=(advisor.pk, other.pk), action="day.close", about="policy:2026-11-24")

    with pytest.raises(TalksInTheWay) as found:
        carried_out(closing)
    assert [(hit.booking, hit.colleagues) for hit in found.value.hits] == [(booking, ()) for booking in bookings]
    carried_out(closing, **answered(bookings[0], What.KEEP), **answered(bookings[1], What.OFFER))

    assert Policy.objects.get().closed_days == {"2026-11-24": "Opleiding"}
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["booked", "cancelled"]


@pytest.mark.parametrize(
    ("language", "to_candidate"),
    [
        ("nl", " om 10.30 uur gaat niet door. We zijn die dag gesloten. Sorry voor het ongemak.\n"),
        ("en", " at 10:30 is cancelled. We are closed that day. We are sorry.\n"),
    ],
)
def test_the_letters_say_that_the_employer_is_closed_that_day(language, to_candidate, advisor):
    rejection = make_rejection(candidate=make_candidate(language=language))
    booking = make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))
    make = partial(close_day, day=date(2026, 11, 24), reason="Opleiding")
    change = Change(make=make, advisors=(advisor.pk,), action="day.close", about="policy:2026-11-24")

    carried_out(change, **answered(booking, What.OFFER), actor=Actor.of(make_user(name="Ruben Terwiel")))

    mine, advisors = (Message.objects.get(kind=kind).text for kind in ("cancelled_by_advisor", "advisor_cancelled"))
    assert to_candidate in mine
    assert "We zijn die dag gesloten. Ruben Terwiel heeft het afgezegd. De kandidaat weet dat.\n" in advisors


def test_a_closed_day_is_no_reason_for_what_is_cancelled_on_account_of_an_absence(advisor):
    booking = make_booking(advisor=advisor)

    carried_out(absence_of(advisor), **answered(booking, What.OFFER))

    assert "gesloten" not in " ".join(Message.objects.values_list("text", flat=True))


def test_the_question_counts_the_held_moments_that_the_change_would_end(advisor):
    make_booking(advisor=advisor)
    for days in (1, 2, 14):
        make_hold(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=days), channel="onsite")
    make_hold(starts_at=TUESDAY_HALF_PAST_TEN)

    with pytest.raises(TalksInTheWay) as found:
        carried_out(absence_of(advisor))

    assert found.value.holds == 2
