from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from advisors.form_fields import AbsenceForm
from advisors.hours.page import AbsencePeriod, SlotCapacity, hours_page_for
from advisors.hours.repeat_choices import format_rule
from advisors.models import Absence, Opening
from organisation.models import Policy, Role
from tests.factories import (
    NOW,
    TUESDAY_HALF_PAST_TEN,
    make_absence,
    make_advisor,
    make_booking,
    make_location,
    make_opening,
    make_policy,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def advisor(client):
    make_policy()
    advisor = make_advisor(hours=False)
    client.force_login(advisor.user)
    client.cookies["django_language"] = "en"
    return advisor


def typed(**fields):
    when = {"repeats": "week", "weekday": "1", "starts": "09:00", "ends": "12:00"}
    return {**when, "channels": ["phone"], "location": ""} | fields


def page_of(advisor):
    return hours_page_for(advisor, policy=Policy.objects.current(), now=NOW)


def test_the_page_shows_the_number_of_free_slots(client, advisor):
    make_opening(advisor=advisor, weekday=1, starts=time(9), ends=time(11))

    html = client.get("/hours/").content.decode()

    assert "This gives 6 free moments in the coming two weeks." in " ".join(html.split())


def test_capacity_subtracts_busy_time(advisor):
    make_opening(advisor=advisor, weekday=2, starts=time(9), ends=time(11))
    make_booking(advisor=advisor, starts_at=datetime(2026, 11, 25, 8, 0, tzinfo=UTC))

    assert page_of(advisor).capacity == SlotCapacity(free=7, total=8)


def test_absences_are_shown_in_days_without_past_ones(advisor):
    midnight = datetime(2026, 12, 20, 23, 0, tzinfo=UTC)  # in Amsterdam the 21st begins
    make_absence(advisor=advisor, starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
    absence = make_absence(advisor=advisor, starts_at=midnight, ends_at=midnight + timedelta(days=5))

    (away,) = page_of(advisor).absences

    assert away == AbsencePeriod(
        pk=absence.pk,
        first_day=datetime(2026, 12, 21).date(),
        last_day=datetime(2026, 12, 25).date(),
        starts_at=absence.starts_at,
        ends_at=absence.ends_at,
        is_whole_days=True,
    )


def test_the_page_lists_current_hours_only(advisor):
    make_opening(advisor=advisor, weekday=1, valid_until=NOW.date() - timedelta(days=1))
    weekly = make_opening(advisor=advisor, weekday=2, languages=["en"])
    monthly = make_opening(advisor=advisor, weekday=None, rule="FREQ=MONTHLY;BYDAY=1FR", valid_from=NOW.date())
    extra = make_opening(advisor=advisor, weekday=None, day=NOW.date(), starts=time(13), ends=time(14))
    make_opening(advisor=advisor, weekday=None, day=NOW.date() - timedelta(days=1))

    page = page_of(advisor)

    assert [opening for day in page.days for opening in day.openings] == [weekly]
    assert [(one.opening, one.label) for one in page.by_rule] == [(monthly, format_rule(monthly.rule))]
    assert page.on_dates == [extra]
    assert [day.openings for day in page.week] == [[extra], [], [weekly], [], []]


def test_the_page_shows_the_requested_week_within_a_year(client, advisor):
    make_opening(advisor=advisor, weekday=1)
    mondays = [
        client.get("/hours/", {"week": week}).context["page"].monday.isoformat()
        for week in ("", "2026-W53", "2020-W01", "2199-W01")
    ]

    assert mondays == ["2026-11-23", "2026-12-28", "2026-11-23", "2027-11-22"]
    assert client.get("/hours/", {"week": "next"}).status_code == 404


def test_the_week_shows_why_a_day_is_closed(client, advisor):
    make_policy(closed_days={"2026-11-24": "Opleidingsdag"})
    make_opening(advisor=advisor, weekday=1)
    midnight = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    make_absence(advisor=advisor, starts_at=midnight, ends_at=midnight + timedelta(days=1))

    week = page_of(advisor).week

    assert [(day.closed, day.is_whole_day_away, day.free) for day in week[1:3]] == [
        ("Opleidingsdag", False, 0),
        ("", True, 0),
    ]
    assert "closed: Opleidingsdag" in " ".join(client.get("/hours/").content.decode().split())


def test_a_talk_on_a_day_that_was_closed_later_is_outside_the_hours(advisor):
    make_opening(advisor=advisor, weekday=1)
    booking = make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)
    make_policy(closed_days={"2026-11-24": "Opleidingsdag"})

    assert [entry.booking for entry in page_of(advisor).outside] == [booking]


def test_talks_outside_the_hours_are_listed_with_a_link(client, advisor):
    make_opening(advisor=advisor, weekday=2)
    outside = make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=1))

    html = client.get("/hours/").content.decode()

    assert [entry.booking for entry in page_of(advisor).outside] == [outside]
    assert f'href="{reverse("talks:file", args=[outside.pk])}"' in html


