from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisors.models import Advisor, AgendaEntry
from bookings.agenda.team import team_week
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
    advisors = list(Advisor.objects.active().values_list("pk", flat=True))
    return team_week(monday, advisors=advisors, policy=Policy.objects.current(), now=NOW)


def test_team_week_counts_bookings_and_free_slots_per_day():
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


def test_team_week_names_advisors_without_free_slots():
    make_policy()
    busy = make_advisor(name="Anna")
    make_advisor(name="Zoë")
    start = datetime(2026, 11, 22, 23, tzinfo=UTC)
    AgendaEntry.objects.create(advisor=busy, kind="external", busy_from=start, busy_until=start + timedelta(days=7))

    assert team().full == ["Anna"]


def test_team_week_shows_weekend_days_with_opening_hours():
    make_policy()
    make_opening(advisor=make_advisor(), weekday=5)

    assert [day.date.weekday() for day in team().days] == [0, 1, 2, 3, 4, 5]


def test_team_week_leaves_out_inactive_advisors():
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


def test_team_page_shows_absences_and_closed_days(manager):
    make_policy(closed_days={"2026-11-25": "Moving house"})
    advisor = make_advisor()
    make_absence(advisor=advisor, starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=4))
    make_opening(advisor=advisor, weekday=5, starts=time(9), ends=time(9, 30))

    html = words_of(manager.get("/team/"))

    assert "Wednesday 25 November: closed, Moving house." in html
    assert ["closed </p>" in html or ">closed<" in html, "partly away" in html] == [True, True]


def test_empty_team_page_explains_itself(manager):
    assert "Nobody holds talks yet" in words_of(manager.get("/team/"))


@pytest.mark.parametrize("week", ["2026-W60", "48", "x-Wx", "9999-W01"])
def test_invalid_week_is_not_found(manager, week):
    assert manager.get(f"/team/?week={week}").status_code == 404


def test_team_page_takes_the_same_statements_for_twenty_advisors(manager):
    make_booking(advisor=make_advisor())
    with CaptureQueriesContext(connection) as few:
        manager.get("/team/")
    for number in range(19):
        make_booking(advisor=make_advisor(name=f"Advisor {number}"))

    with CaptureQueriesContext(connection) as many:
        manager.get("/team/")

    assert len(many) == len(few)
