from datetime import date

import pytest
from django.db import transaction

from advisors.availability.errors import SlotTaken
from advisors.availability.queries import slot_query_for
from advisors.models import AgendaEntry
from advisors.services import lock_agenda, reserve_time
from organisation.models import Policy
from organisation.policy.closed_days import close_day
from tests.factories import CANDIDATE, NOW, WEDNESDAY_TEN, make_advisor, make_policy

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@transaction.atomic
def taken(advisor, query):
    lock_agenda(advisor.pk)
    return reserve_time(advisor_id=advisor.pk, starts_at=WEDNESDAY_TEN, query=query)


def test_reserve_time_creates_an_agenda_entry():
    advisor, query = make_advisor(), slot_query_for(make_policy(), now=NOW, channel="phone")

    entry, slot = taken(advisor, query)

    assert (slot.starts_at, AgendaEntry.objects.get()) == (WEDNESDAY_TEN, entry)


def test_reserve_time_refuses_a_day_that_was_closed_after_the_query():
    advisor, query = make_advisor(), slot_query_for(make_policy(), now=NOW)
    close_day(day=date(2026, 11, 25), reason="Opleiding", actor=CANDIDATE, now=NOW)

    with pytest.raises(SlotTaken):
        taken(advisor, query)

    assert AgendaEntry.objects.count() == 0


def test_reserve_time_accepts_a_day_that_was_opened_after_the_query():
    advisor, query = make_advisor(), slot_query_for(Policy(closed_days={"2026-11-25": "Opleiding"}), now=NOW)

    assert taken(advisor, query)[1].starts_at == WEDNESDAY_TEN
