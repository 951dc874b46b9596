from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from organisation.models import User
from outbox.models import Message
from referrals.services import remind_recruiters
from tests.factories import NOW, make_policy, make_referral, make_sent_referral
from tests.races import run_concurrently

LATE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # Tuesday, 9.00 in Amsterdam; the answer was due on Monday


@pytest.mark.django_db
def test_a_recruiter_who_missed_the_answer_date_is_reminded_once():
    make_policy()
    referral = make_sent_referral()

    reminded = [remind_recruiters(now=LATE + timedelta(days=number)) for number in range(3)]

    assert reminded == [1, 0, 0]
    referral.refresh_from_db()
    assert referral.reminded_at == LATE
    assert list(Message.objects.values_list("kind", "recipient")) == [
        ("referral_reminder", referral.vacancy.recruiter.email)
    ]


@pytest.mark.django_db
def test_policy_sets_the_hour_from_which_reminders_are_sent():
    make_policy(timetable={"recruiter_reminder_from": "09:30"})
    make_sent_referral()

    assert [remind_recruiters(now=LATE + timedelta(minutes=minutes)) for minutes in (0, 29, 30)] == [0, 0, 1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 30, 22, 0, tzinfo=UTC),  # the day itself
        LATE - timedelta(minutes=1),  # before nine
        datetime(2026, 12, 5, 10, 0, tzinfo=UTC),  # a Saturday
        datetime(2026, 12, 25, 10, 0, tzinfo=UTC),  # Christmas
    ],
)
def test_no_reminder_is_sent_too_early_or_on_a_closed_day(moment):
    make_sent_referral()

    assert remind_recruiters(now=moment) == 0


@pytest.mark.django_db
def test_only_unanswered_referrals_are_reminded():
    make_referral()
    make_referral(state="refused", refused_at=NOW)
    for state, more in [
        ("accepted", {"answered_at": NOW}),
        ("declined", {"answered_at": NOW, "answer_reason": "Vergeven."}),
        ("withdrawn", {"withdrawn_at": NOW}),
    ]:
        make_referral(state=state, consented_at=NOW, answer_by=date(2026, 11, 30), **more)

    assert remind_recruiters(now=LATE) == 0


@pytest.mark.django_db
def test_a_reminder_that_fails_does_not_stop_the_others(caplog):
    make_policy()
    broken = make_sent_referral()
    User.objects.filter(pk=broken.vacancy.recruiter_id).update(name="")  # a letter cannot greet nobody
    make_sent_referral()

    assert remind_recruiters(now=LATE) == 1
    assert [line for line in caplog.messages if line.startswith(f"referral {broken.pk}: IndexError")] != []


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_workers_send_one_reminder():
    make_sent_referral()

    reminded = run_concurrently([partial(remind_recruiters, now=LATE)] * 10, threads=10)

    assert sorted(reminded) == [0] * 9 + [1]
    assert Message.objects.count() == 1
