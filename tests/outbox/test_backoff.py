from datetime import timedelta

import pytest

from outbox.backoff import PAUSE_MINUTES, is_given_up, next_attempt, parse_retry_after, pause_after
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
def test_pause_grows_with_attempts_and_depends_on_the_reason(reason, minutes):
    pauses = [pause_after(reason, attempts=number, jitter=0) for number in range(1, len(minutes) + 1)]

    assert [pause / MINUTE for pause in pauses] == minutes
    assert pause_after(reason, attempts=100, jitter=1) == pauses[-1] * 1.2


def test_every_temporary_reason_has_pauses():
    assert set(PAUSE_MINUTES) == {
        Message.Reason.AWAY,
        Message.Reason.BUSY,
        Message.Reason.SETTINGS,
        Message.Reason.FAULT,
    }


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(7 * MINUTE, 7 * MINUTE), (DAY, HOUR), (timedelta(0), timedelta(0)), (-DAY, timedelta(0)), (None, MINUTE)],
)
def test_retry_after_is_used_up_to_an_hour(retry_after, pause):
    assert pause_after("busy", attempts=1, retry_after=retry_after, jitter=0) == pause


@pytest.mark.parametrize(
    ("header", "retry_after"),
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
def test_parse_retry_after_reads_seconds_or_a_date(header, retry_after):
    assert parse_retry_after(header, now=NOW) == retry_after


@pytest.mark.parametrize(
    ("expires_in", "attempt_in"),
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
def test_last_attempt_is_two_minutes_before_the_expiry(expires_in, attempt_in):
    expires_at = NOW + expires_in * MINUTE if expires_in is not None else None
    expected = NOW + attempt_in * MINUTE if attempt_in is not None else None

    assert next_attempt(now=NOW, pause=30 * MINUTE, expires_at=expires_at) == expected


@pytest.mark.parametrize(
    ("attempts", "since", "given_up"),
    [(10, 4 * DAY, True), (9, 4 * DAY, False), (99, 4 * DAY - MINUTE, False), (1, 30 * DAY, False)],
)
def test_message_is_given_up_after_four_days_and_ten_attempts(attempts, since, given_up):
    assert is_given_up(attempts=attempts, due_since=NOW - since, now=NOW) is given_up
