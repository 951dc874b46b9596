"""Meanings of replies. Twilio's keywords: www.twilio.com/docs/messaging/tutorials/advanced-opt-out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.models import IncomingText
from outbox.sms.reply_parser import may_mean_the_appointment, meaning_of

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
        ("other", ["I don't want to cancel", "Ik ga me niet afmelden", "Kan ik me afmelden voor sms?"]),
        ("other", ["Ik stop de auto even, tot zo", "Ik neem de trein"]),
        ("yes", ["No need to cancel"]),
        ("yes", ["Ja, ik kan niet wachten", "No problem, can't wait", "Geen probleem, ik kom niet te laat"]),
        ("other", ["Ik kan niet wachten!", "Nee hoor, geen probleem", "Can't wait", "Ik wil niet afzeggen"]),
        ("yes", ["ja", "Ja!", "yes", "OK", "oké", "Prima, tot morgen", "No problem", "geen probleem"]),
        ("other", ["", "?", "Wie is dit", "stop er maar mee dan", "niet te laat bellen graag", "👍", "noord", "einde"]),
    ],
)
def test_replies_are_classified(meaning, texts):
    assert {text: meaning_of(text) for text in texts} == dict.fromkeys(texts, meaning)


def test_some_keywords_may_mean_the_appointment():
    texts = ["CANCEL", "afmelden", "stop", "unsubscribe", "nee", "Cancel cancel!"]

    assert [text for text in texts if may_mean_the_appointment(text)] == ["CANCEL", "afmelden", "Cancel cancel!"]


@given(st.text())
def test_every_text_has_a_meaning(text):
    assert meaning_of(text) in IncomingText.Meaning.values
