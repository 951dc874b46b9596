"""A vacancy that is filled or withdrawn in the admin ends its procedure, from which candidates are erased."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from tests.factories import NOW, make_user, make_vacancy
from vacancies.models import Vacancy

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def save(client, vacancy, **changes):
    values = {
        "source": vacancy.source,
        "title": vacancy.title,
        "department": vacancy.department_id,
        "recruiter": vacancy.recruiter_id,
        "status": vacancy.status,
        "procedure_ended_on": vacancy.procedure_ended_on or "",
        "requirements-TOTAL_FORMS": 0,
        "requirements-INITIAL_FORMS": 0,
    }
    client.force_login(make_user("application_manager"))
    answer = client.post(reverse("admin:vacancies_vacancy_change", args=[vacancy.pk]), values | changes)
    assert answer.status_code == 302
    return Vacancy.objects.get().procedure_ended_on


@pytest.mark.parametrize(
    ("before", "changes", "ended_on"),
    [
        ({}, {"status": "filled"}, TODAY),
        ({}, {"status": "withdrawn"}, TODAY),
        ({}, {"status": "filled", "procedure_ended_on": "2026-11-10"}, date(2026, 11, 10)),
        ({}, {"title": "Verpleegkundige"}, None),
        ({"status": "filled", "procedure_ended_on": date(2026, 11, 10)}, {"status": "open"}, None),
        ({"status": "filled", "procedure_ended_on": date(2026, 11, 10)}, {"status": "withdrawn"}, date(2026, 11, 10)),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_a_change_of_status_ends_the_procedure_or_opens_it_again(client, before, changes, ended_on):
    vacancy = make_vacancy(requirements=0, **before)

    assert save(client, vacancy, **changes) == ended_on
