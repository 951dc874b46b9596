from datetime import timedelta

import pytest

from core.actors import object_key
from outbox.models import IncomingMail, IncomingText, Message
from outbox.privacy import erase, erase_about, export, export_replies
from tests.factories import NOW, make_message, make_sms

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LATER = NOW + timedelta(minutes=5)


def test_export_has_the_messages_to_this_person_and_no_others():
    make_message(person_key="candidate:7", recipient="sevda@kandidaat.example")
    make_sms(person_key="candidate:7")
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
        "unclear_report": "",
    }


def test_export_has_the_replies_of_this_person():
    make_correspondence("candidate:7", "booking:7"), make_correspondence("candidate:70", "booking:70")

    assert export_replies("candidate:7", about=["booking:7"], address="SEVDA@kandidaat.example") == [
        {"received_at": NOW, "meaning": "no", "text": "Nee candidate:7"},
        {
            "received_at": LATER,
            "kind": "letter",
            "sender": "sevda@kandidaat.example",
            "subject": "Vraag",
            "text": "Over booking:7",
            "full_text": "",
            "calendar": "",
            "outcome": "",
        },
    ]


def test_erase_deletes_everything_of_this_person():
    make_correspondence("candidate:7", "booking:7")
    other = make_correspondence("candidate:70", "booking:70")

    assert erase_about("booking:7") + erase("candidate:7") == 5
    assert [list(model.objects.all()) for model in (Message, IncomingText, IncomingMail)] == other


def make_correspondence(person_key, about):
    """An SMS with a reply, an e-mail to an advisor, a mail about the booking, and the e-mail that forwarded it."""
    sms = make_sms(person_key=person_key, about=about)
    other = make_message(person_key="user:1", about=about)
    reply = IncomingText.objects.create(
        provider_id=person_key,
        answers=sms,
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
    forwarded = make_message(person_key="employer", about=object_key(mail))
    return [[sms, other, forwarded], [reply], [mail]]
