"""Meanings of replies. Twilio's keywords: www.twilio.com/docs/messaging/tutorials/advanced-opt-out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.models import IncomingText
from outbox.sms.reply_parser import is_certain_opt_out, may_mean_the_appointment, meaning_of

TWILIO_KEYWORDS = ["STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"]


@pytest.mark.parametrize(
    ("meaning", "texts"),
    [
        ("stop", [*TWILIO_KEYWORDS, "stop", " Stop! ", "S.T.O.P", "stop all", "STOP aub", "opt-out", "Afmelden."]),
        ("stop", ["AFMELDEN", "uitschrijven", "Stoppen svp", "geen sms meer", "stop sms'en", "Ｓtop"]),
        ("stop", ["stop ermee", "Stop hiermee!", "ik wil geen sms", "Ik wil geen sms'jes meer", "afmelden voor sms"]),
        ("stop", ["STOP STOP", "stop stop!", "Stop. Groeten, Jan", "Stop!\nJan", "unsubscribe me"]),
        ("stop", ["Stop sending me texts"]),
        ("stop", ["Nee, geen sms meer", "No more texts please", "Ik wil me afmelden voor sms", "cancel cancel"]),
        ("stop", ["STOP, dank je", "STOP - Jan", "Stop maar", "stop er maar mee dan", "Stop dank u wel", "STOP (Jan)"]),
        (
            "stop",
            ["Ik wil geen berichten meer", "Stuur mij geen berichten meer", "geen appjes aub", "Nooit meer sms'en"],
        ),
        (
            "stop",
            ["Kunt u stoppen met die sms'jes?", "Kan ik me afmelden voor sms?", "Schrijf mij uit", "Laat me met rust"],
        ),
        ("stop", ["I want no more messages", "Please don't text me", "Do not text me again", "remove my number"]),
        (
            "stop",
            [
                "Ik wil niet meer ge-sms't worden",
                "Nee, geen berichten graag",
                "Stop! Ik kan morgen niet",
                "quit, thanks",
            ],
        ),
        ("stop", ["Hallo, stop aub", "Afmelden, dank je", "Uitschrijven. Mvg Jan", "stop je hier ook even?"]),
        ("stop", ["Stop, ik ben er morgen niet", "please stop the reminders", "Leave me alone", "stuur me niks meer"]),
        ("start", ["START", "unstop", "Aanmelden", "start please"]),
        ("no", ["nee", "NEE!", "Neen", "no", "No, sorry", "nee, ik ben ziek", "Ik kan helaas niet", "kan morgen niet"]),
        (
            "no",
            ["Ja maar ik kan toch niet", "I can't make it", "I can’t", "cannot come", "annuleren", "ben verhinderd"],
        ),
        (
            "no",
            ["morgen niet", "ik ben er morgen niet", "kan morgen toch niet", "Ja, kan het toch niet"],
        ),
        ("no", ["I need to cancel", "Please cancel my appointment", "can we reschedule", "Cancel. I am ill", "neee"]),
        ("no", ["Ik wil me afmelden voor morgen", "Ik meld me af", "Ik moet helaas afmelden", "Afmelden. Ik ben ziek"]),
        ("no", ["Het lukt me niet", "Dat lukt mij morgen niet", "Het gaat niet lukken", "Ik meld me voor morgen af"]),
        ("other", ["I don't want to cancel", "Ik ga me niet afmelden", "Ik wil niet stoppen met de sms"]),
        ("other", ["Ik heb geen sms gekregen", "Geen bericht ontvangen van de adviseur?", "Quit smoking, haha"]),
        ("other", ["Verwijder mijn afspraak maar", "I did not get the message", "Ik heb nog geen appointment"]),
        ("other", ["Ik stop de auto even, tot zo", "Ik neem de trein"]),
        ("yes", ["No need to cancel"]),
        ("yes", ["Ja, ik kan niet wachten", "No problem, can't wait", "Geen probleem, ik kom niet te laat"]),
        ("other", ["Ik kan niet wachten!", "Nee hoor, geen probleem", "Can't wait", "Ik wil niet afzeggen"]),
        ("yes", ["ja", "Ja!", "yes", "OK", "oké", "Prima, tot morgen", "No problem", "geen probleem"]),
        ("other", ["", "?", "Wie is dit", "niet te laat bellen graag", "👍", "noord", "einde"]),
    ],
)
def test_replies_are_classified(meaning, texts):
    assert {text: meaning_of(text) for text in texts} == dict.fromkeys(texts, meaning)


def test_some_keywords_may_mean_the_appointment():
    texts = ["CANCEL", "afmelden", "stop", "unsubscribe", "nee", "Cancel cancel!", "Stop, ik kan morgen niet"]

    found = [text for text in texts if may_mean_the_appointment(text)]

    assert found == ["CANCEL", "afmelden", "Cancel cancel!", "Stop, ik kan morgen niet"]


def test_only_a_bare_keyword_is_a_certain_opt_out():
    texts = ["STOP", "stop!", "Stop aub", "STOP, dank je", "STOP - Jan", "Ik wil geen berichten meer", "CANCEL"]

    assert [text for text in texts if is_certain_opt_out(text)] == ["STOP", "stop!", "Stop aub", "STOP, dank je"]


@given(st.text())
def test_every_text_has_a_meaning(text):
    assert meaning_of(text) in IncomingText.Meaning.values
