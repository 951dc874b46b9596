from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Engine
from django.test import override_settings
from django.utils import translation

from core.formatting import format_day, format_time, one_line, printable

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "language", "with_year", "expected"),
    [
        (TUESDAY, "nl", False, "dinsdag 24 november"),
        (TUESDAY, "en", False, "Tuesday 24 November"),
        (TUESDAY, "nl", True, "dinsdag 24 november 2026"),
        (TUESDAY, "en", True, "Tuesday 24 November 2026"),
        (TUESDAY, "en-gb", False, "Tuesday 24 November"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "nl", False, "woensdag 25 november"),  # past midnight here
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), "nl", False, "zondag 28 maart"),
    ],
)
def test_format_day_names_the_local_day(day, language, with_year, expected):
    assert format_day(day, language, AMSTERDAM, with_year=with_year) == expected


@pytest.mark.parametrize(
    ("moment", "language", "expected"),
    [
        (datetime(2026, 11, 24, 8, 30, tzinfo=UTC), "nl", "09.30"),
        (datetime(2026, 11, 24, 8, 30, tzinfo=UTC), "en", "09:30"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "nl", "01.59"),  # the last minute of winter time
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "nl", "03.00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "nl", "02.30"),  # twice half past two
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "nl", "02.30"),
    ],
)
def test_format_time_is_local(moment, language, expected):
    assert format_time(moment, language, AMSTERDAM) == expected


@pytest.mark.parametrize("format_it", [format_day, format_time])
def test_a_naive_date_time_is_refused(format_it):
    with pytest.raises(ValueError, match="time zone"):
        format_it(datetime(2026, 11, 24, 9), "nl", AMSTERDAM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë  de Vries ", "Zoë de Vries"),
        ("Zoë\r\nBcc: all@oostmeer.example", "Zoë Bcc: all@oostmeer.example"),
        ("a\u2028b\u2029c\x85d\x00e\tf", "a b c d e f"),
        ("\u202ereversed\u202c", "reversed"),
        ("نور 👩‍🔬", "نور 👩‍🔬"),
        ("half \ud83d", "half"),
    ],
)
def test_one_line_returns_one_line(text, expected):
    assert one_line(text) == expected


def test_printable_keeps_the_lines():
    assert printable("a\r\nb\rc\n\n\td\x00\x1b[0m\u2028e\u202e") == "a\nb\nc\n\n\td[0m\ne"


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("{{ day|in_words }}", "nl", "dinsdag 24 november"),
        ("{{ moment|in_words:'year' }}", "en", "Tuesday 24 November 2026"),
        ("{{ moment|at_time }}", "nl", "09.30"),
        ("{{ phone|masked_phone }}", "nl", "06 ·· ·· 78"),
        ("{{ none|in_words }}{{ none|at_time }}{{ none|masked_phone }}", "nl", ""),
    ],
)
def test_filters_use_the_active_language(source, language, expected):
    engine = Engine(builtins=["organisation.templatetags.formatting"])
    half_past_eight = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    values = {"day": TUESDAY, "moment": half_past_eight, "phone": "+31612345678", "none": None}

    with translation.override(language), override_settings(TIME_ZONE="Europe/Amsterdam"):
        written = engine.from_string(source).render(Context(values))

    assert written == expected
