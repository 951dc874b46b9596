import pytest

from core.actors import Actor
from organisation.models import Role
from referrals.errors import RecruiterGone
from referrals.queries import vacancies_for
from referrals.services import propose
from tests.factories import NOW, make_completed_booking, make_user, make_vacancy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ADVISOR = Actor(key="user:1", origin="web")


def test_a_vacancy_is_proposed_only_when_its_recruiter_is_there():
    booking = make_completed_booking()
    there = make_vacancy(title="Planner", recruiter=make_user(Role.RECRUITER, Role.ADVISOR))
    without_role = make_vacancy(title="Polikliniek", recruiter=make_user(Role.ADVISOR))
    switched_off = make_vacancy(title="Radiologie", recruiter=make_user(Role.RECRUITER, is_active=False))

    assert list(vacancies_for(booking)) == [there]
    for vacancy in (without_role, switched_off):
        with pytest.raises(RecruiterGone):
            propose(booking=booking, vacancy=vacancy, introduction="Rustig.", actor=ADVISOR, now=NOW)
