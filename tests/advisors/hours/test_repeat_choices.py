import pytest
from django.utils import translation

from advisors.hours.repeat_choices import Repeats, format_rule, repeats_of, rule_of

WEDNESDAY = 2


@pytest.mark.parametrize("repeats", [one for one in Repeats if one not in (Repeats.WEEK, Repeats.RULE)])
def test_a_choice_is_recognised_from_its_rule(repeats):
    assert repeats_of(rule_of(repeats, WEDNESDAY)) == (repeats, WEDNESDAY)


@pytest.mark.parametrize(
    ("rule", "found"),
    [("", (Repeats.WEEK, None)), ("FREQ=MONTHLY;BYDAY=1WE,3WE", (Repeats.RULE, None))],
)
def test_other_rules_are_weekly_or_of_your_own(rule, found):
    assert repeats_of(rule) == found


@pytest.mark.parametrize(
    ("rule", "language", "words"),
    [
        ("FREQ=MONTHLY;BYDAY=1WE", "en", "Every first Wednesday of the month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "nl", "Elke laatste vrijdag van de maand"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "nl", "Elke twee weken op maandag"),
        ("FREQ=DAILY;COUNT=3", "en", "By the rule FREQ=DAILY;COUNT=3"),
    ],
)
def test_a_rule_has_a_label(rule, language, words):
    with translation.override(language):
        assert format_rule(rule) == words