def test_a_talk_in_another_language_or_location_is_outside_the_hours(client):
    make_policy()
    advisor, place = make_advisor(hours=False), make_location()
    make_opening(advisor=advisor, weekday=1, languages=["nl"], location=make_location())
    in_english = make_booking(advisor=advisor, language="en")
    on_site = make_booking(
        advisor=advisor, starts_at=in_english.starts_at + timedelta(hours=1), channel="onsite", location=place
    )
    make_booking(advisor=advisor, starts_at=in_english.starts_at - timedelta(hours=1))

    assert [entry.booking for entry in page_of(advisor).outside] == [in_english, on_site]


def test_a_talk_in_an_absence_is_outside_the_hours(advisor):
    make_opening(advisor=advisor, weekday=1)
    booking = make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)
    make_absence(advisor=advisor, starts_at=booking.starts_at, ends_at=booking.ends_at)

    assert [entry.booking for entry in page_of(advisor).outside] == [booking]


def test_an_advisor_adds_changes_and_closes_hours(client, advisor):
    location = make_location()

    client.post(f"/hours/{advisor.pk}/new/", typed())
    opening = Opening.objects.get()
    changed = client.post(
        f"/hours/openings/{opening.pk}/", typed(ends="11:00", channels=["onsite"], location=location.pk)
    )
    opening.refresh_from_db()

    assert changed["Location"] == "/hours/"
    assert (opening.ends, opening.channels, opening.location) == (time(11), ["onsite"], location)
    client.post(f"/hours/openings/{opening.pk}/close/")
    assert Opening.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ends": "08:00"}, "These hours end before they start."),
        ({"channels": ["onsite"]}, "Talks at the office need a location."),
        ({"channels": []}, "This field is required."),
        ({"starts": "25:00"}, "Enter a valid time."),
        ({"weekday": "9"}, "9 is not one of the available choices."),
    ],
)
def test_invalid_hours_show_an_error(client, advisor, fields, words):
    html = client.post(f"/hours/{advisor.pk}/new/", typed(**fields)).content.decode()

    assert words in html
    assert Opening.objects.count() == 0


def test_an_absence_of_one_whole_day_needs_one_date(client, advisor):
    client.post(f"/hours/{advisor.pk}/absence/", {"first_day": "2026-12-24"})

    absence = Absence.objects.get()
    midnight = datetime(2026, 12, 23, 23, 0, tzinfo=UTC)
    assert (absence.starts_at, absence.ends_at) == (midnight, midnight + timedelta(days=1))
    client.post(f"/hours/absences/{absence.pk}/remove/")
    assert Absence.objects.count() == 0


def test_an_absence_of_hours_has_times(client, advisor):
    client.post(
        f"/hours/{advisor.pk}/absence/",
        {"first_day": "2026-12-24", "from_time": "13:00", "last_day": "2026-12-24", "until_time": "15:30"},
    )

    absence = Absence.objects.get()
    assert (absence.starts_at, absence.ends_at) == (
        datetime(2026, 12, 24, 12, 0, tzinfo=UTC),
        datetime(2026, 12, 24, 14, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_day": "2026-12-24", "last_day": "2026-12-20"}, "The absence ends before it starts"),
        ({"first_day": "2026-12-24", "last_day": "2029-12-24"}, "longer than two years"),
        ({"first_day": "0026-12-24"}, "Check the year."),
        ({"first_day": ""}, "This field is required."),
    ],
)
def test_an_invalid_absence_shows_an_error(client, advisor, fields, words):
    html = client.post(f"/hours/{advisor.pk}/absence/", fields).content.decode()

    assert words in html
    assert Absence.objects.count() == 0


