"""Every rule has a description in Dutch and English."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from advisors.availability.slots import Rule, Span, Why
from advisors.explain.labels import DESCRIPTIONS, CalendarFreshness, ExplainContext, describe_reason

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
READ = {
    1: CalendarFreshness("Outlook", datetime(2026, 11, 30, 8, 12, tzinfo=UTC), is_failing=False),
    2: CalendarFreshness("Outlook", datetime(2026, 11, 27, 8, 12, tzinfo=UTC), is_failing=False),
    3: CalendarFreshness("Outlook", datetime(2026, 11, 30, 8, 12, tzinfo=UTC), is_failing=True),
    4: CalendarFreshness("Outlook", datetime(2026, 11, 27, 8, 12, tzinfo=UTC), is_failing=True),
    5: CalendarFreshness("Outlook", None, is_failing=True),
}


def at(hour, minute=0, day=MONDAY):
    return datetime.combine(day, time(hour, minute), tzinfo=AMSTERDAM).astimezone(UTC)


def description(why, screen_language, **fields):
    values = {"starts_at": at(11), "now": NOW, "zone": AMSTERDAM, "channel": None, "language": None}
    context = ExplainContext(**values | {"external_calendars": READ, "closed": ""} | fields)
    with translation.override(screen_language):
        return describe_reason(why, context)


def until(moment):
    return Span(at(0), moment)


TALK = Span(at(10), at(10, 20))
NARROW = "in de uren van 09.00 tot 12.00 begint op deze tijd geen gesprek"


@pytest.mark.parametrize(
    ("why", "fields", "english", "dutch"),
    [
        (Why(Rule.OUTSIDE_HOURS), {}, "outside the hours", "buiten de uren"),
        (Why(Rule.OFF_GRID), {}, "no talk starts at this time", "op deze tijd begint geen gesprek"),
        (
            Why(Rule.OFF_GRID, Span(at(9), at(12))),
            {},
            "in the hours from 09:00 until 12:00 no talk starts at this time",
            NARROW,
        ),
        (
            Why(Rule.CHANNEL),
            {},
            "talks cannot be held in these hours: a location or a video room is missing",
            "in deze uren kan geen gesprek: er ontbreekt een locatie of een videokamer",
        ),
        (
            Why(Rule.CHANNEL),
            {"channel": "By phone"},
            "not in this way in these hours: by phone",
            "in deze uren niet op deze manier: by phone",
        ),
        (
            Why(Rule.LANGUAGE),
            {},
            "talks are not offered in a language of these hours",
            "in geen taal van deze uren worden gesprekken aangeboden",
        ),
        (Why(Rule.LANGUAGE), {"language": "en"}, "not in English in these hours", "in deze uren niet in het Engels"),
        (
            Why(Rule.CLOSED_DAY),
            {"closed": "Open dag"},
            "closed that day: Open dag",
            "gesloten op die dag: Open dag",
        ),
        (Why(Rule.FULL_DAY, talks=4), {}, "four of four that day", "vier van de vier op die dag"),
        (Why(Rule.FULL_DAY, talks=12), {}, "12 of 12 that day", "12 van de 12 op die dag"),
        (Why(Rule.FULL_WEEK, talks=9), {}, "nine of nine that week", "negen van de negen in die week"),
        (Why(Rule.ABSENT, until(at(14))), {}, "absent until 14:00", "afwezig tot 14.00"),
        (Why(Rule.ABSENT, until(at(0, day=MONDAY + DAY))), {}, "absent until Tuesday", "afwezig tot dinsdag"),
        (
            Why(Rule.ABSENT, until(at(12, day=MONDAY + DAY))),
            {},
            "absent until Tuesday 12:00",
            "afwezig tot dinsdag 12.00",
        ),
        (
            Why(Rule.ABSENT, until(at(0, day=MONDAY + 7 * DAY))),
            {},
            "absent until Monday 7 December",
            "afwezig tot maandag 7 december",
        ),
        (
            Why(Rule.ABSENT, until(at(0, day=date(2027, 1, 4)))),
            {},
            "absent until Monday 4 January 2027",
            "afwezig tot maandag 4 januari 2027",
        ),
        (Why(Rule.TALK, TALK), {}, "a talk from 10:00 until 10:20", "een gesprek van 10.00 tot 10.20"),
        (Why(Rule.BUFFER, TALK), {}, "buffer after the talk of 10:00", "tussentijd na het gesprek van 10.00"),
        (
            Why(Rule.BUFFER, TALK),
            {"starts_at": at(9, 50)},
            "buffer before the talk of 10:00",
            "tussentijd voor het gesprek van 10.00",
        ),
        (
            Why(Rule.HELD, TALK),
            {},
            "held for a candidate, from 10:00 until 10:20",
            "vastgehouden voor een kandidaat, van 10.00 tot 10.20",
        ),
        (
            Why(Rule.BUSY_ELSEWHERE, TALK, None, 1),
            {},
            "busy in Outlook, as read at 09:12",
            "bezet in Outlook, gelezen om 09.12",
        ),
        (
            Why(Rule.BUSY_ELSEWHERE, TALK, None, 2),
            {},
            "busy in Outlook, as read on Friday 27 November at 09:12",
            "bezet in Outlook, gelezen op vrijdag 27 november om 09.12",
        ),
        (
            Why(Rule.BUSY_ELSEWHERE, TALK, None, 3),
            {},
            "busy in Outlook, not read since 09:12",
            "bezet in Outlook, niet gelezen sinds 09.12",
        ),
        (
            Why(Rule.BUSY_ELSEWHERE, TALK, None, 4),
            {},
            "busy in Outlook, not read since Friday 27 November 09:12",
            "bezet in Outlook, niet gelezen sinds vrijdag 27 november 09.12",
        ),
        (Why(Rule.BUSY_ELSEWHERE, TALK, None, 5), {}, "busy in Outlook", "bezet in Outlook"),
        (Why(Rule.BUSY_ELSEWHERE, TALK, None, 9), {}, "busy in another calendar", "bezet in een andere agenda"),
        (
            Why(Rule.TOO_SOON, Span(at(12), at(12))),
            {},
            "too soon: a talk can be booked from 12:00 on",
            "te kort dag: een gesprek kan vanaf 12.00",
        ),
        (Why(Rule.TOO_SOON, Span(at(12), at(12))), {"starts_at": NOW}, "this moment is over", "dit moment is voorbij"),
        (
            Why(Rule.TOO_FAR, Span(at(10, day=MONDAY - 3 * DAY), at(10, day=MONDAY - 3 * DAY))),
            {},
            "too far ahead: a talk can be booked until Friday 27 November 10:00",
            "te ver vooruit: een gesprek kan tot vrijdag 27 november 10.00",
        ),
    ],
)
def test_a_rule_has_a_label(why, fields, english, dutch):
    assert (description(why, "en", **fields), description(why, "nl", **fields)) == (english, dutch)


def test_every_rule_has_a_description():
    assert set(DESCRIPTIONS) == set(Rule)


def test_times_are_in_the_advisors_time_zone():
    new_york = ZoneInfo("America/New_York")

    assert description(Why(Rule.TALK, TALK), "en", zone=new_york) == "a talk from 04:00 until 04:20"
