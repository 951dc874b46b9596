from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Q

from outbox.delivery.maintenance import requeue_expired_leases
from outbox.delivery.worker import LEASE, claim, deliver, deliver_due
from outbox.drafts import MessageDraft
from outbox.email import smtp as mail
from outbox.models import Message
from outbox.services import post, withdraw
from tests.factories import NOW, make_message, make_sms
from tests.stand_ins import mail_server, point_to

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FRIDAY_HALF_PAST_TWO = datetime(2026, 11, 27, 13, 30, tzinfo=UTC)
FRIDAY_THREE = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
MONDAY_TEN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)


def draft(**fields):
    values = {
        "kind": "confirmation",
        "dedupe_key": "confirmation:booking=1:sequence=0",
        "about": "booking:1",
        "person_key": "candidate:1",
        "language": "nl",
        "recipient": "sevda@kandidaat.example",
        "recipient_name": "Sevda Aydin",
        "sender_name": "Marit de Wit",
        "sender_email": "loopbaan@ziekenhuis-oostmeer.example",
        "subject": "Je gesprek",
        "text": "Tot dinsdag.",
    }
    return MessageDraft(**values | fields)


def state_of(message):
    message.refresh_from_db()
    return message.state, message.reason, message.attempts, message.is_uncertain


def test_email_is_sent_once(settings):
    settings.DEMO = False
    message = make_message()

    with mail_server(settings) as server:
        assert [deliver_due(now=NOW), deliver_due(now=NOW)] == [1, 0]

    assert state_of(message) == ("sent", "", 1, False)
    assert (message.sent_at, message.lease, message.text) == (NOW, None, "")
    assert [mail["To"] for mail in server.mails] == [f'"Sevda Aydin" <{message.recipient}>']
    assert server.message_ids == [f"<{message.key}@localhost>"] == [message.provider_id]


def test_emails_share_one_connection(settings):
    for _number in range(5):
        make_message()

    with mail_server(settings) as server:
        sent = deliver_due(now=NOW)

    assert (sent, len(server.mails), server.connections) == (5, 5, 1)


def test_a_run_stops_at_its_limit(settings):
    make_message(), make_message(), make_message()

    assert deliver_due(now=NOW, limit=2) == 2
    assert Message.objects.queued().count() == 1


def test_email_and_sms_alternate():
    make_message(not_before=NOW - timedelta(hours=1)), make_message(not_before=NOW - timedelta(hours=1)), make_sms()

    assert deliver_due(now=NOW, limit=2) == 2
    assert sorted(Message.objects.filter(state="sent").values_list("transport", flat=True)) == ["mail", "sms"]


def test_without_a_server_messages_are_kept_in_the_database(settings):
    settings.DEMO = True
    letter, text = make_message(), make_sms()

    assert deliver_due(now=NOW) == 2
    assert [state_of(letter)[0], state_of(text)[0]] == ["sent", "sent"]
    assert letter.text == "Tot dinsdag.\n"


def test_message_is_not_sent_before_it_is_due():
    message = make_message(not_before=NOW + timedelta(minutes=1))

    assert deliver_due(now=NOW) == 0
    assert state_of(message) == ("queued", "", 0, False)


def test_expired_message_is_not_sent(settings):
    settings.DEMO = False
    message = make_message(expires_at=NOW)

    assert deliver_due(now=NOW) == 0
    assert state_of(message) == ("suppressed", "too_late", 0, False)
    assert (message.ended_at, message.text) == (NOW, "")


def test_a_rolled_back_transaction_posts_nothing():
    with transaction.atomic():
        post(draft(), now=NOW)
        transaction.set_rollback(True)

    assert Message.objects.count() == 0


def test_the_same_dedupe_key_is_posted_once():
    post(draft(), now=NOW)
    post(draft(text="Tweede keer."), now=NOW)

    assert list(Message.objects.values_list("text", flat=True)) == ["Tot dinsdag."]


def test_value_that_is_too_long_for_its_column_is_truncated():
    post(draft(recipient_name="n" * 442, sender_name="s" * 201, subject="o" * 301), now=NOW)

    message = Message.objects.get()
    assert [len(message.recipient_name), len(message.sender_name), len(message.subject)] == [200, 200, 300]


def test_withdraw_suppresses_queued_messages():
    post(draft(), draft(dedupe_key="2", kind="reminder"), draft(dedupe_key="3", about="booking:2"), now=NOW)

    withdrawn = [withdraw(about="booking:1", kinds=["reminder"], now=NOW), withdraw(about="booking:1", now=NOW)]

    assert withdrawn == [1, 1]
    assert list(Message.objects.order_by("pk").values_list("state", "reason")) == [
        ("suppressed", "withdrawn"),
        ("suppressed", "withdrawn"),
        ("queued", ""),
    ]


def test_withdraw_leaves_excepted_messages():
    post(draft(), draft(dedupe_key="2", person_key="user:7"), now=NOW)

    assert withdraw(about="booking:1", except_for=Q(person_key="user:7"), now=NOW) == 1
    assert Message.objects.values_list("person_key", flat=True).get(state="queued") == "user:7"


