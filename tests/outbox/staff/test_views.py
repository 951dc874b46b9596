"""Message pages of application managers."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from organisation.models import AuditEvent, Role
from outbox.labels import KINDS, kind_label
from outbox.models import Message
from outbox.monitoring.statistics import MessageCounts, MessageStatistics, message_statistics
from tests.factories import NOW, make_message, make_policy, make_sms, make_user
from tests.test_layers import ROOT, sources

PAGE = reverse("outbox:messages")
AGAIN = reverse("outbox:send_all_again")
FAILED = {"state": "failed", "reason": "settings", "provider_code": "535", "ended_at": NOW}


@pytest.fixture
def manager(client, db):
    make_policy()
    user = make_user(Role.APPLICATION_MANAGER)
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        yield user


def read(client, path=PAGE, **wanted):
    page = client.get(path, wanted, headers={"accept-language": "en"})
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode().partition("<main")[2]))


def post(client, name, *args):
    answer = client.post(reverse(f"outbox:{name}", args=args), follow=True, headers={"accept-language": "en"})
    return re.sub(r"\s+", " ", answer.content.decode())


def kinds_of_letters():
    """Kind of every mail template and every SMS."""
    for source in sources():
        yield from re.findall(r"Draft\(\s*kind=\"([a-z_]+)\"", source.read_text())
    for letter in (ROOT / "templates").glob("*/letters/*.nl.txt"):
        room, name = letter.parent.parent.name, letter.name.removesuffix(".nl.txt")
        if "Subject:" in letter.read_text():
            yield f"referral_{name}" if room == "referrals" else name


def test_every_kind_of_message_has_a_label():
    assert sorted(set(kinds_of_letters()) - set(KINDS)) == []
    assert kind_label("something_new") == "something new"


def test_an_empty_page_explains_itself(client, manager):
    page = read(client)

    assert "Nothing is late, and in the past month nothing failed." in page
    assert "No messages yet" in page
    assert "Nothing found" in read(client, shown="failed")


def test_the_page_shows_the_summary_without_names(client, manager):
    make_message(not_before=NOW - timedelta(minutes=11), reason="away", subject="Je gesprek met Youssef")
    make_sms(**FAILED, text="Sevda, morgen belt Youssef je.")
    make_message(state="sent", sent_at=NOW, is_uncertain=True)

    page = read(client)

    assert "One message should have left, on Monday 23 November at 09:49. Mostly because: The provider does" in page
    assert "Text message, 06 ·· ·· 01" in page
    assert "Failed on Monday 23 November at 10:00. The provider does not accept our settings. (535)" in page
    assert "Left on Monday 23 November at 10:00. It may have left twice." in page
    assert [word for word in ("Sevda", "Youssef", "kandidaat.example", "+3160000", "Aydin") if word in page] == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["invitation", "confirmation", "moved", "reminder"]),
        ({"shown": "late"}, ["reminder"]),
        ({"shown": "waiting"}, ["reminder", "moved"]),
        ({"shown": "waiting", "kind": "moved"}, ["moved"]),
        ({"channel": "sms"}, ["confirmation"]),
        ({"shown": "sent"}, ["invitation"]),
        ({"shown": "nonsense", "channel": "x", "kind": "x' OR 1=1", "cursor": "99"}, 4),
    ],
)
def test_the_page_filters_messages(client, manager, wanted, found):
    make_message(kind="reminder", not_before=NOW - timedelta(minutes=1))
    make_message(kind="moved", not_before=NOW + timedelta(days=1))
    make_sms(**FAILED)
    make_message(kind="invitation", state="sent", sent_at=NOW)

    page = client.get(PAGE, wanted).context["page"]

    kinds = [message.kind for message in page.object_list]
    assert (len(kinds) if isinstance(found, int) else kinds) == found


def test_the_number_of_queries_does_not_grow(client, manager, django_assert_num_queries, django_assert_max_num_queries):
    text = make_sms(**FAILED)
    pages = (PAGE, reverse("outbox:figures"), reverse("outbox:message", args=[text.pk]))
    make_message(**FAILED, fallback_for=text)
    read(client)  # what a process looks up once
    with django_assert_max_num_queries(36) as one:
        [read(client, page) for page in pages]
    for number in range(29):
        make_message(**FAILED, kind=f"kind{number}", fallback_for=text)

    with django_assert_num_queries(len(one)):
        [read(client, page) for page in pages]


def test_the_page_of_a_message_shows_its_history(client, manager):
    text = make_sms(**FAILED, attempts=3, sending_at=NOW, segments=1, cost="0.1", provider_id="SM12")
    letter = make_message(fallback_for=text, state="sent", sent_at=NOW)
    AuditEvent.objects.create(action="message.stop", about=f"message:{text.pk}", actor="user:7", origin="web", at=NOW)

    page = read(client, reverse("outbox:message", args=[text.pk]))

    events = ["Written", "Was to leave", "Last attempt", "Message stopped", "member of staff 7"]
    assert [word for word in [*events, "SM12", "535", "0.10 euros"] if word not in page] == []
    assert f"candidate {text.person_key.partition(':')[2]}" in page
    assert [word for word in ("Sevda", "belt", "+31600000001") if word in page] == []
    assert "In place of Confirmation of a talk" in read(client, reverse("outbox:message", args=[letter.pk]))


def test_a_manager_sends_again_and_stops(client, manager):
    message = make_message(**FAILED)

    told = [post(client, name, message.pk) for name in ("send_again", "stop", "stop")]

    assert ["waits to leave again" in told[0], "is stopped" in told[1], "nothing to stop" in told[2]] == [True] * 3
    assert [*AuditEvent.objects.order_by("pk").values_list("action", "actor", "result")] == [
        ("message.send_again", f"user:{manager.pk}", "done"),
        ("message.stop", f"user:{manager.pk}", "done"),
        ("message.stop", f"user:{manager.pk}", "message_not_waiting"),
    ]


def test_all_failures_of_one_reason_are_sent_again_after_confirmation(client, manager):
    make_message(**FAILED), make_message(**FAILED), make_message(**FAILED | {"reason": "address"})
    wanted = {"kind": "confirmation", "reason": "settings"}

    question = read(client, AGAIN, **wanted)
    client.post(f"{AGAIN}?kind=confirmation&reason=settings")

    assert "2 messages of this kind failed" in question
    assert Message.objects.queued().count() == 2
    assert "Nothing to send again" in read(client, AGAIN, **wanted)
    assert client.post(AGAIN).status_code == 302


@pytest.mark.parametrize("wanted", ["kind=confirmation&reason=nothing", f"kind={'x' * 99}"])
def test_an_invalid_resend_request_is_refused(client, manager, wanted):
    make_message(**FAILED)

    asked, refused = client.get(f"{AGAIN}?{wanted}"), client.post(f"{AGAIN}?{wanted}", follow=True)

    assert "Niets om opnieuw te versturen" in asked.content.decode()
    assert "Geen van deze berichten kan nu opnieuw worden verstuurd." in refused.content.decode()
    assert Message.objects.get().state == "failed"


@pytest.mark.parametrize("name", ["send_again", "stop", "send_all_again"])
def test_other_roles_and_other_sites_may_not_act(client, manager, name, db):
    message = make_message(**FAILED)
    path = reverse(f"outbox:{name}", args=[message.pk] if name != "send_all_again" else [])
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(manager)
    client.force_login(make_user(Role.MANAGER))

    assert (client.post(path).status_code, strict.post(path).status_code) == (404, 403)
    assert Message.objects.get().state == "failed"


def test_statistics_count_messages_due_in_the_period(db):
    gone = {"state": "sent", "not_before": NOW - timedelta(days=2)}
    for minutes in (1, 3, 60):
        make_message(**gone, sent_at=NOW - timedelta(days=2) + timedelta(minutes=minutes))
    make_sms(state="delivered", delivered_at=NOW, sent_at=NOW, is_uncertain=True)
    make_sms(**FAILED, not_before=NOW - timedelta(days=8))
    make_message(not_before=NOW + timedelta(days=1))

    channels, kinds = message_statistics(NOW, days=7)

    mail, text = MessageCounts(sent=3), MessageCounts(sent=1, delivered=1, uncertain=1)
    assert channels == [MessageStatistics("", "mail", mail, 3.0), MessageStatistics("", "sms", text, 0.0)]
    assert kinds == [
        MessageStatistics("confirmation", "mail", mail, 3.0),
        MessageStatistics("confirmation", "sms", text, 0.0),
    ]
    assert [figure.counts.failed for figure in message_statistics(NOW, days=30)[0]] == [0, 1]


def test_the_statistics_page_shows_the_cost_of_sms(client, manager):
    make_sms(state="sent", sent_at=NOW)

    page = read(client, reverse("outbox:figures"), days="30")

    assert "0 of at most 500 texts" in page
    assert "0.00 of at most 250 euros" in page
    assert "Confirmation of a talk, text message 1 0 0 0 0 0" in page
