from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from organisation.timetable import LIMITS, USUAL, Times, next_moment_for_text

AMSTERDAM, NEW_YORK = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/New_York")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, USUAL),
        ({"text_reminder_at": "15:30"}, Times(text_reminder_at=time(15, 30))),
        (
            {"advisor_note_minutes_before": 0, "texts_until": "19:00"},
            Times(advisor_note_minutes_before=0, texts_until=time(19)),
        ),
        ({"of_another_version": "10:00", "text_reminder_at": "tea time", "recruiter_answer_days": "many"}, USUAL),
        ({"recruiter_answer_days": True, "invitation_reminder_after_days": -7}, USUAL),
        ({"texts_from": "19:00", "texts_until": "9:00"}, USUAL),
        ({"texts_from": "19:00", "texts_until": "10:00", "mail_reminder_at": "08:00"}, USUAL),
    ],
)
def test_what_policy_says_differs_from_what_is_usual(given, expected):
    assert Times.of(given) == expected


def test_what_is_usual_stays_within_the_limits():
    outside = [name for name, (least, most) in LIMITS.items() if not least <= getattr(USUAL, name) <= most]

    assert (outside, set(LIMITS)) == ([], set(vars(USUAL)))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-12-02T14:30", "2026-12-02T14:30"),
        ("2026-12-02T09:00", "2026-12-02T09:00"),
        ("2026-12-02T08:59", "2026-12-02T09:00"),
        ("2026-12-02T20:00", "2026-12-03T09:00"),
        ("2026-12-03T01:30", "2026-12-03T09:00"),
        ("2026-03-28T21:00", "2026-03-29T09:00"),  # the night in which the clock goes forward
        ("2026-10-24T21:00", "2026-10-25T09:00"),  # and back
    ],
)
def test_a_phone_rings_by_day(moment, expected):
    assert next_moment_for_text(at(moment), AMSTERDAM, USUAL) == at(expected)


def test_a_phone_rings_by_day_where_it_is():
    nine_in_amsterdam = at("2026-12-02T09:00")

    assert next_moment_for_text(nine_in_amsterdam, NEW_YORK, USUAL) == at("2026-12-02T15:00")
