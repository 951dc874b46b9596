"""Changes of hours, absences and closed days, with the bookings that conflict with them."""

from datetime import date, time, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.errors import AbsenceTooLong, RuleNotSupported
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Span
from advisors.availability.validation import validate_hours
from advisors.hours.services import change_hours, close_hours, open_hours
from advisors.models import Absence, Opening
from bookings.appointments.move import move_booking
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import ConflictAction, Resolution, ScheduleChange, UnresolvedConflicts
from bookings.reassignment.conflicts import Colleague
from core.actors import Actor
from organisation.models import AuditEvent, Policy, Role
from organisation.policy.closed_days import close_day
from outbox.models import Message
from tests.bookings.reassignment.changes import WEEK, absence_of, applied, resolved
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_candidate,
    make_hold,
    make_invitation,
    make_location,
    make_opening,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def advisor():
    make_policy()
    return make_advisor()


def test_a_change_without_conflicts_is_made_at_once(advisor):
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=14))

    assert applied(absence_of(advisor)) == []
    assert Absence.objects.count() == 1


def test_a_change_with_conflicts_asks_first_and_changes_nothing(advisor):
    colleague = make_advisor(name="Ada Bos")
    make_absence(advisor=make_advisor(name="Zij"), starts_at=NOW, ends_at=NOW + timedelta(days=5))
    booking = make_booking(advisor=advisor)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN - timedelta(days=7))

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor))

    [conflict] = found.value.conflicts
    assert (conflict.booking, conflict.colleagues) == (booking, (Colleague(colleague.pk, "Ada Bos"),))
    assert (Absence.objects.filter(advisor=advisor).count(), AuditEvent.objects.count()) == (0, 0)


def test_keeping_a_booking_is_recorded_in_the_audit_trail(advisor):
    booking = make_booking(advisor=advisor)

    applied(absence_of(advisor), **resolved(booking, ConflictAction.KEEP))

    booking.refresh_from_db()
    assert (booking.status, booking.advisor, Message.objects.count()) == ("booked", advisor, 0)
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["absence.add", "booking.keep"]


def test_reassigning_gives_the_booking_to_the_colleague_and_tells_the_candidate_once(advisor):
    colleague = make_advisor(name="Ada Bos")
    booking = make_booking(advisor=advisor)

    applied(absence_of(advisor), remark="Ik ben er niet.", **resolved(booking, ConflictAction.REASSIGN, colleague))

    booking.refresh_from_db()
    assert (booking.advisor, booking.starts_at) == (colleague, TUESDAY_HALF_PAST_TEN)
    [letter] = Message.objects.filter(person_key=f"candidate:{booking.candidate.pk}", transport="mail")
    assert "Ik ben er niet." in letter.text


def test_offering_cancels_the_booking_and_holds_three_slots_outside_the_absence(advisor):
    booking = make_booking(advisor=advisor)

    applied(absence_of(advisor), **resolved(booking, ConflictAction.OFFER))

    booking.refresh_from_db()
    holds = Hold.objects.all()
    assert (booking.status, len(holds), {hold.reason for hold in holds}) == ("cancelled", 3, {"changed"})
    assert all(hold.starts_at >= WEEK.end for hold in holds)


@pytest.mark.parametrize("resolution", [None, (ConflictAction.REASSIGN, 999_999), (ConflictAction.REASSIGN, None)])
def test_an_invalid_resolution_changes_nothing(advisor, resolution):
    booking = make_booking(advisor=advisor)
    resolutions = (
        {f"b{booking.pk}": Resolution(*resolution, booking.starts_at)}
        if resolution
        else {"b999999": Resolution(ConflictAction.KEEP)}
    )

    with pytest.raises(UnresolvedConflicts):
        applied(absence_of(advisor), **resolutions)

    assert (Absence.objects.count(), Booking.objects.booked().count()) == (0, 1)


def test_a_booking_made_meanwhile_is_asked_about_too(advisor):
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor), **resolved(first, ConflictAction.KEEP))

    assert [conflict.booking for conflict in found.value.conflicts] == [first, second]
    assert Absence.objects.count() == 0


def test_a_booking_moved_meanwhile_is_asked_about_again(advisor):
    booking = make_booking(advisor=advisor)
    request = make_booking_request(WEDNESDAY_TEN, advisor=advisor)
    move_booking(booking=booking, request=request, actor=CANDIDATE, now=NOW - timedelta(days=1))

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor), **resolved(booking, ConflictAction.KEEP))

    assert [conflict.booking.starts_at for conflict in found.value.conflicts] == [WEDNESDAY_TEN]


def test_two_overlapping_bookings_cannot_go_to_one_colleague(advisor):
    colleague = make_advisor(name="Ada Bos")
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=first.ends_at + timedelta(minutes=10))
    make_absence(advisor=colleague, starts_at=second.starts_at, ends_at=second.ends_at)
    resolutions = resolved(first, ConflictAction.REASSIGN, colleague) | resolved(
        second, ConflictAction.REASSIGN, colleague
    )

    with pytest.raises(UnresolvedConflicts):
        applied(absence_of(advisor), **resolutions)

    assert set(Booking.objects.values_list("advisor", flat=True)) == {advisor.pk}
    assert Message.objects.count() == 0


