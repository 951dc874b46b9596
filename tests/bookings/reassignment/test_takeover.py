"""Takeover of all bookings of a colleague in a period: all or nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.availability.errors import AbsenceInvalid
from advisors.availability.slots import Span
from advisors.models import Absence, AgendaEntry
from bookings.appointments.cancel import cancel_booking
from bookings.errors import TakeoverStopped
from bookings.models import Booking, Hold
from bookings.reassignment.change_hours import ConflictAction, Resolution
from bookings.reassignment.takeover import Takeover, take_over_bookings
from bookings.reassignment.takeover_plan import bookings_to_take_over, takeover_rows
from core.actors import Actor
from organisation.models import AuditEvent, Role
from outbox.models import Message
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    WEDNESDAY_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_user,
    make_vacancy,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ME = Actor(key="user:7", origin="web")
TUESDAY = Span(TUESDAY_HALF_PAST_TEN.replace(hour=0), WEDNESDAY_TEN.replace(hour=0))
WEEK = Span(TUESDAY.start, TUESDAY.start + timedelta(days=7))
TEN = TUESDAY_HALF_PAST_TEN - timedelta(minutes=30)
KEEP, OFFER = Resolution(ConflictAction.KEEP), Resolution(ConflictAction.OFFER)


@pytest.fixture(autouse=True)
def policy():
    return make_policy()


@pytest.fixture
def ill():
    return make_advisor(name="Youssef Benali")


@pytest.fixture
def marit():
    return make_advisor(name="Marit de Wit")


def to(advisor):
    return Resolution(ConflictAction.REASSIGN, advisor.pk)


def taken_over(ill, resolutions, *, seen=None, now=NOW, span=TUESDAY, actor=ME, **how):
    """Take over with `resolutions` by booking; the starts are as they are now unless `seen` says otherwise."""
    by_key = {booking.pk: resolution for booking, resolution in resolutions.items()}
    seen_starts = {booking.pk: booking.starts_at for booking in resolutions} if seen is None else seen
    wanted = Takeover(advisor=ill, span=span, resolutions=by_key, seen_starts=seen_starts, **how)
    return take_over_bookings(takeover=wanted, actor=actor, now=now)


def stops(ill, resolutions, code, **how):
    """Assert that nothing was done and that the attempt is in the audit trail."""
    before = list(Booking.objects.order_by("pk").values())
    with pytest.raises(TakeoverStopped) as stopped:
        taken_over(ill, resolutions, **how)

    assert stopped.value.cause.code == code
    assert list(Booking.objects.order_by("pk").values()) == before
    assert (Message.objects.count(), Absence.objects.count(), Hold.objects.count()) == (0, 0, 0)
    assert AuditEvent.objects.values_list("action", "result").get() == ("agenda.take_over", "takeover_stopped")
    return stopped.value


def test_take_over_resolves_every_booking_and_tells_each_candidate_once(ill, marit):
    other = make_advisor(name="Sanne Bos")
    first, second = make_booking(advisor=ill, starts_at=TEN), make_booking(advisor=ill)
    third = make_booking(advisor=ill, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(minutes=30))

    taken_over(ill, {first: to(marit), second: to(other), third: KEEP}, remark="Youssef is ziek.")

    assert list(Booking.objects.order_by("pk").values_list("advisor", "sequence")) == [
        (marit.pk, 1),
        (other.pk, 1),
        (ill.pk, 0),
    ]
    letters = Message.objects.filter(person_key__startswith="candidate:")
    assert sorted(letters.values_list("recipient", "kind")) == sorted(
        (booking.candidate.email, "handed_over") for booking in (first, second)
    )
    assert all("Youssef is ziek." in letter.text for letter in letters)
    assert AuditEvent.objects.filter(action="agenda.take_over", result="done", about=f"advisor:{ill.pk}").count() == 1


def test_take_over_can_enter_the_absence(ill, marit):
    booking = make_booking(advisor=ill)

    taken_over(ill, {booking: to(marit)}, is_absence=True)

    assert Absence.objects.values_list("advisor", "starts_at", "ends_at").get() == (ill.pk, *TUESDAY)


def test_take_over_offers_alternatives_when_nobody_is_free(ill):
    booking = make_booking(advisor=ill)

    taken_over(ill, {booking: OFFER}, is_absence=True, remark="Youssef is ziek.")

    assert Booking.objects.values_list("status", "cancelled_by").get() == ("cancelled", "advisor")
    holds = Hold.objects.offered()
    assert (holds.count(), [hold.starts_at for hold in holds if hold.starts_at < TUESDAY.end]) == (3, [])
    [letter] = Message.objects.filter(person_key__startswith="candidate:")
    assert "Youssef is ziek." in letter.text


def test_take_over_offers_no_slots_of_the_absent_colleague_in_that_period(ill):
    booking = make_booking(advisor=ill)

    taken_over(ill, {booking: OFFER}, span=WEEK)

    offered = list(Hold.objects.offered().values_list("advisor", "starts_at"))
    assert Absence.objects.count() == 0
    assert [len(offered), [one for one in offered if one[1] < WEEK.end]] == [3, []]


def test_take_over_stops_when_a_colleague_is_not_free_any_more(ill, marit):
    first, second = make_booking(advisor=ill, starts_at=TEN), make_booking(advisor=ill)
    make_booking(advisor=marit)

    stopped = stops(ill, {first: to(marit), second: to(marit)}, "colleague_not_free", is_absence=True)

    assert stopped.starts_at == TUESDAY_HALF_PAST_TEN


def test_take_over_stops_when_a_booking_was_made_meanwhile(ill, marit):
    booking = make_booking(advisor=ill)
    make_booking(advisor=ill, starts_at=TEN)

    stops(ill, {booking: to(marit)}, "talk_changed")


def test_take_over_stops_when_a_booking_was_cancelled_meanwhile(ill, marit):
    booking, other = make_booking(advisor=ill), make_booking(advisor=ill, starts_at=TEN)
    Booking.objects.filter(pk=other.pk).update(status="cancelled", entry=None, cancelled_at=NOW)

    stops(ill, {booking: to(marit), other: to(marit)}, "talk_changed")


def test_take_over_stops_when_a_booking_moved_within_the_day(ill, marit):
    booking = make_booking(advisor=ill)

    stops(ill, {booking: to(marit)}, "talk_changed", seen={booking.pk: TEN})


def test_take_over_stops_when_a_booking_is_missing(ill, marit):
    booking, other = make_booking(advisor=ill), make_booking(advisor=ill, starts_at=TEN)

    stops(ill, {booking: to(marit)}, "talk_changed", seen={booking.pk: booking.starts_at, other.pk: TEN})


def test_take_over_never_assigns_the_recruiter_who_gave_the_rejection(ill):
    recruiter = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    rejection = make_rejection(vacancy=make_vacancy(), recruiter=recruiter.user)
    booking = make_booking(advisor=ill, invitation=make_invitation(rejection=rejection))

    stops(ill, {booking: to(recruiter)}, "may_not_hold")


def booking_rejected_by(recruiter, **fields):
    """Booking whose rejection this recruiter gave."""
    rejection = make_rejection(vacancy=make_vacancy(), recruiter=recruiter.user)
    return make_booking(invitation=make_invitation(rejection=rejection), **fields)


@pytest.mark.parametrize("resolution", ["hand_over", "offer"])
def test_the_recruiter_who_gave_the_rejection_can_only_keep_the_booking(ill, marit, resolution):
    recruiter = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    booking = booking_rejected_by(recruiter, advisor=ill)
    resolutions = {"hand_over": to(marit), "offer": OFFER}

    stopped = stops(ill, {booking: resolutions[resolution]}, "gave_rejection", actor=Actor.of(recruiter.user))

    assert stopped.starts_at == TUESDAY_HALF_PAST_TEN
    assert taken_over(ill, {booking: KEEP}, actor=Actor.of(recruiter.user)) == [booking]


def test_an_application_manager_decides_about_every_booking(ill, marit):
    application_manager = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER, Role.APPLICATION_MANAGER))
    booking = booking_rejected_by(application_manager, advisor=ill)

    taken_over(ill, {booking: to(marit)}, actor=Actor.of(application_manager.user))

    assert Booking.objects.get().advisor == marit


def test_take_over_refuses_an_absence_that_is_over(ill):
    with pytest.raises(AbsenceInvalid):
        taken_over(ill, {}, is_absence=True, now=TUESDAY.end)

    assert AuditEvent.objects.values_list("result").get() == ("absence_invalid",)


@pytest.mark.parametrize(
    ("minutes", "is_asked"),
    [((-10, 0), False), ((-10, 1), True), ((10, 30), True), ((19, 30), True), ((20, 30), False)],
)
def test_bookings_that_overlap_the_period_are_listed(ill, minutes, is_asked):
    booking = make_booking(advisor=ill)
    span = Span(*(TUESDAY_HALF_PAST_TEN + timedelta(minutes=number) for number in minutes))

    assert bookings_to_take_over(ill, span, now=NOW) == ([booking] if is_asked else [])


def test_an_absence_over_the_end_of_a_booking_needs_its_resolution(ill, marit):
    booking = make_booking(advisor=ill)
    late = Span(TUESDAY_HALF_PAST_TEN + timedelta(minutes=10), TUESDAY.end)
    stops(ill, {}, "talk_changed", span=late, is_absence=True)

    taken_over(ill, {booking: KEEP}, span=late, is_absence=True)

    assert AuditEvent.objects.filter(action="booking.keep", about=f"booking:{booking.pk}").count() == 1
    assert Absence.objects.values_list("starts_at", "ends_at").get() == late


@pytest.mark.parametrize("resolution", ["hand_over", "offer"])
def test_a_booking_under_way_can_only_be_kept(ill, marit, resolution):
    booking = make_booking(advisor=ill)
    resolutions, under_way = {"hand_over": to(marit), "offer": OFFER}, TUESDAY_HALF_PAST_TEN + timedelta(minutes=19)

    stopped = stops(ill, {booking: resolutions[resolution]}, "talk_started", now=under_way, is_absence=True)

    assert stopped.starts_at == TUESDAY_HALF_PAST_TEN
    assert taken_over(ill, {booking: KEEP}, now=under_way, is_absence=True) == [booking]


def test_a_booking_that_is_over_is_not_in_the_list(ill, marit):
    booking = make_booking(advisor=ill)

    assert taken_over(ill, {}, now=booking.ends_at) == []
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("minutes", [0, 10])
def test_the_list_proposes_nobody_for_a_booking_under_way(ill, marit, minutes):
    make_booking(advisor=ill)

    [(_colleagues, proposed)] = rows(ill, marit, now=TUESDAY_HALF_PAST_TEN + timedelta(minutes=minutes))

    assert proposed is None


def test_an_absence_is_entered_without_bookings(ill, marit):
    assert taken_over(ill, {}, is_absence=True) == []

    assert Absence.objects.values_list("advisor", "starts_at", "ends_at").get() == (ill.pk, *TUESDAY)
    assert AuditEvent.objects.values_list("action", "result").get() == ("absence.add", "done")


def test_a_booking_that_was_taken_over_can_be_cancelled_by_the_candidate(ill, marit):
    booking = make_booking(advisor=ill)
    taken_over(ill, {booking: to(marit)})

    cancel_booking(booking=booking, by="candidate", actor=CANDIDATE, now=NOW)

    assert AgendaEntry.objects.count() == 0


def rows(ill, me, now=NOW):
    found = takeover_rows(ill, TUESDAY, me=me, actor=Actor.of(me.user), now=now)
    return [([one.advisor_id for one in row.conflict.colleagues], row.proposed_advisor_id) for row in found]


def test_the_list_proposes_the_user_and_otherwise_a_colleague(ill, marit):
    other = make_advisor(name="Sanne Bos")
    make_booking(advisor=ill, starts_at=TEN)
    make_booking(advisor=ill)
    make_booking(advisor=marit)

    assert rows(ill, marit) == [([marit.pk, other.pk], marit.pk), ([other.pk], other.pk)]


def test_the_list_proposes_nobody_to_the_recruiter_who_gave_the_rejection(ill, marit):
    recruiter = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    booking_rejected_by(recruiter, advisor=ill)

    assert rows(ill, recruiter) == [([marit.pk], None)]


def test_the_list_respects_the_limits_of_a_colleague(ill):
    full = make_advisor(name="Marit de Wit", max_per_day=1)
    make_booking(advisor=ill, starts_at=TEN)
    make_booking(advisor=ill)

    assert rows(ill, full) == [([full.pk], full.pk), ([full.pk], None)]


def test_the_list_leaves_out_absent_colleagues_and_the_recruiter(ill, marit):
    recruiter = make_advisor(user=make_user(Role.ADVISOR, Role.RECRUITER))
    rejection = make_rejection(vacancy=make_vacancy(), recruiter=recruiter.user)
    make_booking(advisor=ill, invitation=make_invitation(rejection=rejection))
    make_absence(advisor=marit, starts_at=TUESDAY.start, ends_at=TUESDAY.end)

    assert rows(ill, recruiter) == [([], None)]


def test_the_list_needs_the_same_statements_for_any_number_of_bookings(ill, marit):
    make_booking(advisor=ill, starts_at=TEN)
    with_one = statements_of(ill, marit)
    for number in range(1, 4):
        make_booking(advisor=ill, starts_at=TEN + timedelta(minutes=30 * number))
        make_advisor()

    assert statements_of(ill, marit) == with_one


def statements_of(ill, me):
    with CaptureQueriesContext(connection) as captured:
        assert takeover_rows(ill, TUESDAY, me=me, actor=Actor.of(me.user), now=NOW)
    return len(captured)
