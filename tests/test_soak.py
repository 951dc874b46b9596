"""Workers that die, providers that fail, talks that change: the messages still add up. `make soak` is the long form."""

import secrets
from contextlib import closing
from random import Random

import pytest
from django.utils import timezone

from outbox import services
from outbox.delivery import worker
from outbox.email import smtp
from tests.factories import NOW, make_message, make_text
from tests.races import at_once
from tests.soak.changes import change
from tests.soak.checks import Told, books_of
from tests.soak.data import confirm, make_world
from tests.soak.receivers import told_of
from tests.soak.run import Plan, nursery, soak
from tests.soak.unlocked import claim_without_lock
from tests.stand_ins import mail_server
from tests.web import house_of_this_test

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"talks": 60, "processes": 3, "changes": 25, "kills": 4, "kill_every": 0.5, "pace": 30, "patience": 120}


def test_240_messages_arrive_once_while_workers_die_and_providers_fail():
    seed = secrets.randbelow(10**6)
    print("seed", seed)

    books = books_of(soak(house_of_this_test(), Plan(seed=seed, **SMALL), nursery))

    print(books)
    assert books.faults == []
    assert (books.lost, books.stale) == (0, 0)
    assert books.sent > 180


def told(**heard):
    nothing = {"receipts": [], "refused": [], "changes": [], "deaths": [], "gives_up": 1}
    return Told(**nothing | heard)


def receipts_after_two(claim, settings):
    """Two workers look for work at the same moment; what they found they send."""
    make_message()
    found = at_once([lambda: claim(now=NOW, channels=["mail"])] * 2, threads=2)
    with mail_server(settings) as server, closing(smtp.transport()) as way:
        for message in filter(None, found):
            worker.deliver(message, way, now=NOW)
    return [told_of(one) for one in server.receipts]


def test_two_workers_send_one_message_once(settings):
    receipts = receipts_after_two(worker.claim, settings)

    books = books_of(told(receipts=receipts))
    assert (str(books), books.faults) == ("1 sent, 0 lost, 0 doubled, 0 uncertain, 0 stale", [])


def test_without_the_claim_and_the_last_look_the_soak_finds_a_double(settings, monkeypatch):
    monkeypatch.setattr(worker, "_look", lambda *_, **__: None)

    receipts = receipts_after_two(claim_without_lock, settings)

    books = books_of(told(receipts=receipts))
    assert str(books) == "1 sent, 0 lost, 1 doubled, 0 uncertain, 0 stale"
    assert ["and is not uncertain" in books.faults[0], "workers died after []" in books.faults[1]] == [True, True]


@pytest.mark.parametrize(("is_withdrawn", "stale"), [(True, 0), (False, 2)])
def test_without_the_withdrawal_the_soak_finds_stale_sends(monkeypatch, is_withdrawn, stale):
    if not is_withdrawn:
        monkeypatch.setattr(services, "withdraw", lambda **_: 0)
    keys = make_world(talks=1)
    confirm(keys)

    changed = change(keys[0], Random(1))
    worker.deliver_due(now=timezone.now())

    assert books_of(told(changes=[changed])).stale == stale


@pytest.mark.parametrize(("looks", "sent", "stale"), [(True, 0, 0), (False, 2, 2)])
def test_without_the_last_look_the_soak_finds_sends_that_began_after_the_change(
    settings, monkeypatch, looks, sent, stale
):
    """Both letters of a talk are claimed when it changes."""
    if not looks:
        monkeypatch.setattr(worker, "_look", lambda *_, **__: None)
    keys = make_world(talks=1)
    confirm(keys)
    now = timezone.now()
    taken = [worker.claim(now=now, channels=["mail"]) for _letter in range(2)]
    changed = change(keys[0], Random(1))
    with mail_server(settings) as server, closing(smtp.transport()) as way:
        for message in taken:
            worker.deliver(message, way, now=now)

    books = books_of(told(receipts=[told_of(one) for one in server.receipts], changes=[changed]))

    assert (books.sent, books.stale) == (sent, stale)


@pytest.mark.parametrize(
    ("letter", "lost"),
    [
        ({"is_standby": True}, 1),
        ({"state": "suppressed", "reason": "not_needed", "ended_at": NOW}, 1),
        ({"state": "sent", "sent_at": NOW}, 0),
    ],
)
def test_a_letter_that_does_not_leave_in_place_of_a_text_is_lost(letter, lost):
    text = make_text(state="failed", reason="landline", ended_at=NOW, attempts=1)
    row = make_message(fallback_for=text, **letter)
    receipts = [(str(row.key), 2.0, 2.0, 1.0)] if not lost else []

    books = books_of(told(receipts=receipts, refused=[text.recipient]))

    assert books.lost == lost
