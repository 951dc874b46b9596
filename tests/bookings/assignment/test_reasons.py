import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from bookings.assignment.fairness import Workload, rank_advisors
from bookings.assignment.reasons import reasons_of
from tests.factories import make_advisor, make_booking, make_policy

pytestmark = pytest.mark.django_db
BELOW = rank_advisors([Workload(1, 100, 3870, 3), Workload(2, 50, 3870, 2)], days=28)[0].reason
CASES = [
    (
        BELOW,
        "The first one free, and furthest below their share: 3 of the talks in 28 days, where 4.0 of 6 is fair for "
        "64.5 open hours. Free at that moment: 2.",
        "Wie het eerst kan, en het verst onder het eigen aandeel: 3 van de gesprekken in 28 dagen, terwijl 4,0 van de "
        "6 eerlijk is voor 64,5 open uren. Op dat moment vrij: 2.",
    ),
    (
        {"rule": "nobody_else_free"},
        "The first one free: nobody who has a share of the talks was free.",
        "Wie het eerst kan: niemand met een aandeel in de gesprekken was vrij.",
    ),
    (
        {"rule": "only_one_free"},
        "The first one free: nobody else was free at that moment.",
        "Wie het eerst kan: niemand anders was op dat moment vrij.",
    ),
    (
        {"rule": "asked_for"},
        "The candidate chose this advisor.",
        "De kandidaat koos deze adviseur.",
    ),
    (
        {"rule": "same_advisor"},
        "The candidate chose whom they spoke before.",
        "De kandidaat koos degene met wie eerder is gesproken.",
    ),
    ({"rule": "handed_over", "from": 0}, "Taken over from a colleague.", "Overgenomen van een collega."),
    ({}, "", ""),
    ({"rule": "of a later version"}, "", ""),
]


@pytest.mark.parametrize(("because", "english", "dutch"), CASES)
def test_a_reason_reads_as_a_sentence(because, english, dutch):
    booking = make_booking(chosen_because=because)

    for language, sentence in (("en", english), ("nl", dutch)):
        with translation.override(language):
            assert reasons_of([booking]) == {booking.pk: sentence}


def test_reasons_name_former_advisors_in_one_statement():
    make_policy()
    old = make_advisor(name="Youssef Benali")
    handed = [make_booking(chosen_because={"rule": "handed_over", "from": old.pk}) for _number in range(3)]

    with CaptureQueriesContext(connection) as captured, translation.override("en"):
        reasons = reasons_of(handed)

    assert set(reasons.values()) == {"Taken over from Youssef Benali."}
    assert len(captured) == 1
