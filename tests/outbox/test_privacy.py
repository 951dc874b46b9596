from datetime import timedelta

import pytest

from core.actors import key_of
from outbox.models import IncomingMail, IncomingText, Message
from outbox.privacy import erase, erase_about, export, export_answers
from tests.factories import NOW, make_message, make_text

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


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
        "sender_name": "Marit de Wit",
        "subject": "Je gesprek",
        "text": "Tot dinsdag.\n",
        "state": "queued",
        "reason": "",
        "sent_at": None,
        "delivered_at": None,
        "ended_at": None,
    }


def test_export_holds_what_came_back_in_its_own_words():
    make_story("candidate:7", "booking:7"), make_story("candidate:70", "booking:70")

    assert export_answers("candidate:7", about=["booking:7"], address="SEVDA@kandidaat.example") == [
        {"received_at": NOW, "meaning": "no", "text": "Nee candidate:7"},
        {
            "received_at": LATER,
            "kind": "letter",
            "sender": "sevda@kandidaat.example",
            "subject": "Vraag",
            "text": "Over booking:7",
            "calendar": "",
            "outcome": "",
        },
    ]


def test_erase_leaves_nothing_of_this_person():
    make_story("candidate:7", "booking:7")
    other = make_story("candidate:70", "booking:70")

    assert erase_about("booking:7") + erase("candidate:7") == 5
    assert [list(model.objects.all()) for model in (Message, IncomingText, IncomingMail)] == other


def make_story(person_key, about):
    """A text that was answered, a letter to an advisor, a mail about it, and the letter that brought that further."""
    text = make_text(person_key=person_key, about=about)
    other = make_message(person_key="user:1", about=about)
    answer = IncomingText.objects.create(
        provider_id=person_key,
        answers=text,
        about=about,
        person_key=person_key,
        meaning="no",
        text=f"Nee {person_key}",
        received_at=NOW,
    )
    mail = IncomingMail.objects.create(
        digest=about,
        about=about,
        kind="letter",
        sender="sevda@kandidaat.example",
        subject="Vraag",
        text=f"Over {about}",
        received_at=LATER,
    )
    brought = make_message(person_key="employer", about=key_of(mail))
    return [[text, other, brought], [answer], [mail]]
