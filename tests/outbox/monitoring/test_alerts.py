from datetime import UTC, datetime, timedelta

import pytest

from organisation.models import Role
from outbox.delivery.maintenance import suppress_expired
from outbox.delivery.worker import deliver_due
from outbox.models import Message
from outbox.monitoring.alerts import alert_if_overdue
from tests.factories import NOW, make_message, make_policy, make_sms, make_user
from tests.races import run_concurrently
from tests.stand_ins import point_to

pytestmark = pytest.mark.django_db
LATE = NOW + timedelta(minutes=11)
FOUR_HOURS = timedelta(hours=4)
FRIDAY_EVENING = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
MONDAY_TEN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@pytest.fixture
def manager():
    make_policy()
    return make_user(Role.APPLICATION_MANAGER, name="Rosa Terwiel")


def letters(kind="overdue"):
    return list(Message.objects.filter(kind=kind).order_by("pk"))


def leave(letter, *, at):
    """Mark a message as sent without a worker, so that the other messages stay queued."""
    Message.objects.filter(pk=letter.pk).update(state="sent", sent_at=at)


def test_every_application_manager_is_alerted_after_ten_minutes(manager, caplog):
    make_user(Role.MANAGER), make_user(Role.APPLICATION_MANAGER, is_active=False)
    make_message(reason="away", recipient="sara@kandidaat.example"), make_message(), make_message()

    early, written = alert_if_overdue(now=NOW + timedelta(minutes=9)), alert_if_overdue(now=LATE)

    (letter,) = letters()
    assert (early, written, letter.recipient) == (0, 1, manager.email)
    assert letter.subject == "3 berichten zijn niet verstuurd"
    assert "Het eerste sinds maandag 23 november om 10.00 uur." in letter.text
    assert "De provider geeft geen antwoord." in letter.text
    assert "/outbox/" in letter.text
    assert "Sevda" not in letter.text
    assert caplog.messages == ["3 messages are overdue, the oldest 11 minutes: away"]


def test_a_second_alert_is_sent_after_four_hours(manager, caplog):
    make_message()

    written = [alert_if_overdue(now=LATE + timedelta(minutes=minutes)) for minutes in (0, 1, 239, 240, 241)]

    assert written == [1, 0, 0, 1, 0]
    assert len(caplog.messages) == 5


def test_one_mail_reports_the_recovery(manager):
    message = make_message()
    alert_if_overdue(now=LATE)
    leave(letters()[0], at=LATE), leave(message, at=LATE)

    written = [alert_if_overdue(now=LATE + timedelta(minutes=minutes)) for minutes in (1, 2)]

    assert written == [1, 0]
    assert [letter.subject for letter in letters("overdue_over")] == ["Er gaan weer berichten weg"]


def test_expired_messages_are_no_recovery(manager):
    text = make_sms(expires_at=NOW + timedelta(minutes=30), reason="away")
    alert_if_overdue(now=LATE)
    leave(letters()[0], at=LATE)
    suppress_expired(now=NOW + timedelta(minutes=31))
    leave(make_message(), at=NOW + timedelta(minutes=31))  # mail is not what was broken

    before = alert_if_overdue(now=NOW + timedelta(minutes=32))
    leave(make_sms(), at=NOW + timedelta(minutes=33))
    after = alert_if_overdue(now=NOW + timedelta(minutes=34))

    text.refresh_from_db()
    assert (text.reason, before, after) == ("too_late", 0, 1)
    assert "Eén bericht kwam intussen te laat en is niet verstuurd." in letters("overdue_over")[0].text


def test_recovery_is_mailed_after_an_alert_also_when_the_second_was_not_sent(manager):
    message = make_message()
    alert_if_overdue(now=LATE)
    leave(letters()[0], at=LATE)
    alert_if_overdue(now=LATE + FOUR_HOURS)
    leave(message, at=LATE + FOUR_HOURS)

    written = [alert_if_overdue(now=LATE + FOUR_HOURS + timedelta(minutes=minutes)) for minutes in (1, 2)]

    assert (written, len(letters("overdue_over"))) == ([1, 0], 1)
    assert [(letter.state, letter.reason) for letter in letters()] == [("sent", ""), ("suppressed", "withdrawn")]


def test_an_alert_from_a_clock_ahead_does_not_block_the_next(manager):
    make_message()
    alert_if_overdue(now=LATE + timedelta(days=1))

    assert [alert_if_overdue(now=LATE), alert_if_overdue(now=LATE + timedelta(minutes=1))] == [1, 0]


def test_an_overdue_alert_is_not_sent_after_recovery(manager):
    message = make_message()
    alert_if_overdue(now=LATE)
    leave(message, at=LATE)

    alert_if_overdue(now=LATE + timedelta(minutes=1))
    make_message(not_before=LATE)
    again = alert_if_overdue(now=LATE + timedelta(minutes=12))

    assert (letters("overdue_over"), again) == ([], 1)
    assert [(letter.state, letter.reason) for letter in letters()] == [("suppressed", "withdrawn"), ("queued", "")]


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "overdue"},
        {"not_before": LATE},
        {"expires_at": LATE},
        {"state": "sent", "sent_at": NOW},
        {"state": "failed", "ended_at": NOW},
        {"reason": "quiet", "not_before": NOW + timedelta(hours=9)},
    ],
)
def test_messages_that_may_wait_raise_no_alert(manager, fields):
    make_message(**fields)

    assert alert_if_overdue(now=LATE) == 0


def test_dormant_fallbacks_raise_no_alert(manager):
    make_message(is_dormant=True, fallback_for=make_message(state="sent", sent_at=NOW))

    assert alert_if_overdue(now=LATE) == 0


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_time_send_one_alert(manager):
    make_message()

    run_concurrently([lambda: alert_if_overdue(now=LATE)] * 4, threads=4)

    assert len(letters()) == 1


def test_a_message_for_office_hours_is_overdue_ten_minutes_after_they_begin(manager):
    make_message(only_at_office_hours=True, not_before=FRIDAY_EVENING)

    moments = (
        FRIDAY_EVENING + timedelta(hours=1),
        MONDAY_TEN + timedelta(minutes=9),
        MONDAY_TEN + timedelta(minutes=10),
    )

    assert [alert_if_overdue(now=moment) for moment in moments] == [0, 0, 1]


def test_failed_attempts_do_not_reset_the_due_time(manager, settings):
    point_to(settings, 1)  # nobody answers there
    message = make_message()

    for minutes in range(12):
        deliver_due(now=NOW + timedelta(minutes=minutes))

    message.refresh_from_db()
    assert (message.first_due_at, message.not_before > LATE) == (NOW, True)
    assert alert_if_overdue(now=LATE) == 1
