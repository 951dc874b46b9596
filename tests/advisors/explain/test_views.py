"""The page that explains a moment: the own day for an advisor, anybody's for an application manager."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import Opening
from organisation.models import Role
from tests.factories import TUESDAY_HALF_PAST_TEN, make_advisor, make_booking, make_user

pytestmark = pytest.mark.django_db
WHY = "/agenda/why/"


def words_of(client, **asked):
    answer = client.get(WHY, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_without_a_question_it_is_about_today(client, advisor):
    page = words_of(client)

    assert "Youssef Benali, Monday 23 November 2026" in page
    assert "0 of 6 moments are free." in page
    assert page.count("This moment is over") == 3
    assert page.count("Too soon: a talk can be booked from Tuesday 10:00 on") == 3


def test_a_day_tells_every_start(client, advisor):
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)

    page = words_of(client, day="2026-11-24")

    assert "3 of 6 moments are free." in page
    assert "A talk from 10:30 until 10:50" in page
    assert page.count('<span class="badge good">Free</span>') == 3


def test_a_moment_is_answered_above_its_day(client, advisor):
    page = words_of(client, day="2026-11-24", time="10:10")

    assert '<h2 id="answer"> Tuesday 24 November at 10:10 </h2>' in page
    assert "In the hours from 09:00 until 12:00 no talk starts at this time" in page


def test_a_moment_of_the_grid_stands_out_in_its_day(client, advisor):
    page = words_of(client, day="2026-11-24", time="10:30")

    assert '<li class="now"> <time datetime="2026-11-24T10:30:00+01:00">10:30</time>' in page


def test_it_asks_as_a_candidate_would(client, advisor):
    advisor.openings.update(channels=["phone"])

    page = words_of(client, day="2026-11-24", time="10:30", channel="video", language="en")

    assert "0 of 6 moments are free." in page
    assert "Not in this way in these hours: by video" in page


def test_a_day_without_hours_leads_to_them(client, advisor):
    page = words_of(client, day="2026-11-28", time="10:30")

    assert "Youssef Benali has no hours on Saturday 28 November 2026" in page
    assert "Outside the hours" in page
    assert 'href="/hours/"' in page


def test_the_times_are_those_of_the_advisor(client, advisor):
    advisor.time_zone = "America/New_York"
    advisor.save()

    page = words_of(client, day="2026-11-24", time="10:30")

    assert '<time datetime="2026-11-24T10:30:00-05:00">10:30</time> <p><span class="badge good">Free</span></p>' in page


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"day": "2026-11-31"}, "Enter a valid date."),
        ({"day": ""}, "This field is required."),
        ({"day": "0026-11-24"}, "Check the year."),
        ({"day": "2026-11-24", "time": "25:00"}, "Enter a valid time."),
        ({"day": "2027-03-28", "time": "02:30"}, "This time does not exist on this day"),
        ({"day": "2026-11-24", "channel": "pigeon"}, "pigeon is not one of the available choices."),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(client, advisor, asked, problem):
    page = words_of(client, **asked)

    assert problem in page
    assert all(f'value="{value}"' in page for value in asked.values() if value not in ("", "pigeon"))
    assert "moments are free" not in page


@pytest.mark.parametrize("key", ["0", "x", "-1", "9" * 30, "9" * 5000])
def test_a_stranger_is_not_there(client, advisor, key):
    assert client.get(WHY, {"advisor": key}).status_code == 404


def test_an_advisor_asks_of_the_own_day_only(client, advisor):
    colleague = make_advisor(name="Marit de Wit")

    assert client.get(WHY, {"advisor": colleague.pk}).status_code == 404
    assert "Marit" not in words_of(client)


def test_an_application_manager_asks_of_anybody(client, chief, advisor):
    page = words_of(client)
    assert "Choose a career advisor and a day" in page

    page = words_of(client, advisor=advisor.pk, day="2026-11-28")
    assert "Youssef Benali has no hours" in page
    assert f'href="/setup/staff/{advisor.pk}/hours/"' in page


def test_an_advisor_whose_hours_were_never_set_up_has_nothing_to_explain(client, advisor):
    client.force_login(make_user(Role.ADVISOR))

    assert client.get(WHY).status_code == 404


def test_a_page_costs_the_same_statements_whatever_is_on_it(client, chief, advisor):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            words_of(client, advisor=advisor.pk, day="2026-11-24", time="10:30")
        return len(captured)

    before = statements()
    Opening.objects.filter(weekday=1).update(step_minutes=5)
    for _number in range(10):
        make_advisor()

    assert statements() == before
