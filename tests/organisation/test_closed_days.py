from datetime import date

import pytest
from django.utils import translation

from organisation.closed_days import why_closed
from organisation.models import Policy

CLOSED = {"2026-12-24": "Kerstavond", "2026-12-28": ""}


@pytest.mark.parametrize(
    ("day", "dutch", "english"),
    [
        (date(2026, 12, 23), "", ""),
        (date(2026, 12, 24), "Kerstavond", "Kerstavond"),
        (date(2026, 12, 25), "Eerste kerstdag", "Christmas Day"),
        (date(2026, 12, 28), "gesloten", "closed"),
        (date(2027, 1, 1), "Nieuwjaarsdag", "New Year's Day"),
        (date(2027, 5, 5), "", ""),  # a holiday once in five years
    ],
)
def test_a_day_that_is_closed_says_why(day, dutch, english):
    policy = Policy(closed_days=CLOSED)

    for language, why in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert why_closed(policy, day) == why


def test_who_works_on_public_holidays_is_open():
    assert why_closed(Policy(closes_on_public_holidays=False), date(2026, 12, 25)) == ""
