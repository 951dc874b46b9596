from datetime import date

import pytest
from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import question_of
from advisors.models import AgendaEntry
from advisors.services import lock_agenda, take_time
from organisation.models import Policy
from organisation.policy.closed_days import close_day
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_policy

pytestmark = pytest.mark.django_db


@transaction.atomic
def taken(advisor, question):
    lock_agenda(advisor.pk)
    return take_time(advisor_id=advisor.pk, starts_at=WEDNESDAY_TEN, question=question)


def test_the_time_that_is_free_is_taken():
    advisor, question = make_advisor(), question_of(make_policy(), now=NOW, channel="phone")

    entry, slot = taken(advisor, question)

    assert (slot.starts_at, AgendaEntry.objects.get()) == (WEDNESDAY_TEN, entry)


def test_a_day_that_was_closed_since_the_question_was_made_is_not_taken():
    advisor, question = make_advisor(), question_of(make_policy(), now=NOW)
    close_day(day=date(2026, 11, 25), reason="Opleiding", actor=CANDIDATE, now=NOW)

    with pytest.raises(SlotTaken):
        taken(advisor, question)

    assert AgendaEntry.objects.count() == 0


def test_a_day_that_is_not_closed_any_more_is_taken():
    advisor, question = make_advisor(), question_of(Policy(closed_days={"2026-11-25": "Opleiding"}), now=NOW)

    assert taken(advisor, question)[1].starts_at == WEDNESDAY_TEN
