from datetime import time, timedelta

import pytest

from advisors.availability.errors import (
    AbsenceInvalid,
    AbsenceTooLong,
    LocationNeeded,
    OpeningInvalid,
    OpeningOverlaps,
    OpeningWithoutChannel,
    VideoRoomNeeded,
)
from advisors.availability.opening_hours import Hours
from advisors.availability.slots import Span
from advisors.hours.services import add_absence, change_hours, close_hours, open_hours, remove_absence
from advisors.models import Absence, Opening
from bookings.models import Booking
from core.actors import Actor
from organisation.models import AuditEvent
from tests.factories import NOW, make_absence, make_advisor, make_booking, make_location, make_opening

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADVISOR = Actor(key="user:1", origin="web")
TUESDAY = 1


def hours(starts=9, ends=12, *, weekday=TUESDAY, channels=("phone",), location_id=None):
    return Hours(weekday, time(starts), time(ends), frozenset(channels), location_id)


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about", "result"))


def test_open_hours_stores_weekly_hours():
    advisor = make_advisor(hours=False)
    location = make_location()

    opening = open_hours(
        advisor=advisor, hours=hours(channels=["onsite", "phone"], location_id=location.pk), actor=ADVISOR, now=NOW
    )

    stored = Opening.objects.get()
    assert (stored.weekday, stored.starts, stored.ends, stored.channels, stored.location) == (
        TUESDAY,
        time(9),
        time(12),
        ["phone", "onsite"],
        location,
    )
    assert trail() == [("hours.open", f"opening:{opening.pk}", "done")]


@pytest.mark.parametrize(
    ("new_hours", "refusal"),
    [
        (hours(12, 9), OpeningInvalid),
        (hours(9, 9), OpeningInvalid),
        (hours(channels=()), OpeningWithoutChannel),
        (hours(channels=["onsite"]), LocationNeeded),
        (hours(channels=["video"]), VideoRoomNeeded),
        (hours(13, 15), OpeningOverlaps),
        (hours(10, 15), OpeningOverlaps),
    ],
)
def test_open_hours_refuses_invalid_hours_and_audits_the_refusal(new_hours, refusal):
    advisor = make_advisor(hours=False, video_url="")
    make_opening(advisor=advisor, weekday=TUESDAY, starts=time(14), ends=time(16))

    with pytest.raises(refusal):
        open_hours(advisor=advisor, hours=new_hours, actor=ADVISOR, now=NOW)

    assert Opening.objects.count() == 1
    assert trail() == [("hours.open", f"advisor:{advisor.pk}", refusal.code)]


def test_open_hours_accepts_adjacent_hours_and_other_days():
    advisor = make_advisor(hours=False)
    make_opening(advisor=advisor, weekday=TUESDAY, starts=time(12), ends=time(14))

    open_hours(advisor=advisor, hours=hours(9, 12), actor=ADVISOR, now=NOW)
    open_hours(advisor=advisor, hours=hours(12, 14, weekday=2), actor=ADVISOR, now=NOW)

    assert Opening.objects.count() == 3


def test_change_hours_ignores_its_own_overlap_and_keeps_talks():
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=TUESDAY)
    make_booking(advisor=advisor)

    change_hours(opening=opening, hours=hours(9, 10), actor=ADVISOR, now=NOW)

    opening.refresh_from_db()
    assert (opening.ends, Booking.objects.booked().count()) == (time(10), 1)
    assert trail() == [("hours.change", f"opening:{opening.pk}", "done")]


def test_change_hours_refuses_an_overlap():
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor, weekday=TUESDAY, starts=time(9), ends=time(10))
    make_opening(advisor=advisor, weekday=TUESDAY, starts=time(11), ends=time(12))

    with pytest.raises(OpeningOverlaps):
        change_hours(opening=opening, hours=hours(9, 12), actor=ADVISOR, now=NOW)


def test_close_hours_is_idempotent_and_keeps_talks():
    advisor = make_advisor(hours=False)
    opening = make_opening(advisor=advisor)
    make_booking(advisor=advisor)
    key = opening.pk

    close_hours(opening=opening, actor=ADVISOR, now=NOW)
    close_hours(opening=Opening(pk=key), actor=ADVISOR, now=NOW)

    assert (Opening.objects.count(), Booking.objects.booked().count()) == (0, 1)
    assert trail() == [("hours.close", f"opening:{key}", "done")]


def test_add_absence_is_idempotent():
    advisor = make_advisor()
    span = Span(NOW + timedelta(days=1), NOW + timedelta(days=3))

    first = add_absence(advisor=advisor, span=span, actor=ADVISOR, now=NOW)
    second = add_absence(advisor=advisor, span=span, actor=ADVISOR, now=NOW)

    assert first == second
    assert list(Absence.objects.values_list("starts_at", "ends_at")) == [(span.start, span.end)]
    assert trail() == [("absence.add", f"absence:{first.pk}", "done")]


@pytest.mark.parametrize(
    ("start_days", "end_days", "refusal"),
    [(2, 1, AbsenceInvalid), (2, 2, AbsenceInvalid), (-3, -1, AbsenceInvalid), (1, 733, AbsenceTooLong)],
)
def test_add_absence_refuses_invalid_periods(start_days, end_days, refusal):
    advisor = make_advisor()

    with pytest.raises(refusal):
        add_absence(
            advisor=advisor,
            span=Span(NOW + timedelta(days=start_days), NOW + timedelta(days=end_days)),
            actor=ADVISOR,
            now=NOW,
        )

    assert Absence.objects.count() == 0
    assert trail() == [("absence.add", f"advisor:{advisor.pk}", refusal.code)]


def test_remove_absence_is_idempotent():
    absence = make_absence(advisor=make_advisor(), starts_at=NOW, ends_at=NOW + timedelta(days=1))
    key = absence.pk

    remove_absence(absence=absence, actor=ADVISOR, now=NOW)
    remove_absence(absence=Absence(pk=key), actor=ADVISOR, now=NOW)

    assert Absence.objects.count() == 0
    assert trail() == [("absence.remove", f"absence:{key}", "done")]
