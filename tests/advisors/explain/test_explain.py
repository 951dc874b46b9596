"""Explanations agree with the list of free slots and with what can be booked."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisors.availability.errors import SlotTaken
from advisors.explain.explain import explain_slot, explainer_for
from advisors.models import AgendaEntry, ExternalCalendar, Opening
from bookings.appointments.book import book
from bookings.availability.queries import bookable_slots
from organisation.models import Role, RoleGrant
from tests.factories import (
    CANDIDATE,
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_booking_request,
    make_invitation,
    make_policy,
)

pytestmark = pytest.mark.django_db
TUESDAY = date(2026, 11, 24)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def explanation_text(advisor, moment=TUESDAY_HALF_PAST_TEN, **asked):
    return explain_slot(advisor, moment, policy=make_policy(), now=NOW, **asked).text


def make_busy(advisor, moment, kind="external", **fields):
    return AgendaEntry.objects.create(
        advisor=advisor, kind=kind, busy_from=moment, busy_until=moment + HALF_HOUR, **fields
    )


def make_external_calendar(advisor, **fields):
    values = {"kind": "ics", "name": "Outlook", "address": "https://outlook.example/a.ics", "due_at": NOW}
    return ExternalCalendar.objects.create(advisor=advisor, **values | fields)


def test_a_free_slot_has_no_explanation():
    assert explanation_text(make_advisor()) == ""


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "this moment is over"),
        (datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "too soon: a talk can be booked from Tuesday 10:00 on"),
        (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), "outside the hours"),
        (datetime(2026, 11, 24, 9, 10, tzinfo=UTC), "in the hours from 09:00 until 12:00 no talk starts at this time"),
        (datetime(2026, 12, 25, 9, 30, tzinfo=UTC), "closed that day: Christmas Day"),
        (
            datetime(2027, 11, 24, 9, 30, tzinfo=UTC),
            "too far ahead: a talk can be booked until Monday 21 December 2026 10:00",
        ),
    ],
)
def test_the_explanation_names_the_rule_that_removes_a_slot(moment, words):
    assert explanation_text(make_advisor(), moment) == words


def test_talks_after_the_horizon_are_explained():
    advisor = make_advisor()
    make_booking(advisor=advisor, starts_at=datetime(2027, 11, 24, 9, 30, tzinfo=UTC))

    assert explanation_text(advisor, datetime(2027, 11, 24, 9, 30, tzinfo=UTC)) == "a talk from 10:30 until 10:50"


def test_a_talk_of_another_day_counts_for_the_maximum_per_week():
    advisor = make_advisor(max_per_week=1)
    make_booking(advisor=advisor, starts_at=datetime(2026, 11, 26, 9, 30, tzinfo=UTC))

    assert explanation_text(advisor) == "one of one that week"


def test_a_busy_time_names_its_calendar_and_its_last_read():
    advisor = make_advisor()
    calendar = make_external_calendar(advisor, read_at=NOW - timedelta(minutes=48))
    make_busy(advisor, TUESDAY_HALF_PAST_TEN, calendar=calendar)

    assert explanation_text(advisor) == "busy in Outlook, as read at 09:12"

    ExternalCalendar.objects.update(failing_since=NOW)
    assert explanation_text(advisor) == "busy in Outlook, not read since 09:12"


def test_the_explanation_respects_channel_and_language():
    advisor = make_advisor(languages=["nl"], video_url="")

    assert explanation_text(advisor, channel="phone", language="nl") == ""
    assert explanation_text(advisor, channel="video") == "not in this way in these hours: by video"
    assert explanation_text(advisor, language="en") == "not in English in these hours"


def test_an_advisor_without_the_role_has_no_free_slots():
    advisor = make_advisor()
    RoleGrant.objects.filter(role=Role.ADVISOR).delete()

    assert explanation_text(advisor) == "this career advisor holds no talks now"


def test_every_start_of_a_day_is_explained():
    advisor = make_advisor()
    make_absence(advisor=advisor, starts_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC), ends_at=NOW + timedelta(days=2))
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)

    rows = explainer_for(advisor, TUESDAY, policy=make_policy(), now=NOW).every_start()

    away = "absent until Wednesday 10:00"
    words = ["too soon: a talk can be booked from 10:00 on"] * 2 + ["", "a talk from 10:30 until 10:50", away, away]
    assert [row.text for row in rows] == words
    assert [f"{row.starts_at:%H:%M}" for row in rows] == ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]


def test_the_explanation_of_a_full_day_takes_as_many_statements_as_of_an_empty_one():
    empty, full = make_advisor(), make_advisor()
    policy = make_policy()
    for number in range(30):
        make_absence(advisor=full, starts_at=NOW + number * HALF_HOUR, ends_at=NOW + (number + 1) * HALF_HOUR)
        make_busy(full, NOW + number * HALF_HOUR, calendar=make_external_calendar(full))

    def statements(advisor):
        with CaptureQueriesContext(connection) as captured:
            explainer_for(advisor, TUESDAY, policy=policy, now=NOW).every_start()
        return len(captured)

    assert statements(empty) == statements(full) == 4


# listed, bookable, explained

SOME_DAYS = st.dates(date(2026, 11, 23), date(2026, 12, 8))
SOME_MINUTES = st.sampled_from([None, 0, 5, 15, 45])
LENGTHS = st.sampled_from([None, 5, 20, 45])


@st.composite
def openings(draw):
    first, last = draw(st.integers(0, 900)), draw(st.integers(901, 1439))
    when = draw(
        st.one_of(
            st.fixed_dictionaries({"weekday": st.integers(0, 6)}),
            st.fixed_dictionaries({"day": SOME_DAYS, "replaces": st.booleans()}),
            st.fixed_dictionaries({"rule": st.just("FREQ=DAILY;INTERVAL=2"), "valid_from": SOME_DAYS}),
        )
    )
    return {
        "starts": time(*divmod(first, 60)),
        "ends": time(*divmod(last, 60)),
        "channels": draw(st.sampled_from([["phone", "video"], ["phone"], ["onsite"]])),
        "languages": draw(st.sampled_from([[], [], ["en"]])),
        "session_minutes": draw(LENGTHS),
        "buffer_before_minutes": draw(SOME_MINUTES),
        "buffer_minutes": draw(SOME_MINUTES),
        "step_minutes": draw(LENGTHS),
    } | when


MOMENTS = st.integers(0, 15 * 24 * 60).map(lambda minute: NOW + timedelta(minutes=minute))
CAPS = st.none() | st.integers(1, 2)
WAYS = st.tuples(st.sampled_from(["phone", "video"]), st.sampled_from(["nl", "en"]))
POLICIES = st.fixed_dictionaries(
    {
        "notice_hours": st.sampled_from([0, 24]),
        "horizon_days": st.sampled_from([3, 14]),
        "closed_days": st.sets(SOME_DAYS, max_size=2).map(lambda days: {day.isoformat(): "dicht" for day in days}),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(openings(), min_size=1, max_size=3),
    taken=st.lists(st.tuples(MOMENTS, st.sampled_from(["external", "booking", "hold"])), max_size=12),
    away=st.lists(MOMENTS, max_size=3),
    caps=st.tuples(CAPS, CAPS),
    way=WAYS,
    policy=POLICIES,
    odd=st.lists(MOMENTS, max_size=3),
)
def test_a_start_is_listed_exactly_when_it_is_bookable_and_not_explained(hours, taken, away, caps, way, policy, odd):
    with transaction.atomic():
        policy = make_policy(**policy)
        advisor = make_advisor(hours=False, max_per_day=caps[0], max_per_week=caps[1])
        Opening.objects.bulk_create(Opening(advisor=advisor, **fields) for fields in hours)
        fill(advisor, taken, away)
        invitation = make_invitation()

        slots = bookable_slots(invitation, policy=policy, now=NOW, channel=way[0], language=way[1])

        listed = [slot.starts_at for slot in slots]
        near = [*(moment for moment, _kind in taken[:3]), *away[:1]]
        asked = {*odd, *listed[:2], *listed[-2:], *starts_near(near, advisor, policy, way)}
        for moment in asked:
            why = explain_slot(advisor, moment, policy=policy, now=NOW, channel=way[0], language=way[1])
            assert (moment in listed) == why.is_free == is_bookable(invitation, moment, way), (moment, why.text)
        transaction.set_rollback(True)


def fill(advisor, taken, away):
    """Create busy times and absences. Own entries must not overlap, because of the constraint."""
    until = NOW - HALF_HOUR
    for moment, kind in sorted(taken):
        if kind == "external" or moment >= until:
            make_busy(advisor, moment, kind)
            until = max(until, moment + HALF_HOUR)
    for moment in away:
        make_absence(advisor=advisor, starts_at=moment, ends_at=moment + timedelta(hours=7))


def starts_near(moments, advisor, policy, way):
    """Starts on the grid, free or not, near these times and on Tuesday."""
    for moment in (*moments, TUESDAY_HALF_PAST_TEN):
        day = moment.astimezone(ZoneInfo(advisor.time_zone)).date()
        rows = explainer_for(advisor, day, policy=policy, now=NOW, channel=way[0], language=way[1]).every_start()
        yield from sorted((row.starts_at for row in rows), key=lambda start: abs(start - moment))[:3]


def is_bookable(invitation, moment, way):
    """True when the slot can be booked; the booking is rolled back."""
    try:
        with transaction.atomic():
            request = make_booking_request(moment, channel=way[0], language=way[1])
            book(invitation=invitation, request=request, actor=CANDIDATE, now=NOW)
            transaction.set_rollback(True)
    except SlotTaken:
        return False
    return True


# the command line


def explained(*arguments):
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("explain_slot", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("moment", "options", "answer"),
    [
        ("2026-11-24T10:30", [], "Tuesday 24 November 2026 10:30 (Europe/Amsterdam): free."),
        ("2026-11-24 10:30", [], "Tuesday 24 November 2026 10:30 (Europe/Amsterdam): free."),
        ("2026-11-24T09:30Z", [], "Tuesday 24 November 2026 10:30 (Europe/Amsterdam): free."),
        (
            "2026-11-24T08:00",
            [],
            "Tuesday 24 November 2026 08:00 (Europe/Amsterdam): not free: outside the hours.",
        ),
        (
            "2026-11-24T10:30",
            ["--channel", "video"],
            "Tuesday 24 November 2026 10:30 (Europe/Amsterdam): not free: not in this way in these hours: by video.",
        ),
        (
            "2026-11-24T10:30",
            ["--language=en"],
            "Tuesday 24 November 2026 10:30 (Europe/Amsterdam): not free: not in English in these hours.",
        ),
    ],
)
def test_the_command_explains(moment, options, answer):
    make_policy()
    advisor = make_advisor(languages=["nl"], video_url="")

    with translation.override("nl"):
        answers = [explained(key, moment, *options) for key in (str(advisor.pk), advisor.user.email.upper())]

    assert answers == [f"Youssef Benali, {answer}\n"] * 2


def test_the_command_uses_the_time_zone_of_the_advisor():
    make_policy()
    advisor = make_advisor(time_zone="America/New_York")

    assert explained(f"advisor:{advisor.pk}", "2026-11-24T10:30").endswith("(America/New_York): free.\n")


@pytest.mark.parametrize(
    ("key", "moment", "problem"),
    [
        ("999", "2026-11-24T10:30", "There is no career advisor 999. Give the number or the e-mail address."),
        ("x@y.example", "2026-11-24T10:30", "There is no career advisor x@y.example. Give the number"),
        ("", "2026-11-24T10:30", "There is no career advisor . Give the number"),
        ("9" * 30, "2026-11-24T10:30", "There is no career advisor 9999"),
        (None, "tomorrow", "tomorrow is not a moment. Write it as 2026-11-26T10:00."),
        (None, "2026-11-24", "2026-11-24 is not a moment."),
        (None, "2026-11-31T10:00", "2026-11-31T10:00 is not a moment."),
        (None, "0026-11-24T10:00", "Check the year."),
        (None, "0001-01-01T00:00+10:00", "Check the year."),
        (None, "2027-03-28T02:30", "This time does not exist on this day: the clock goes forward in that hour."),
    ],
)
def test_the_command_reports_invalid_arguments(key, moment, problem):
    advisor = make_advisor()

    with pytest.raises(CommandError) as refused:
        explained(str(advisor.pk) if key is None else key, moment)

    assert str(refused.value).startswith(problem)
