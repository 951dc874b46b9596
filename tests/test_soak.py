"""Messages stay consistent while workers die, providers fail and talks change; `make soak` is the long version."""

import secrets
from contextlib import closing
from random import Random

import pytest
from django.utils import timezone

from outbox import services
from outbox.delivery import worker
from outbox.email import smtp
from tests.factories import NOW, make_message, make_sms
from tests.processes import HANG_SECONDS, SILENCE_SECONDS
from tests.races import run_concurrently
from tests.soak.changes import change
from tests.soak.checks import Observations, check_messages
from tests.soak.data import make_data, post_confirmations
from tests.soak.receivers import receipt_values
from tests.soak.run import Plan, fork_server, soak
from tests.soak.unlocked import claim_without_lock
from tests.stand_ins import mail_server
from tests.web import installation_for_test

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"talks": 60, "processes": 3, "changes": 25, "kills": 4, "kill_every": 0.5, "pace": 20}
SMALL |= {"patience": 2 * HANG_SECONDS, "answer_seconds": SILENCE_SECONDS, "record_seconds": 30}  # on any machine


@pytest.mark.process
def test_240_messages_arrive_once_while_workers_die_and_providers_fail():
    seed = secrets.randbelow(10**6)
    print("seed", seed)

    report = check_messages(soak(installation_for_test(), Plan(seed=seed, **SMALL), fork_server))

    print(report)
    assert report.faults == []
    assert (report.lost, report.stale) == (0, 0)
    assert report.sent > 180


def observations(**observed):
    nothing = {"receipts": [], "refused": [], "changes": [], "deaths": [], "gives_up": 1}
    return Observations(**nothing | observed)


def receipts_after_two(claim, settings):
    """Receipts after two workers claim at the same time and send what they claimed."""
    make_message()
    found = run_concurrently([lambda: claim(now=NOW, transports=["mail"])] * 2, threads=2)
    with mail_server(settings) as server, closing(smtp.backend()) as way:
        for message in filter(None, found):
            worker.deliver(message, way, now=NOW)
    return [receipt_values(one) for one in server.receipts]


@pytest.mark.race
@pytest.mark.both_databases
def test_two_workers_send_one_message_once(settings):
    receipts = receipts_after_two(worker.claim, settings)

    report = check_messages(observations(receipts=receipts))
    assert (str(report), report.faults) == ("1 sent, 0 lost, 0 doubled, 0 uncertain, 0 stale", [])


@pytest.mark.control
@pytest.mark.race
@pytest.mark.both_databases
def test_without_the_lock_and_the_final_check_the_soak_finds_a_duplicate(settings, monkeypatch):
    monkeypatch.setattr(worker, "_check_is_still_due", lambda *_, **__: None)

    receipts = receipts_after_two(claim_without_lock, settings)

    report = check_messages(observations(receipts=receipts))
    assert str(report) == "1 sent, 0 lost, 1 doubled, 0 uncertain, 0 stale"
    assert ["and is not uncertain" in report.faults[0], "workers died after []" in report.faults[1]] == [True, True]


@pytest.mark.control
@pytest.mark.parametrize(("is_withdrawn", "stale"), [(True, 0), (False, 2)])
def test_without_the_withdrawal_the_soak_finds_stale_sends(monkeypatch, is_withdrawn, stale):
    if not is_withdrawn:
        monkeypatch.setattr(services, "withdraw", lambda **_: 0)
    keys = make_data(talks=1)
    post_confirmations(keys)

    changed = change(keys[0], Random(1))
    worker.deliver_due(now=timezone.now())

    assert check_messages(observations(changes=[changed])).stale == stale


@pytest.mark.control
@pytest.mark.parametrize(("looks", "sent", "stale"), [(True, 0, 0), (False, 2, 2)])
def test_without_the_final_check_the_soak_finds_sends_that_began_after_the_change(
    settings, monkeypatch, looks, sent, stale
):
    """Both mails of a talk are claimed when it changes."""
    if not looks:
        monkeypatch.setattr(worker, "_check_is_still_due", lambda *_, **__: None)
    keys = make_data(talks=1)
    post_confirmations(keys)
    now = timezone.now()
    taken = [worker.claim(now=now, transports=["mail"]) for _letter in range(2)]
    changed = change(keys[0], Random(1))
    with mail_server(settings) as server, closing(smtp.backend()) as way:
        for message in taken:
            worker.deliver(message, way, now=now)

    report = check_messages(observations(receipts=[receipt_values(one) for one in server.receipts], changes=[changed]))

    assert (report.sent, report.stale) == (sent, stale)


@pytest.mark.parametrize(
    ("letter", "lost"),
    [
        ({"is_dormant": True}, 1),
        ({"state": "suppressed", "reason": "not_needed", "ended_at": NOW}, 1),
        ({"state": "sent", "sent_at": NOW}, 0),
    ],
)
def test_a_fallback_mail_that_is_not_sent_counts_as_lost(letter, lost):
    text = make_sms(state="failed", reason="landline", ended_at=NOW, attempts=1)
    row = make_message(fallback_for=text, **letter)
    receipts = [(str(row.key), 2.0, 2.0, 1.0)] if not lost else []

    report = check_messages(observations(receipts=receipts, refused=[text.recipient]))

    assert report.lost == lost
