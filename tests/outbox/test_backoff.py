from datetime import timedelta

import pytest

from outbox.backoff import PAUSES, asked_by, is_given_up, next_attempt, pause_after
from outbox.models import Message
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("reason", "minutes"),
    [
        ("away", [1, 2, 5, 10, 30, 30]),
        ("busy", [1, 5, 15, 30, 60, 60]),
        ("settings", [5, 15, 15]),
        ("fault", [1, 5, 60, 240, 240]),
    ],
)
def test_the_pause_grows_by_what_went_wrong(reason, minutes):
    pauses = [pause_after(reason, attempts=number, luck=0) for number in range(1, len(minutes) + 1)]

    assert [pause / MINUTE for pause in pauses] == minutes
    assert pause_after(reason, attempts=100, luck=1) == pauses[-1] * 1.2


def test_every_error_that_passes_has_pauses():
    assert set(PAUSES) == {Message.Reason.AWAY, Message.Reason.BUSY, Message.Reason.SETTINGS, Message.Reason.FAULT}


@pytest.mark.parametrize(
    ("asked", "pause"),
    [(7 * MINUTE, 7 * MINUTE), (DAY, HOUR), (timedelta(0), timedelta(0)), (-DAY, timedelta(0)), (None, MINUTE)],
)
def test_what_the_provider_asks_is_honoured_within_reason(asked, pause):
    assert pause_after("busy", attempts=1, asked=asked, luck=0) == pause


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("120", 2 * MINUTE),  # both shapes: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
        ("Mon, 23 Nov 2026 09:05:00 GMT", 5 * MINUTE),
        (" 0 ", timedelta(0)),
        ("9" * 4000, HOUR),
        *[
            (header, None)
            for header in ("", "soon", "-5", "1.5", "²", "Mon, 99 Nov 2026", "23 Nov 2026 09:05:00 -0000")
        ],
    ],
)
def test_retry_after_is_seconds_or_a_date(header, asked):
    assert asked_by(header, now=NOW) == asked


@pytest.mark.parametrize(
    ("useless_in", "attempt_in"),
    [
        (None, 30),
        (60, 30),
        (32, 30),  # two minutes before, and no later
        (31, 29),
        (10, 8),
        (3, 1),
        (2, None),
        (0, None),
    ],
)
def test_there_is_a_last_attempt_before_it_makes_no_sense_any_more(useless_in, attempt_in):
    useless_after = NOW + useless_in * MINUTE if useless_in is not None else None
    expected = NOW + attempt_in * MINUTE if attempt_in is not None else None

    assert next_attempt(now=NOW, pause=30 * MINUTE, useless_after=useless_after) == expected


@pytest.mark.parametrize(
    ("attempts", "since", "given_up"),
    [(10, 4 * DAY, True), (9, 4 * DAY, False), (99, 4 * DAY - MINUTE, False), (1, 30 * DAY, False)],
)
def test_it_is_given_up_after_four_days_and_ten_attempts(attempts, since, given_up):
    assert is_given_up(attempts=attempts, due_since=NOW - since, now=NOW) is given_up