def test_message_withdrawn_while_its_worker_died_is_not_sent_again():
    message = make_message()
    claim(now=NOW, transports=["mail"])
    withdraw(about=message.about, now=NOW)

    assert deliver_due(now=AFTER_LEASE) == 0
    assert state_of(message)[:2] == ("suppressed", "withdrawn")


def test_message_withdrawn_during_a_failed_attempt_is_not_retried(settings):
    message = make_message()
    point_to(settings, 1)
    claimed = claim(now=NOW, transports=["mail"])
    withdraw(about=message.about, now=NOW)

    deliver(claimed, mail.backend(), now=NOW)

    assert deliver_due(now=LATER) == 0
    assert state_of(message)[:2] == ("suppressed", "withdrawn")


def test_message_is_claimed_once():
    make_message()

    assert claim(now=NOW, transports=["mail"]).attempts == 1
    assert claim(now=NOW, transports=["mail"]) is None
    assert claim(now=NOW + LEASE, transports=["mail"]) is None


def test_message_whose_worker_died_is_sent_again_and_marked_uncertain(settings):
    message = make_message()
    claim(now=NOW, transports=["mail"])

    with mail_server(settings) as server:
        assert [deliver_due(now=NOW), deliver_due(now=AFTER_LEASE)] == [0, 1]

    assert state_of(message) == ("sent", "", 2, True)
    assert server.message_ids == [f"<{message.key}@localhost>"]


def test_worker_with_an_expired_lease_records_nothing():
    message = make_message()
    first = claim(now=NOW, transports=["mail"])
    requeue_expired_leases(now=AFTER_LEASE)
    claim(now=AFTER_LEASE, transports=["mail"])

    deliver(first, mail.backend(), now=NOW)

    assert state_of(message) == ("sending", "", 2, True)


@pytest.mark.parametrize(("demo", "requeued"), [(True, 0), (False, 1)])
def test_lease_far_ahead_is_requeued_except_in_the_demo(settings, demo, requeued):
    settings.DEMO = demo
    make_message()
    claim(now=NOW + timedelta(days=7), transports=["mail"])

    assert requeue_expired_leases(now=NOW) == requeued


def test_message_that_fails_for_four_days_is_given_up(settings):
    point_to(settings, 1)
    message = make_message(attempts=30, first_due_at=NOW - timedelta(days=4))

    deliver_due(now=NOW)

    assert (state_of(message), message.ended_at) == (("failed", "away", 31, False), NOW)
    assert message.text == "Tot dinsdag.\n"  # an application manager may send it again


def test_email_for_office_hours_is_retried_within_them(settings):
    message = make_message(only_at_office_hours=True, attempts=4, not_before=FRIDAY_HALF_PAST_TWO)
    point_to(settings, 1)

    deliver_due(now=FRIDAY_HALF_PAST_TWO)  # unreachable; the next attempt would be half an hour later

    assert (state_of(message)[:2], message.not_before) == (("queued", "away"), MONDAY_TEN)


def test_email_for_office_hours_that_keeps_failing_is_given_up_after_four_days(settings):
    message = make_message(only_at_office_hours=True, attempts=20, not_before=FRIDAY_HALF_PAST_TWO)
    point_to(settings, 1)

    for days, hours in ((0, 0), (3, 0), (3, 4), (4, -4), (4, 0)):  # Monday at five it is put off until Tuesday
        deliver_due(now=FRIDAY_HALF_PAST_TWO + timedelta(days=days, hours=hours))

    assert (state_of(message)[:2], message.first_due_at) == (("failed", "away"), FRIDAY_HALF_PAST_TWO)


def test_other_email_is_retried_at_any_hour(settings):
    message = make_message(attempts=4, not_before=FRIDAY_HALF_PAST_TWO)
    point_to(settings, 1)

    deliver_due(now=FRIDAY_HALF_PAST_TWO)

    message.refresh_from_db()
    assert timedelta(minutes=30) <= message.not_before - FRIDAY_HALF_PAST_TWO <= timedelta(minutes=36)
    assert message.first_due_at == FRIDAY_HALF_PAST_TWO


def test_backlog_waits_for_office_hours():
    message, other = (
        make_message(only_at_office_hours=only, not_before=FRIDAY_HALF_PAST_TWO) for only in (True, False)
    )

    assert deliver_due(now=FRIDAY_THREE) == 1
    assert (state_of(message)[0], message.not_before, state_of(other)[0]) == ("queued", MONDAY_TEN, "sent")
    assert [deliver_due(now=MONDAY_TEN - timedelta(minutes=1)), deliver_due(now=MONDAY_TEN)] == [0, 1]


def test_message_of_a_dead_worker_waits_for_office_hours():
    message = make_message(only_at_office_hours=True, not_before=FRIDAY_HALF_PAST_TWO)
    claim(now=FRIDAY_THREE - timedelta(minutes=5), transports=["mail"])

    assert deliver_due(now=FRIDAY_THREE) == 0
    assert (state_of(message), message.not_before, message.lease) == (("queued", "", 1, True), MONDAY_TEN, None)


def test_claim_takes_no_email_for_office_hours_outside_them():
    make_message(only_at_office_hours=True, not_before=FRIDAY_HALF_PAST_TWO)

    assert claim(now=FRIDAY_THREE, transports=["mail"]) is None
