from datetime import timedelta

import pytest
from django.db import transaction

from core.actors import Actor
from organisation.models import AuditEvent
from outbox import errors, services
from outbox.delivery.worker import claim
from outbox.models import Message
from outbox.staff.actions import send_again, send_all_again, stop
from tests.factories import NOW, make_message, make_sms
from tests.races import run_concurrently

pytestmark = pytest.mark.django_db
ROBIN = Actor(key="user:7", origin="web")
LATER = NOW + timedelta(hours=1)
FAILED = {"state": "failed", "reason": "settings", "provider_code": "535", "ended_at": NOW, "attempts": 100}
STOPPED = {"state": "suppressed", "reason": "stopped", "ended_at": NOW}
GONE = {"state": "sent", "sent_at": NOW}


def make_fallback(text, **fields):
    return make_message(fallback_for=text, **{"is_dormant": True} | fields)


def states():
    return list(Message.objects.order_by("pk").values_list("state", "reason", "is_dormant"))


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("action", "about", "actor", "result"))


@pytest.mark.parametrize("ended", [FAILED, STOPPED])
def test_failed_and_stopped_messages_are_queued_again(ended):
    message = make_message(**ended, first_due_at=NOW - timedelta(hours=3), is_uncertain=True)

    send_again(message, actor=ROBIN, now=LATER)

    message.refresh_from_db()
    assert (message.state, message.reason, message.provider_code, message.attempts) == ("queued", "", "", 0)
    assert (message.not_before, message.first_due_at, message.ended_at) == (LATER, None, None)
    assert (message.text, message.is_uncertain) == ("Tot dinsdag.\n", True)
    assert trail() == [("message.send_again", f"message:{message.pk}", "user:7", "done")]


@pytest.mark.parametrize(
    ("transport", "provider_id", "kept", "is_uncertain", "segments"),
    [
        ("sms", "SM1", "was:SM1", False, 0),
        ("sms", "x" * 120, "was:" + "x" * 116, False, 0),
        ("sms", "was:SM1", "was:SM1", True, 1),
        ("sms", "", "", True, 1),
        ("mail", "<1@a.example>", "", True, 1),
    ],
)
def test_an_sms_reported_as_failed_is_sent_and_counted_again(transport, provider_id, kept, is_uncertain, segments):
    message = make_message(**FAILED, transport=transport, provider_id=provider_id, is_uncertain=True, segments=1)

    send_again(message, actor=ROBIN, now=LATER)

    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("queued", kept)
    assert (message.is_uncertain, message.segments) == (is_uncertain, segments)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, errors.MessageNotEnded),
        (GONE, errors.MessageNotEnded),
        ({"state": "suppressed", "reason": "withdrawn", "ended_at": NOW}, errors.MessageNotEnded),
        (FAILED | {"text": ""}, errors.MessageBodyErased),
        (FAILED | {"expires_at": LATER}, errors.MessageExpired),
    ],
)
def test_other_messages_are_not_sent_again(fields, refusal):
    message = make_message(**fields)
    before = Message.objects.values().get()

    with pytest.raises(refusal):
        send_again(message, actor=ROBIN, now=LATER)

    assert Message.objects.values().get() == before
    assert trail() == [("message.send_again", f"message:{message.pk}", "user:7", refusal.code)]


def test_a_message_withdrawn_after_its_failure_is_not_sent_again(settings):
    settings.DEMO = False
    message = make_message(**FAILED)
    services.withdraw(about=message.about, now=LATER)

    with pytest.raises(errors.MessageOutdated):
        send_again(message, actor=ROBIN, now=LATER)

    assert states() == [("failed", "settings", False)]
    assert Message.objects.get().text == ""


def test_a_fallback_that_was_not_sent_is_dormant_again():
    text = make_sms(**FAILED)
    make_fallback(text, is_dormant=False)

    send_again(text, actor=ROBIN, now=LATER)

    assert states() == [("queued", "", False), ("queued", "", True)]


@pytest.mark.parametrize("left", [GONE, {"state": "sending", "leased_until": LATER}])
def test_an_sms_whose_fallback_was_sent_is_not_sent_again(left):
    text = make_sms(**FAILED)
    make_fallback(text, is_dormant=False, **left)

    with pytest.raises(errors.FallbackAlreadySent):
        send_again(text, actor=ROBIN, now=LATER)

    assert states() == [("failed", "settings", False), (left["state"], "", False)]


