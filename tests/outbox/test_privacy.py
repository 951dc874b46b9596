import pytest

from outbox.models import Message
from outbox.privacy import erase, export
from tests.factories import NOW, make_message, make_text

pytestmark = pytest.mark.django_db


def test_export_gives_what_was_written_to_this_person_and_nobody_else():
    make_message(person_key="candidate:7", recipient="sevda@kandidaat.example")
    make_text(person_key="candidate:7")
    make_message(person_key="candidate:70")

    found = export("candidate:7")

    assert [message["channel"] for message in found] == ["mail", "sms"]
    assert found[0] == {
        "created_at": NOW,
        "channel": "mail",
        "kind": "confirmation",
        "recipient": "sevda@kandidaat.example",
        "recipient_name": "Sevda Aydin",
        "subject": "Je gesprek",
        "text": "Tot dinsdag.\n",
        "state": "queued",
        "sent_at": None,
    }


def test_erase_leaves_nothing_of_this_person():
    make_message(person_key="candidate:7")
    other = make_message(person_key="candidate:70")

    assert erase("candidate:7") == 1
    assert list(Message.objects.all()) == [other]