NO_SUCH_TIME = ["This time does not exist on this day: the clock goes forward in that hour."]


@pytest.mark.parametrize(
    ("day", "times", "errors"),
    [
        ("2027-03-28", ("02:30", ""), {"from_time": NO_SUCH_TIME}),
        ("2027-03-28", ("02:30", "03:15"), {"from_time": NO_SUCH_TIME}),  # that is 03.30 until 03.15
        ("2027-03-28", ("01:00", "02:30"), {"until_time": NO_SUCH_TIME}),
        ("2027-03-28", ("01:30", "03:00"), {}),
        ("2027-03-27", ("02:30", "03:15"), {}),
    ],
)
def test_an_absence_from_or_until_an_hour_that_the_clock_skips_is_refused(client, advisor, day, times, errors):
    typed = {"first_day": day, "from_time": times[0], "until_time": times[1]}

    answer = client.post(f"/hours/{advisor.pk}/absence/", typed)

    assert ({} if answer.context is None else answer.context["form"].errors) == errors
    assert Absence.objects.count() == (0 if errors else 1)


@pytest.mark.parametrize(
    ("day", "start", "until"),
    [
        ("2026-10-25", datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("2027-03-28", datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        ("2027-10-31", datetime(2027, 10, 30, 22, tzinfo=UTC), datetime(2027, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_whole_day_on_which_the_clock_changes_is_from_midnight_to_midnight(advisor, day, start, until):
    form = AbsenceForm({"first_day": day})

    assert form.is_valid()
    assert form.span(advisor) == (start, until)


def test_a_takeover_from_an_hour_that_the_clock_skips_is_refused(client, advisor):
    colleague = make_advisor(name="Marit de Wit")
    asked = {"colleague": colleague.pk, "first_day": "2027-03-28", "from_time": "02:30", "until_time": "03:15"}

    answer = client.get(reverse("bookings:takeover"), asked)

    assert (answer.status_code, answer.context["form"].errors) == (400, {"from_time": NO_SUCH_TIME})


def addresses(advisor):
    opening = make_opening(advisor=advisor)
    absence = make_absence(advisor=advisor, starts_at=NOW, ends_at=NOW + timedelta(days=1))
    return [
        f"/hours/{advisor.pk}/new/",
        f"/hours/{advisor.pk}/absence/",
        f"/hours/openings/{opening.pk}/",
        f"/hours/openings/{opening.pk}/close/",
        f"/hours/absences/{absence.pk}/remove/",
    ]


@pytest.mark.parametrize("roles", [[Role.ADVISOR], [Role.RECRUITER], [Role.MANAGER]])
def test_the_hours_of_another_advisor_give_404(client, roles):
    make_policy()
    client.force_login(make_user(*roles))

    answers = [client.post(address, typed()).status_code for address in addresses(make_advisor(hours=False))]

    assert answers == [404] * 5


def test_the_application_manager_edits_the_hours_of_an_advisor(client):
    make_policy()
    advisor = make_advisor(hours=False)
    client.force_login(make_user(Role.APPLICATION_MANAGER))

    answer = client.post(f"/hours/{advisor.pk}/new/", typed())

    assert (answer.status_code, answer["Location"]) == (302, reverse("advisors:hours_of", args=[advisor.pk]))
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/hours/").status_code == 404


def test_the_page_takes_as_many_statements_with_thirty_talks(client, advisor):
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)
    with CaptureQueriesContext(connection) as one:
        client.get("/hours/")
    for number in range(1, 30):
        make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN + timedelta(days=number))
        make_opening(advisor=advisor, weekday=number % 7, starts=time(number % 22), ends=time(number % 22, 30))

    with CaptureQueriesContext(connection) as thirty:
        client.get("/hours/")

    assert len(thirty) == len(one)
