"""Classify replies to SMS, in Dutch and English. Pure.

Twilio opts a number out that replies STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE or OPTOUT, and refuses later
SMS to it with 21610: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out. So these keywords opt out here
as well, also those that may be meant for the appointment: after "cancel" no SMS would arrive, whatever we make of it.
The advisor is told of those too (`may_mean_the_appointment`).
"""

import re
import unicodedata

MAY_MEAN_THE_APPOINTMENT = frozenset({"cancel", "afmelden", "afmelding", "stoppen"})
STOP = MAY_MEAN_THE_APPOINTMENT | {
    "stop", "stopall", "stopalles", "unsubscribe", "end", "quit", "revoke", "optout", "uitschrijven", "uitschrijving",
    "nomoretexts", "stoptexts", "stoptexting", "stoptextingme",
}  # fmt: skip
STOP_WITH_TEXTS = re.compile(
    r"(nee|no|ikwil)?geensms(jes|en)?(meer)?(ontvangen)?|stop(er|hier)?mee|unsubscribeme"
    r"|(ikwilme)?(stop|stoppen|afmelden|uitschrijven)(met|voor|van)?(de)?sms(jes|en)?"
    r"|(no)?(stop(sending|texting)?(me)?(these|the|your|any)?(more)?(texts|textmessages|messages|sms))"
)
STOP_IN_FRONT = STOP - MAY_MEAN_THE_APPOINTMENT  # "Cancel. I am ill" is no keyword for Twilio
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
CANCELS = re.compile(r"\b(afmelden|cancel|reschedule|meld (me|mij)( \w+){0,3} af)\b")
NOT_ABOUT_THE_APPOINTMENT = re.compile(r"\b(not|dont|wont|never|no need|niet|geen|sms\w*|texts?)\b")
NO_OBJECTION = re.compile(r"\b(no|geen) (problem|probleem|worries|bezwaar|need)\b")
YES = frozenset({"yes", "yep", "ja", "jawel", "jazeker", "ok", "oke", "okay", "prima", "akkoord", "sure", "fine"})
POLITE = frozenset({"aub", "ajb", "svp", "please", "pls", "graag"})


def meaning_of(text: str) -> str:
    """Meaning of a reply: "stop", "start", "no", "yes" or "other".

    A keyword must be the whole text or its first sentence ("Stop. Groeten, Jan"); yes and no may be part of a sentence.
    """
    words, first = _split_words(text), SENTENCE_ENDS.split(text.strip(), maxsplit=1)[0]
    keyword = _keyword_of(words)
    if keyword in STOP or STOP_WITH_TEXTS.fullmatch(keyword) or _keyword_of(_split_words(first)) in STOP_IN_FRONT:
        return "stop"
    return "start" if keyword in START else _answer_of(words)


def _answer_of(words: list[str]) -> str:
    """Classify as "no", "yes" or, when in doubt, "other": the advisor reads the text in any case."""
    sentence, first = " ".join(words), words[0] if words else ""
    if CANNOT.search(sentence) or _cancels(sentence):
        return "no"
    no_objection = NO_OBJECTION.search(sentence)
    if first in YES or (no_objection and no_objection.start() == 0):
        return "yes"
    return "no" if NO.fullmatch(first) and not no_objection else "other"


def _cancels(sentence: str) -> bool:
    """True for an explicit cancellation; not for "ik wil me niet afmelden" or "afmelden voor de sms"."""
    return bool(CANCELS.search(sentence)) and not NOT_ABOUT_THE_APPOINTMENT.search(sentence)


def may_mean_the_appointment(text: str) -> bool:
    return _keyword_of(_split_words(text)) in MAY_MEAN_THE_APPOINTMENT


def _keyword_of(words: list[str]) -> str:
    """The words joined, without repetitions and polite words."""
    return "".join(dict.fromkeys(word for word in words if word not in POLITE))


def _split_words(text: str) -> list[str]:
    """Words in lower case, without accents and punctuation: `S.T.O.P.!` is stop, `can't` is cant."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    joined = re.sub(r"['’`´.]|[\u0300-\u036f]", "", plain)
    return re.findall(r"[^\W_]+", joined)
