"""The page that explains a moment: the own day for an advisor, anybody's for an application manager."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import Opening
from organisation.models import Role
from tests.factories import TUESDAY_HALF_PAST_TEN, make_advisor, make_booking, make_user

pytestmark = pytest.mark.django_db
WHY = "/agenda/why/"


def page_text(client, **asked):
    answer = client.get(WHY, asked)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_explains_today_by_default(client, advisor):
    page = page_text(client)

    assert "Youssef Benali, Monday 23 November 2026" in page
    assert "0 of 6 moments are free." in page
    assert page.count("This moment is over") == 3
    assert page.count("Too soon: a talk can be booked from Tuesday 10:00 on") == 3


def test_the_page_explains_every_start_of_the_day(client, advisor):
    make_booking(advisor=advisor, starts_at=TUESDAY_HALF_PAST_TEN)

    page = page_text(client, day="2026-11-24")

    assert "3 of 6 moments are free." in page
    assert "A talk from 10:30 until 10:50" in page
    assert page.count('<span class="badge good">Free</span>') == 3


def test_the_page_explains_the_requested_slot_above_its_day(client, advisor):
    page = page_text(client, day="2026-11-24", time="10:10")

    assert '<h2 id="answer"> Tuesday 24 November at 10:10 </h2>' in page
    assert "In the hours from 09:00 until 12:00 no talk starts at this time" in page


def test_the_requested_slot_is_highlighted_in_its_day(client, advisor):
    page = page_text(client, day="2026-11-24", time="10:30")

    assert '<li class="now"> <time datetime="2026-11-24T10:30:00+01:00">10:30</time>' in page


def test_the_page_explains_for_a_channel_and_language(client, advisor):
    advisor.openings.update(channels=["phone"])

    page = page_text(client, day="2026-11-24", time="10:30", channel="video", language="en")

    assert "0 of 6 moments are free." in page
    assert "Not in this way in these hours: by video" in page


def test_a_day_without_hours_links_to_the_hours_page(client, advisor):
    page = page_text(client, day="2026-11-28", time="10:30")

    assert "Youssef Benali has no hours on Saturday 28 November 2026" in page
    assert "Outside the hours" in page
    assert 'href="/hours/"' in page


def test_times_are_in_the_advisors_time_zone(client, advisor):
    advisor.time_zone = "America/New_York"
    advisor.save()

    page = page_text(client, day="2026-11-24", time="10:30")

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
def test_invalid_input_shows_an_error_and_stays_in_the_form(client, advisor, asked, problem):
    page = page_text(client, **asked)

    assert problem in page
    assert all(f'value="{value}"' in page for value in asked.values() if value not in ("", "pigeon"))
    assert "moments are free" not in page


@pytest.mark.parametrize("key", ["0", "x", "-1", "9" * 30, "9" * 5000])
def test_an_unknown_advisor_gives_404(client, advisor, key):
    assert client.get(WHY, {"advisor": key}).status_code == 404


def test_an_advisor_sees_only_the_own_explanations(client, advisor):
    colleague = make_advisor(name="Marit de Wit")

    assert client.get(WHY, {"advisor": colleague.pk}).status_code == 404
    assert "Marit" not in page_text(client)


def test_an_application_manager_sees_explanations_of_any_advisor(client, application_manager, advisor):
    page = page_text(client)
    assert "Choose a career advisor and a day" in page

    page = page_text(client, advisor=advisor.pk, day="2026-11-28")
    assert "Youssef Benali has no hours" in page
    assert f'href="/setup/staff/{advisor.pk}/hours/"' in page


def test_an_advisor_without_a_profile_gets_404(client, advisor):
    client.force_login(make_user(Role.ADVISOR))

    assert client.get(WHY).status_code == 404


def test_the_page_takes_the_same_number_of_statements_with_more_content(client, application_manager, advisor):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            page_text(client, advisor=advisor.pk, day="2026-11-24", time="10:30")
        return len(captured)

    before = statements()
    Opening.objects.filter(weekday=1).update(step_minutes=5)
    for _number in range(10):
        make_advisor()

    assert statements() == before