def test_a_daily_limit_of_a_colleague_refuses_the_second_booking(advisor):
    colleague = make_advisor(name="Ada Bos", max_per_day=1)
    first = make_booking(advisor=advisor)
    second = make_booking(advisor=advisor, starts_at=first.starts_at + timedelta(hours=1))
    resolutions = resolved(first, ConflictAction.REASSIGN, colleague) | resolved(
        second, ConflictAction.REASSIGN, colleague
    )

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor), **resolutions)

    assert found.value.cause.code == "colleague_not_free"
    assert (Absence.objects.count(), set(Booking.objects.values_list("advisor", flat=True))) == (0, {advisor.pk})


def test_a_colleague_who_gave_the_rejection_is_not_proposed(advisor):
    recruiter = make_user(Role.ADVISOR, Role.RECRUITER)
    make_advisor(user=recruiter)
    rejection = make_rejection(vacancy=make_vacancy(recruiter=recruiter))
    make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor))

    assert [conflict.colleagues for conflict in found.value.conflicts] == [()]


@pytest.mark.parametrize("action", [ConflictAction.REASSIGN, ConflictAction.OFFER])
def test_an_actor_who_gave_the_rejection_can_only_keep_the_booking(advisor, action):
    colleague = make_advisor(name="Ada Bos")
    rejection = make_rejection(vacancy=make_vacancy(recruiter=advisor.user))
    booking = make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))
    change, actor = absence_of(advisor), Actor.of(advisor.user)
    resolution = resolved(booking, action, colleague if action == ConflictAction.REASSIGN else None)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(change, actor=actor, **resolution)
    applied(change, actor=actor, **resolved(booking, ConflictAction.KEEP))

    assert [conflict.is_restricted for conflict in found.value.conflicts] == [True]
    assert (Absence.objects.count(), Booking.objects.get().status) == (1, "booked")


def test_a_booking_that_has_started_can_only_be_kept(advisor):
    booking = make_booking(advisor=advisor, starts_at=NOW - timedelta(minutes=10))

    with pytest.raises(UnresolvedConflicts) as found:
        applied(
            absence_of(advisor, Span(NOW - timedelta(hours=1), WEEK.end)), **resolved(booking, ConflictAction.OFFER)
        )

    assert [conflict.has_started for conflict in found.value.conflicts] == [True]


def test_a_refused_change_is_recorded_once_in_the_audit_trail(advisor):
    ten_years = Span(NOW, NOW + timedelta(days=3650))

    with pytest.raises(AbsenceTooLong):
        applied(absence_of(advisor, ten_years))

    trail = AuditEvent.objects.values_list("action", "about", "result")
    assert list(trail) == [("absence.add", f"advisor:{advisor.pk}", "absence_too_long")]


def test_an_invalid_change_is_refused_before_any_agenda_is_locked(advisor):
    rule = Hours(None, time(9), time(10), frozenset({"phone"}), rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    change = ScheduleChange(
        apply=partial(open_hours, advisor=advisor, hours=rule),
        check=partial(validate_hours, Opening(advisor=advisor), rule),
        advisors=(advisor.pk,),
        action="hours.open",
        about=f"advisor:{advisor.pk}",
    )

    with CaptureQueriesContext(connection) as captured, pytest.raises(RuleNotSupported):
        applied(change)

    assert [query["sql"] for query in captured if "advisors_" in query["sql"]] == []
    assert AuditEvent.objects.values_list("action", "result").get() == ("hours.open", "rule_not_supported")


def test_the_same_confirmed_twice_is_the_same_as_once(advisor):
    booking = make_booking(advisor=advisor)
    applied(absence_of(advisor), **resolved(booking, ConflictAction.KEEP))

    applied(absence_of(advisor), **resolved(booking, ConflictAction.KEEP))

    assert Absence.objects.count() == 1


def test_a_booking_kept_outside_the_hours_conflicts_with_a_new_absence():
    make_policy()
    advisor = make_advisor(hours=False)
    booking = make_booking(advisor=advisor)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor))

    assert [conflict.booking for conflict in found.value.conflicts] == [booking]


def change(opening, **fields):
    values = {"weekday": 1, "starts": time(9), "ends": time(12), "channels": frozenset({"phone"})}
    apply = partial(change_hours, opening=opening, hours=Hours(**values | fields))
    return ScheduleChange(
        apply=apply, advisors=(opening.advisor_id,), action="hours.change", about=f"opening:{opening.pk}"
    )


@pytest.mark.parametrize(
    ("fields", "has_conflict"),
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
def test_a_change_of_hours_conflicts_with_bookings_that_no_longer_fit(fields, has_conflict):
    make_policy()
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=1)
    make_booking(advisor=advisor)  # on Tuesday at half past ten, by phone

    try:
        conflicts = applied(change(opening, **fields))
    except UnresolvedConflicts as found:
        conflicts = found.conflicts

    assert (len(conflicts) == 1) is has_conflict


