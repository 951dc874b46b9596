from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import AgendaEntry
from bookings.agenda.team import team_of
from organisation.models import Policy, Role
from tests.factories import NOW, make_absence, make_advisor, make_booking, make_opening, make_policy, make_user

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


@pytest.fixture
def manager(client):
    make_policy()
    with time_machine.travel(NOW, tick=False):
        client.force_login(make_user(Role.MANAGER))
        client.cookies["django_language"] = "en"
        yield client


def words_of(answer):
    return " ".join(answer.content.decode().split())


def team(monday=MONDAY):
    return team_of(monday, policy=Policy.objects.current(), now=NOW)


def test_every_advisor_has_talks_and_free_moments_a_day():
    make_policy()
    zoe, anna = make_advisor(name="Zoë"), make_advisor(name="Anna")
    make_booking(advisor=zoe)

    found = team()

    numbers = [(row.name, [(day.talks, day.free) for day in row.days]) for row in found.rows]
    assert numbers == [  # until tomorrow at ten it is too soon
        ("Anna", [(0, 0), (0, 4), *[(0, 6)] * 3]),
        ("Zoë", [(0, 0), (1, 3), *[(0, 6)] * 3]),
    ]
    assert (found.talks, found.free, found.full) == (1, 43, [])
    assert anna.pk == found.rows[0].advisor_id


def test_who_is_full_is_named():
    make_policy()
    busy = make_advisor(name="Anna")
    make_advisor(name="Zoë")
    start = datetime(2026, 11, 22, 23, tzinfo=UTC)
    AgendaEntry.objects.create(advisor=busy, kind="external", busy_from=start, busy_until=start + timedelta(days=7))

    assert team().full == ["Anna"]


def test_a_weekend_shows_when_somebody_has_hours_in_it():
    make_policy()
    make_opening(advisor=make_advisor(), weekday=5)

    assert [day.date.weekday() for day in team().days] == [0, 1, 2, 3, 4, 5]


def test_who_holds_no_talks_any_more_is_left_out():
    make_policy()
    make_advisor(is_active=False)

    assert team().rows == []


def test_the_page_names_no_candidate(manager):
    make_booking(advisor=make_advisor(name="Zoë"))

    html = words_of(manager.get("/team/"))

    assert [word in html for word in ("Team in week 48", "Zoë", "1 talk", "3 free", "Aydin", "Sevda")] == [
        *[True] * 4,
        *[False] * 2,
    ]


def test_the_page_says_who_is_away_and_why_a_day_is_closed(manager):
    make_policy(closed_days={"2026-11-25": "Moving house"})
    advisor = make_advisor()
    make_absence(advisor=advisor, starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=4))
    make_opening(advisor=advisor, weekday=5, starts=time(9), ends=time(9, 30))

    html = words_of(manager.get("/team/"))

    assert "Wednesday 25 November: closed, Moving house." in html
    assert ["closed </p>" in html or ">closed<" in html, "partly away" in html] == [True, True]


def test_without_advisors_the_page_says_who_comes_here(manager):
    assert "Nobody holds talks yet" in words_of(manager.get("/team/"))


@pytest.mark.parametrize("week", ["2026-W60", "48", "x-Wx", "9999-W01"])
def test_a_week_that_is_none_does_not_exist(manager, week):
    assert manager.get(f"/team/?week={week}").status_code == 404


def test_the_team_asks_as_many_questions_with_twenty_advisors(manager):
    make_booking(advisor=make_advisor())
    with CaptureQueriesContext(connection) as few:
        manager.get("/team/")
    for number in range(19):
        make_booking(advisor=make_advisor(name=f"Advisor {number}"))

    with CaptureQueriesContext(connection) as many:
        manager.get("/team/")

    assert len(many) == len(few)