def test_stop_and_resend_include_the_fallback():
    text = make_sms()
    make_fallback(text)

    stop(text, actor=ROBIN, now=NOW)
    stopped = states()
    send_again(text, actor=ROBIN, now=LATER)

    assert stopped == [("suppressed", "stopped", False), ("suppressed", "stopped", True)]
    assert states() == [("queued", "", False), ("queued", "", True)]
    assert [deed for deed, *_rest in trail()] == ["message.stop", "message.send_again"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"state": "sending", "leased_until": LATER}, errors.MessageBeingSent),
        (GONE, errors.MessageNotQueued),
        (STOPPED, errors.MessageNotQueued),
    ],
)
def test_only_queued_messages_can_be_stopped(fields, refusal):
    message = make_message(**fields)
    before = Message.objects.values().get()

    with pytest.raises(refusal):
        stop(message, actor=ROBIN, now=NOW)

    assert Message.objects.values().get() == before


def test_a_dormant_fallback_cannot_be_resent_or_stopped_alone():
    letter = make_fallback(make_sms())

    for deed in (stop, send_again):
        with pytest.raises(errors.MessageIsFallback):
            deed(letter, actor=ROBIN, now=NOW)

    assert states() == [("queued", "", False), ("queued", "", True)]


def test_all_of_one_kind_and_reason_are_sent_again_together():
    first, second = make_message(**FAILED), make_message(**FAILED)
    others = [
        make_message(**FAILED | {"reason": "address"}),
        make_message(**FAILED, kind="moved"),
        make_message(**FAILED | {"text": ""}),
        make_sms(**FAILED),
    ]
    make_fallback(others[3], is_dormant=False, **GONE)

    count = send_all_again(kind="confirmation", reason="settings", actor=ROBIN, now=LATER)

    assert count == 2
    assert list(Message.objects.queued().order_by("pk")) == [first, second]
    assert [about for _deed, about, *_rest in trail()] == [f"message:{first.pk}", f"message:{second.pk}"]


def test_nothing_to_send_again_is_refused_and_recorded():
    with pytest.raises(errors.NothingToResend):
        send_all_again(kind="confirmation", reason="settings", actor=ROBIN, now=NOW)

    assert trail() == [("message.send_again", "messages:confirmation", "user:7", "message_nothing_to_repeat")]


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_managers_one_sends_it_again():
    message = make_message(**FAILED)
    calls = [lambda: send_again(message, actor=ROBIN, now=LATER)] * 2
    calls += [lambda: send_all_again(kind="confirmation", reason="settings", actor=ROBIN, now=LATER)] * 2

    answers = run_concurrently(calls, threads=4)

    assert sum(answer in (None, 1) for answer in answers) == 1
    assert [result for *_rest, result in trail()].count("done") == 1
    assert Message.objects.get().state == "queued"


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_message_is_either_sent_or_stopped():
    messages = [make_message() for _number in range(8)]
    stops = [lambda one=one: stop(one, actor=ROBIN, now=NOW) for one in messages]
    claims = [lambda: claim(now=NOW, transports=["mail"])] * 8

    answers = run_concurrently([call for pair in zip(stops, claims, strict=True) for call in pair], threads=8)

    stopped = sum(answer is None for answer in answers[::2])
    claimed = [answer.pk for answer in answers[1::2] if answer]
    assert len(claimed) == len(set(claimed))
    assert stopped == Message.objects.filter(state="suppressed", reason="stopped").count()
    assert len(claimed) == Message.objects.filter(state="sending").count()


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_resent_sms_and_its_fallback_are_not_both_sent():
    texts = [make_sms(**FAILED) for _number in range(8)]
    for text in texts:
        make_fallback(text, is_dormant=False)
    agains = [lambda one=one: send_again(one, actor=ROBIN, now=LATER) for one in texts]
    claims = [lambda: claim(now=LATER, transports=["mail"])] * 8

    answers = run_concurrently([call for pair in zip(agains, claims, strict=True) for call in pair], threads=8)

    back = {text.pk for text, answer in zip(texts, answers[::2], strict=True) if answer is None}
    leaving = {answer.fallback_for_id for answer in answers[1::2] if answer}
    assert (back & leaving, back | leaving) == (set(), {text.pk for text in texts})


@pytest.mark.race
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_message_is_not_sent_although_it_is_resent():
    messages = [make_message(**FAILED, about="booking:1") for _number in range(7)]
    calls = [lambda one=one: send_again(one, actor=ROBIN, now=LATER) for one in messages]

    run_concurrently([*calls, withdraw_all], threads=8)

    assert Message.objects.ready(LATER).count() == 0


def withdraw_all():
    with transaction.atomic():
        return services.withdraw(about="booking:1", now=LATER)
