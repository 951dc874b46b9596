"""What somebody means who answers a text. Pure.

Twilio itself stops its texts to who answers STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE or OPTOUT, and
refuses later ones with 21610: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out. So those words stop
texts here as well, also the ones with which somebody may mean the talk: whatever we made of "cancel", no text would
arrive any more. Where a word may mean the talk, the advisor is told too (`may_mean_the_talk`).
"""

import re
import unicodedata

MAY_MEAN_THE_TALK = frozenset({"cancel", "afmelden", "afmelding", "stoppen"})
STOP = MAY_MEAN_THE_TALK | {
    "stop", "stopall", "stopalles", "unsubscribe", "end", "quit", "revoke", "optout", "uitschrijven", "uitschrijving",
    "stopsms", "stopsmsen", "stopmetsms", "stopmetsmsen", "geensms", "geensmsmeer", "nomoretexts", "stoptexts",
    "stoptexting", "stoptextingme",
}  # fmt: skip
START = frozenset({"start", "unstop", "aanmelden", "inschrijven"})
NO = frozenset({"no", "nope", "nee", "neen", "neej"})
CANNOT = re.compile(
    r"\b(kan|kom|lukt|red|haal|ga)( het| er| dan| morgen| helaas| toch)* niet\b|\bniet (komen|kunnen|door)\b"
    r"|\b(cant|cannot|can not|wont|will not|not able)\b|\b(afzeggen|zeg af|annuleer|annuleren|verhinderd|verzetten)\b"
)
NO_OBJECTION = re.compile(r"(no|geen) (problem|probleem|worries|bezwaar)\b")
YES = frozenset({"yes", "yep", "ja", "jawel", "jazeker", "ok", "oke", "okay", "prima", "akkoord", "sure", "fine"})
POLITE = frozenset({"aub", "ajb", "svp", "please", "pls", "graag"})


def meaning_of(text: str) -> str:
    """ "stop", "start", "no", "yes" or "other". A keyword is the whole text; yes and no may be part of a sentence."""
    words = _words_of(text)
    keyword = "".join(word for word in words if word not in POLITE)
    if keyword in STOP:
        return "stop"
    if keyword in START:
        return "start"
    sentence = " ".join(words)
    if CANNOT.search(sentence):
        return "no"
    if NO_OBJECTION.match(sentence) or (words and words[0] in YES):
        return "yes"
    return "no" if words and words[0] in NO else "other"


def may_mean_the_talk(text: str) -> bool:
    return "".join(word for word in _words_of(text) if word not in POLITE) in MAY_MEAN_THE_TALK


def _words_of(text: str) -> list[str]:
    """Lower case, without marks and punctuation: `S.T.O.P.!` is stop, `can't` is cant."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    joined = re.sub(r"['’`´.]|[\u0300-\u036f]", "", plain)
    return re.findall(r"[^\W_]+", joined)
