"""Survey: sent once, two working days after a completed talk, unless the candidate opted out."""

from datetime import UTC, datetime, timedelta

import pytest

from candidates.contact import stop_messages
from core.actors import Actor
from organisation.models import AuditEvent
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from talks.models import Survey, SurveyAnswer
from talks.services import answer_survey, send_due_surveys
from tests.factories import (
    CANDIDATE,
    NOW,
    make_booking,
    make_candidate,
    make_completed_booking,
    make_invitation,
    make_policy,
    make_rejection,
    make_survey,
)
from tests.races import run_concurrently

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when it was marked: 10.00 in Amsterdam
TUESDAY_TEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # two working days later
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def completed(db):
    make_policy()
    return make_completed_booking(closed_at=FRIDAY)


def surveys():
    return list(Message.objects.filter(kind="survey").values_list("state", "reason"))


def test_the_survey_is_sent_once_after_two_working_days(completed):
    answers = [send_due_surveys(now=now) for now in (TUESDAY_TEN - MINUTE, TUESDAY_TEN, TUESDAY_TEN + MINUTE)]

    letter, asked = Message.objects.get(), Survey.objects.get()
    assert answers == [0, 1, 0]
    assert (letter.kind, letter.recipient, letter.about, letter.expires_at) == (
        "survey",
        completed.candidate.email,
        f"survey:{asked.pk}",
        TUESDAY_TEN + 14 * DAY,
    )
    assert (letter.reply_to, letter.thread) == ("", f"booking:{completed.pk}")
    assert "vrijdag 20 november" in letter.text
    assert f"/appointments/{completed.pk}/survey/" in letter.text
    assert "/stop/" in letter.unsubscribe_url
    assert list(AuditEvent.objects.values_list("action", "about")) == [("survey.send", f"survey:{asked.pk}")]


def test_the_survey_is_sent_in_the_candidates_time_zone(db):
    make_policy()
    candidate = make_candidate(time_zone="America/New_York")
    make_completed_booking(invitation=make_invitation(rejection=make_rejection(candidate=candidate)), closed_at=FRIDAY)
    in_new_york = TUESDAY_TEN + timedelta(hours=6)

    assert [send_due_surveys(now=in_new_york - MINUTE), send_due_surveys(now=in_new_york)] == [0, 1]


@pytest.mark.parametrize(
    ("timetable", "expected"),
    [({"survey_after_working_days": 0}, [0, 0]), ({"survey_after_working_days": 3}, [0, 1])],
)
def test_policy_sets_the_delay_and_can_switch_surveys_off(completed, timetable, expected):
    make_policy(timetable=timetable)

    assert [send_due_surveys(now=TUESDAY_TEN), send_due_surveys(now=TUESDAY_TEN + DAY)] == expected


@pytest.mark.parametrize("status", ["booked", "no_show"])
def test_only_completed_talks_get_a_survey(db, status):
    make_policy()
    make_booking(starts_at=NOW - 5 * DAY, status=status, closed_at=FRIDAY)

    assert send_due_surveys(now=TUESDAY_TEN) == 0


def test_candidates_who_opted_out_get_no_survey(completed):
    stop_messages(candidate=completed.candidate, actor=CANDIDATE, now=NOW)

    assert send_due_surveys(now=TUESDAY_TEN) == 0


def test_a_queued_survey_is_not_sent_after_opt_out(completed):
    send_due_surveys(now=TUESDAY_TEN)

    stop_messages(candidate=completed.candidate, actor=CANDIDATE, now=TUESDAY_TEN)

    assert (deliver_due(now=TUESDAY_TEN), surveys()) == (0, [("suppressed", "withdrawn")])


def test_a_survey_that_was_not_sent_within_two_weeks_expires(completed):
    send_due_surveys(now=TUESDAY_TEN + 13 * DAY)
    Survey.objects.all().delete()
    Message.objects.all().delete()

    send_due_surveys(now=TUESDAY_TEN + 14 * DAY)

    assert surveys() == [("suppressed", "too_late")]


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_scans_post_one_survey(transactional_db):
    make_policy()
    make_completed_booking(closed_at=FRIDAY)

    answers = run_concurrently([lambda: send_due_surveys(now=TUESDAY_TEN)] * 10, threads=10)

    assert sorted(answers) == [0] * 9 + [1]
    assert len(surveys()) == 1


def test_new_answers_replace_earlier_ones(db):
    survey = make_survey(answers={"improve": "Sneller bellen", "reason_clear": "2"})
    candidate = Actor.of(survey.booking.candidate)

    answer_survey(survey=survey, answers={"reason_clear": "5"}, actor=candidate, now=NOW + DAY)

    survey.refresh_from_db()
    assert survey.answered_at == NOW + DAY
    assert list(SurveyAnswer.objects.values_list("question", "answer")) == [("reason_clear", "5")]
    assert AuditEvent.objects.get().action == "survey.answer"
