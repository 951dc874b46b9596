"""Invitations of a file, spread over working days; what is planned needs no database."""

from datetime import date, timedelta

import pytest

from bookings.invitations.services import invite_due
from bookings.models import Invitation
from candidates.csv_import.background import work_on_files
from candidates.csv_import.services import start_import
from candidates.csv_import.spread import plan_days
from candidates.models import Rejection
from core.actors import Actor
from tests.candidates.csv_import.test_services import make_file, make_line
from tests.factories import NOW, make_policy, make_vacancy

MONDAY = date(2026, 11, 23)
EARLY, LATE = date(2026, 11, 2), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("told_on", "per_day", "first", "closed", "planned"),
    [
        ([], 2, MONDAY, (), {}),
        ([(2, LATE), (3, EARLY), (4, LATE)], 2, MONDAY, (), {MONDAY: [3, 2], date(2026, 11, 24): [4]}),
        ([(2, LATE), (3, None)], 1, date(2026, 11, 27), (), {date(2026, 11, 27): [2], date(2026, 11, 30): [3]}),
        ([(2, LATE)], 1, date(2026, 11, 28), (), {date(2026, 11, 30): [2]}),
        ([(2, LATE)], 1, MONDAY, (MONDAY,), {date(2026, 11, 24): [2]}),
    ],
)
def test_the_oldest_notice_goes_first_and_only_on_working_days(told_on, per_day, first, closed, planned):
    assert plan_days(told_on, per_day=per_day, first=first, closed=frozenset(closed)) == planned


@pytest.mark.django_db
@pytest.mark.both_databases
def test_invitations_of_a_spread_file_leave_day_by_day():
    make_policy()
    make_vacancy(source="csv", external_id="371")
    lines = [make_line(number, verteld_op=f"{day}-11-2026") for number, day in ((1, 19), (2, 17), (3, 18))]
    file = make_file(*lines, make_line(4, toelichting=""))

    start_import(file=file, only_valid=True, per_day=2, actor=Actor.of(file.uploaded_by), now=NOW)
    work_on_files(now=NOW)
    per_day = [invite_due(now=NOW + timedelta(days=days)) for days in (0, 1)]

    left = list(Invitation.objects.order_by("pk").values_list("application__external_id", flat=True))
    assert (per_day, left) == ([2, 1], ["2:371", "3:371", "1:371"])
    assert Rejection.objects.get(application__external_id="4:371").invite_from is None
