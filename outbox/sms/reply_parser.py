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
    "nomoretexts", "stoptexts", "stoptexting", "stoptextingme",
}  # fmt: skip
STOP_WITH_TEXTS = re.compile(
    r"(nee|no|ikwil)?geensms(jes|en)?(meer)?(ontvangen)?|stop(er|hier)?mee|unsubscribeme"
    r"|(ikwilme)?(stop|stoppen|afmelden|uitschrijven)(met|voor|van)?(de)?sms(jes|en)?"
    r"|(no)?(stop(sending|texting)?(me)?(these|the|your|any)?(more)?(texts|textmessages|messages|sms))"
)
STOP_IN_FRONT = STOP - MAY_MEAN_THE_TALK  # "Cancel. I am ill" is about the talk, and Twilio lets texts go on
SENTENCE_ENDS = re.compile(r"[.!?]+\s|\n")
START = frozenset({"start", "unstop", "aanmelden", "inschrijven"})
NO = re.compile(r"no|nope|nee+|neen|neej")
CANNOT = re.compile(
    r"\b(kan|kom|lukt|red|haal|ga|ben er)( het| er| dan| me| mij| ons| morgen| vandaag| helaas| toch)* niet\b"
    r"(?! wachten| te laat| afmelden| afzeggen)"
    r"|^(sorry )?(morgen|vandaag) niet$|\bniet (komen|kunnen|lukken|door)\b"
    r"|\b(cant|cannot|can not|wont|will not|not able)\b(?! wait| be late)"
    r"|(?<!niet )(?<!niet te )\b(afzeggen|zeg af|annuleer|annuleren|verhinderd|verzetten)\b"
)
CALLS_OFF = re.compile(r"\b(afmelden|cancel|reschedule|meld (me|mij)( \w+){0,3} af)\b")
NOT_THE_TALK = re.compile(r"\b(not|dont|wont|never|no need|niet|geen|sms\w*|texts?)\b")
NO_OBJECTION = re.compile(r"\b(no|geen) (problem|probleem|worries|bezwaar|need)\b")
YES = frozenset({"yes", "yep", "ja", "jawel", "jazeker", "ok", "oke", "okay", "prima", "akkoord", "sure", "fine"})
POLITE = frozenset({"aub", "ajb", "svp", "please", "pls", "graag"})


def meaning_of(text: str) -> str:
    """ "stop", "start", "no", "yes" or "other".

    A keyword is the whole text, or the first of its sentences ("Stop. Groeten, Jan"); yes and no may be part of one.
    """
    words, first = _words_of(text), SENTENCE_ENDS.split(text.strip(), maxsplit=1)[0]
    keyword = _keyword_of(words)
    if keyword in STOP or STOP_WITH_TEXTS.fullmatch(keyword) or _keyword_of(_words_of(first)) in STOP_IN_FRONT:
        return "stop"
    return "start" if keyword in START else _answer_of(words)


def _answer_of(words: list[str]) -> str:
    """When in doubt "other": the advisor sees the words in any case."""
    sentence, first = " ".join(words), words[0] if words else ""
    if CANNOT.search(sentence) or _calls_off(sentence):
        return "no"
    objects_not = NO_OBJECTION.search(sentence)
    if first in YES or (objects_not and objects_not.start() == 0):
        return "yes"
    return "no" if NO.fullmatch(first) and not objects_not else "other"


def _calls_off(sentence: str) -> bool:
    """In as many words; not "ik wil me niet afmelden", and not "afmelden voor de sms"."""
    return bool(CALLS_OFF.search(sentence)) and not NOT_THE_TALK.search(sentence)


def may_mean_the_talk(text: str) -> bool:
    return _keyword_of(_words_of(text)) in MAY_MEAN_THE_TALK


def _keyword_of(words: list[str]) -> str:
    """Written as one word; twice is once."""
    return "".join(dict.fromkeys(word for word in words if word not in POLITE))


def _words_of(text: str) -> list[str]:
    """Lower case, without marks and punctuation: `S.T.O.P.!` is stop, `can't` is cant."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    joined = re.sub(r"['’`´.]|[\u0300-\u036f]", "", plain)
    return re.findall(r"[^\W_]+", joined)
