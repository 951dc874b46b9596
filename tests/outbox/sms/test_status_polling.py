"""The status of an SMS without a report is asked for while its fallback is of use."""

from datetime import timedelta

import pytest
import time_machine
from django_q.models import OrmQ

from outbox.delivery.worker import deliver_due
from outbox.models import Message
from outbox.sms import status_polling
from outbox.sms.opt_outs import is_opted_out
from outbox.sms.status_polling import poll_unreported, unreported
from outbox.sms.tasks import enqueue_status_polling
from tests.factories import NOW, make_message, make_policy, make_sms
from tests.races import run_concurrently
from tests.stand_ins import twilio_server

pytestmark = pytest.mark.django_db
TOMORROW = NOW + timedelta(days=1)


def after(minutes):
    return NOW + timedelta(minutes=minutes)


def make_pair(**fields):
    """A queued SMS and its fallback."""
    sms = make_sms(**fields)
    return sms, make_message(fallback_for=sms, is_dormant=True, expires_at=TOMORROW)


def make_unreported(**fields):
    return make_pair(**{"state": "sent", "sent_at": NOW, "provider_id": "SM1"} | fields)


def outcomes():
    return list(Message.objects.order_by("pk").values_list("transport", "state", "reason", "is_dormant"))


@pytest.mark.parametrize(
    ("found", "sms", "fallback"),
    [
        (("undelivered", 30003), ("sms", "failed", "unreached", False), ("mail", "queued", "", False)),
        (("failed", 21610), ("sms", "failed", "opted_out", False), ("mail", "queued", "", False)),
        (("delivered", None), ("sms", "delivered", "", False), ("mail", "suppressed", "not_needed", True)),
        (("sent", None), ("sms", "sent", "", False), ("mail", "queued", "", True)),
        (("something_new", None), ("sms", "sent", "", False), ("mail", "queued", "", True)),
    ],
)
def test_status_is_recorded_like_a_report(settings, found, sms, fallback):
    make_policy()
    make_pair()

    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": found[0], "error_code": found[1]}
        asked = poll_unreported(now=after(10))

    assert (asked, outcomes()) == (1, [sms, fallback])
    assert is_opted_out("+31600000001") is (found[1] == 21610)


def test_pauses_between_requests_double():
    make_unreported()
    minutes = []

    for minute in range(24 * 60):
        found = unreported(now=after(minute)).filter(transport="sms")
        if found.update(asked_at=after(minute)):
            minutes.append(minute)

    assert minutes == [10, 20, 40, 80, 160, 320, 640, 1280]


@pytest.mark.parametrize(
    "fields",
    [
        {"sent_at": NOW + timedelta(seconds=1)},
        {"provider_id": ""},
        {"state": "delivered", "delivered_at": NOW},
        {"state": "failed", "ended_at": NOW, "reason": "unreached"},
        {"transport": "mail"},
    ],
)
def test_known_or_recent_sms_are_not_polled(fields):
    make_unreported(**fields)

    assert list(unreported(now=after(10))) == []


@pytest.mark.parametrize("fallback", [{"expires_at": after(10)}, {"state": "sent", "sent_at": NOW}])
def test_sms_without_a_useful_fallback_are_not_polled(fallback):
    Message.objects.filter(pk=make_unreported()[1].pk).update(**fallback)

    assert list(unreported(now=after(10))) == []


def test_run_polls_a_batch_and_the_next_run_the_rest(settings, monkeypatch):
    monkeypatch.setattr(status_polling, "BATCH_SIZE", 2)
    for number in range(3):
        make_unreported(provider_id=f"SM{number}")

    with twilio_server(settings):
        asked = [poll_unreported(now=after(minute)) for minute in (10, 11, 12)]

    assert asked == [2, 1, 0]


@pytest.mark.parametrize(("what", "asked"), [("away", 0), ("unknown", 2)])
def test_run_stops_when_twilio_is_unreachable_and_continues_after_an_unknown_sms(settings, what, asked):
    make_unreported(provider_id="SM1"), make_unreported(provider_id="SM2")

    with twilio_server(settings) as server:
        settings.TWILIO_API_URL = server.url if what == "unknown" else "http://127.0.0.1:9"
        assert poll_unreported(now=after(10)) == asked

    assert [state for _transport, state, *_rest in outcomes()] == ["sent", "queued"] * 2


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_concurrent_polling_does_no_harm(settings):
    make_policy()
    make_pair()
    with twilio_server(settings) as server:
        deliver_due(now=NOW)
        server.texts[0] |= {"status": "undelivered", "error_code": 30003}

        run_concurrently([lambda: poll_unreported(now=after(10))] * 4, threads=4)

    assert outcomes() == [("sms", "failed", "unreached", False), ("mail", "queued", "", False)]


@pytest.mark.parametrize(("account", "sent_at", "tasks"), [("AC1", NOW, 1), ("", NOW, 0), ("AC1", after(5), 0)])
@time_machine.travel(NOW + timedelta(minutes=10), tick=False)
def test_polling_is_enqueued_when_there_is_something_to_ask(settings, account, sent_at, tasks):
    settings.TWILIO_ACCOUNT_SID = account
    make_unreported(sent_at=sent_at)

    enqueue_status_polling()

    assert OrmQ.objects.count() == tasks
