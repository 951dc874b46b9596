"""The survey: once, two working days after the talk was marked as held, and to nobody who wants no such mail."""

from datetime import UTC, datetime, timedelta

import pytest

from candidates.contact import stop_messages
from core.actors import Actor
from organisation.models import AuditEvent
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from talks.models import Survey, SurveyAnswer
from talks.services import answer_survey, ask_how_it_was
from tests.factories import (
    CANDIDATE,
    NOW,
    make_booking,
    make_candidate,
    make_held_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_survey,
)
from tests.races import at_once

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when it was marked: 10.00 in Amsterdam
TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # two working days later
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def held(db):
    make_policy()
    return make_held_booking(closed_at=FRIDAY)


def surveys():
    return list(Message.objects.filter(kind="survey").values_list("state", "reason"))


def test_the_survey_leaves_two_working_days_later_and_once(held):
    answers = [ask_how_it_was(now=now) for now in (TUESDAY_TEN - MINUTE, TUESDAY_TEN, TUESDAY_TEN + MINUTE)]

    letter, asked = Message.objects.get(), Survey.objects.get()
    assert answers == [0, 1, 0]
    assert (letter.kind, letter.recipient, letter.about, letter.useless_after) == (
        "survey",
        held.candidate.email,
        f"survey:{asked.pk}",
        TUESDAY_TEN + 14 * DAY,
    )
    assert (letter.reply_to, letter.thread) == ("", f"booking:{held.pk}")
    assert "vrijdag 20 november" in letter.text
    assert f"/appointments/{held.pk}/survey/" in letter.text
    assert "/stop/" in letter.unsubscribe_url
    assert list(AuditEvent.objects.values_list("action", "about")) == [("survey.send", f"survey:{asked.pk}")]


def test_the_hour_is_that_of_the_place_where_the_candidate_is(db):
    make_policy()
    candidate = make_candidate(time_zone="America/New_York")
    make_held_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)), closed_at=FRIDAY)
    in_new_york = TUESDAY_TEN + timedelta(hours=6)

    assert [ask_how_it_was(now=in_new_york - MINUTE), ask_how_it_was(now=in_new_york)] == [0, 1]


@pytest.mark.parametrize(
    ("timetable", "expected"),
    [({"survey_after_working_days": 0}, [0, 0]), ({"survey_after_working_days": 3}, [0, 1])],
)
def test_policy_says_after_how_many_days_and_whether_at_all(held, timetable, expected):
    make_policy(timetable=timetable)

    assert [ask_how_it_was(now=TUESDAY_TEN), ask_how_it_was(now=TUESDAY_TEN + DAY)] == expected


@pytest.mark.parametrize("status", ["booked", "no_show"])
def test_only_a_talk_that_was_held_is_asked_about(db, status):
    make_policy()
    make_booking(starts_at=NOW - 5 * DAY, status=status, closed_at=FRIDAY)

    assert ask_how_it_was(now=TUESDAY_TEN) == 0


def test_who_stopped_our_messages_is_not_asked(held):
    stop_messages(candidate=held.candidate, actor=CANDIDATE, now=NOW)

    assert ask_how_it_was(now=TUESDAY_TEN) == 0


def test_a_survey_that_waits_does_not_leave_to_who_says_stop(held):
    ask_how_it_was(now=TUESDAY_TEN)

    stop_messages(candidate=held.candidate, actor=CANDIDATE, now=TUESDAY_TEN)

    assert (deliver_due(now=TUESDAY_TEN), surveys()) == (0, [("suppressed", "withdrawn")])


def test_what_nobody_looked_at_for_two_weeks_is_shown_as_too_late(held):
    ask_how_it_was(now=TUESDAY_TEN + 13 * DAY)
    Survey.objects.all().delete()
    Message.objects.all().delete()

    ask_how_it_was(now=TUESDAY_TEN + 14 * DAY)

    assert surveys() == [("suppressed", "too_late")]


@pytest.mark.django_db(transaction=True)
def test_ten_scans_at_once_post_one_survey(transactional_db):
    make_policy()
    make_held_booking(closed_at=FRIDAY)

    answers = at_once([lambda: ask_how_it_was(now=TUESDAY_TEN)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert len(surveys()) == 1


def test_answers_replace_those_that_were_given_before(db):
    survey = make_survey(answers={"improve": "Sneller bellen", "reason_clear": "2"})
    candidate = Actor.of(survey.booking.candidate)

    answer_survey(survey=survey, answers={"reason_clear": "5"}, actor=candidate, now=NOW + DAY)

    survey.refresh_from_db()
    assert survey.answered_at == NOW + DAY
    assert list(SurveyAnswer.objects.values_list("question", "answer")) == [("reason_clear", "5")]
    assert AuditEvent.objects.get().action == "survey.answer"