def test_hours_in_another_language_conflict_with_bookings_in_the_old_one_only():
    make_policy()
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=1)
    in_english = make_booking(advisor=advisor, language="en")
    make_booking(advisor=advisor, starts_at=in_english.starts_at + timedelta(hours=1), language="nl")

    with pytest.raises(UnresolvedConflicts) as found:
        applied(change(opening, languages=frozenset({"nl"})))

    assert [conflict.booking for conflict in found.value.conflicts] == [in_english]


def test_hours_at_another_location_conflict_with_bookings_at_the_old_one_only():
    make_policy()
    advisor, place = make_advisor(hours=False), make_location()
    opening = make_opening(advisor=advisor, weekday=1, location=place)
    on_site = make_booking(advisor=advisor, channel="onsite", location=place)
    make_booking(advisor=advisor, starts_at=on_site.starts_at + timedelta(hours=1))  # by phone

    with pytest.raises(UnresolvedConflicts) as found:
        applied(change(opening, channels=frozenset({"phone", "onsite"}), location_id=make_location().pk))

    assert [conflict.booking for conflict in found.value.conflicts] == [on_site]


def test_closing_hours_conflicts_with_their_bookings_only():
    make_policy()
    advisor = make_advisor(hours=False)
    tuesday, wednesday = (make_opening(advisor=advisor, weekday=weekday) for weekday in (1, 2))
    make_booking(advisor=advisor)
    kept = make_booking(advisor=advisor, starts_at=WEDNESDAY_TEN)
    closing = partial(close_hours, opening=wednesday)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(ScheduleChange(apply=closing, advisors=(advisor.pk,), action="hours.close", about="opening:1"))

    assert [conflict.booking for conflict in found.value.conflicts] == [kept]
    assert set(Opening.objects.all()) == {tuesday, wednesday}


def test_changed_hours_of_one_day_conflict_on_that_day_only(advisor):
    booking = make_booking(advisor=advisor)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=7))
    hours = Hours(None, time(9), time(10), frozenset({"phone"}), day=date(2026, 11, 24), replaces=True)
    apply = partial(open_hours, advisor=advisor, hours=hours)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(ScheduleChange(apply=apply, advisors=(advisor.pk,), action="hours.open", about="advisor:1"))

    assert [conflict.booking for conflict in found.value.conflicts] == [booking]


def test_a_closed_day_conflicts_with_bookings_of_all_advisors(advisor):
    other = make_advisor(name="Ada Bos")
    bookings = [make_booking(advisor=advisor), make_booking(advisor=other)]
    apply = partial(close_day, day=date(2026, 11, 24), reason="Opleiding")
    closing = ScheduleChange(
        apply=apply, advisors=(advisor.pk, other.pk), action="day.close", about="policy:2026-11-24"
    )

    with pytest.raises(UnresolvedConflicts) as found:
        applied(closing)
    assert [(conflict.booking, conflict.colleagues) for conflict in found.value.conflicts] == [
        (booking, ()) for booking in bookings
    ]
    applied(closing, **resolved(bookings[0], ConflictAction.KEEP), **resolved(bookings[1], ConflictAction.OFFER))

    assert Policy.objects.get().closed_days == {"2026-11-24": "Opleiding"}
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["booked", "cancelled"]


@pytest.mark.parametrize(
    ("language", "to_candidate"),
    [
        ("nl", " om 10.30 uur gaat niet door. We zijn die dag gesloten. Sorry voor het ongemak.\n"),
        ("en", " at 10:30 is cancelled. We are closed that day. We are sorry.\n"),
    ],
)
def test_the_letters_name_the_closed_day_as_the_reason(language, to_candidate, advisor):
    rejection = make_rejection(candidate=make_candidate(language=language))
    booking = make_booking(advisor=advisor, invitation=make_invitation(rejection=rejection))
    apply = partial(close_day, day=date(2026, 11, 24), reason="Opleiding")
    change = ScheduleChange(apply=apply, advisors=(advisor.pk,), action="day.close", about="policy:2026-11-24")

    applied(change, **resolved(booking, ConflictAction.OFFER), actor=Actor.of(make_user(name="Ruben Terwiel")))

    mine, advisors = (Message.objects.get(kind=kind).text for kind in ("cancelled_by_advisor", "advisor_cancelled"))
    assert to_candidate in mine
    assert "We zijn die dag gesloten. Ruben Terwiel heeft het afgezegd. De kandidaat weet dat.\n" in advisors


def test_a_cancellation_for_an_absence_does_not_name_a_closed_day(advisor):
    booking = make_booking(advisor=advisor)

    applied(absence_of(advisor), **resolved(booking, ConflictAction.OFFER))

    assert "gesloten" not in " ".join(Message.objects.values_list("text", flat=True))


def test_the_number_of_holds_that_the_change_would_end_is_reported(advisor):
    make_booking(advisor=advisor)
    for days in (1, 2, 14):
        make_hold(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=days), channel="onsite")
    make_hold(starts_at=TUESDAY_HALF_PAST_TEN)

    with pytest.raises(UnresolvedConflicts) as found:
        applied(absence_of(advisor))

    assert found.value.holds == 2
