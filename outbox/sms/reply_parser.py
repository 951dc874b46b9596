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
STOP_AS_FIRST_WORD = STOP_IN_FRONT - {"end", "quit", "revoke"}  # "End of the street"
CLAUSE_ENDS = re.compile(r"[.!?]+\s|[,;:(\n–—]|\s-|-\s")
_TEXTS = r"(sms\w*|bericht\w*|app(s|je|jes|en)?|tekst\w*|texts?|texting|messages?|messaging|reminders?|herinnering\w*)"
# In doubt between an opt-out and something else it is an opt-out; the candidate hears by mail how to undo it.
ASKS_FOR_NO_TEXTS = re.compile(
    rf"(?<!heb )(?<!kreeg )\b(geen|no|no more|any more|nooit( meer| nog)?) (\w+ )?{_TEXTS}\b"
    r"(?! (gekregen|ontvangen|gehad|yet)\b)"
    rf"|\b(stop|stoppen|ophouden|hou(d|dt)? op|afmelden|uitschrijven|unsubscribe|opt out)\b.*\b{_TEXTS}\b"
    rf"|\b(niet|nooit|niets|niks) (meer|langer)\b.*\b(smst?|smsen|gesmst|{_TEXTS}|geappt)\b"
    r"|\b(dont|do not|never) (\w+ )?(text|message|sms)\b"
    r"|\b(stuur|zend|send) (mij|me|ons|us) (\w+ )?(niets|niks|nothing|niet)\b"
    r"|\b(schrijf|meld) (me|mij) (\w+ )?(uit|af voor sms\w*)\b|\bstop (er|hier|ermee|hiermee)\b"
    r"|\b(verwijder|remove|delete|wis|haal) (me|mij|(mijn|my) (\w*nummer|\w*number|gegevens|data))\b"
    r"|\b(laat|leave) (me|mij) (met rust|alone)\b|\bopt (me )?out\b"
)
KEEPS_TEXTS = re.compile(r"\b(niet|not|dont|never) (stop|stoppen|unsubscribe|uitschrijven|afmelden)\b")
CLOSING = re.compile(r"\b(met vriendelijke|vriendelijke|groet\w*|mvg|gr|regards|cheers|kind)\b.*$")
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
POLITE = frozenset({
    "aub", "ajb", "svp", "please", "pls", "graag", "hoi", "hallo", "hi", "hello", "dank", "je", "u", "wel", "bedankt",
    "dankjewel", "dankuwel", "thanks", "thank", "you", "alvast", "maar", "nu", "now",
})  # fmt: skip


def meaning_of(text: str) -> str:
    """Meaning of a reply: "stop", "start", "no", "yes" or "other".

    STOP counts with more words around it; yes and no may be part of a sentence.
    """
    words = _split_words(text)
    if _is_opt_out(text, words):
        return "stop"
    return "start" if _keyword_of(words) in START else _answer_of(words)


def is_certain_opt_out(text: str) -> bool:
    """True for a keyword and nothing else, which can only be meant as such."""
    return _keyword_of(_split_words(text)) in STOP_IN_FRONT


def _is_opt_out(text: str, words: list[str]) -> bool:
    sentence, keyword = " ".join(words), _keyword_of(words)
    first = _keyword_of(_split_words(CLAUSE_ENDS.split(text.strip(), maxsplit=1)[0]))
    if keyword in STOP or STOP_WITH_TEXTS.fullmatch(keyword) or first in STOP_IN_FRONT:
        return True
    if KEEPS_TEXTS.search(sentence):
        return False
    return bool(STOP_AS_FIRST_WORD & set(words[:1]) or ASKS_FOR_NO_TEXTS.search(sentence))


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
    """True for an opt-out that cancels as well, or may: "CANCEL", "Stop, ik kan morgen niet"."""
    words = _split_words(text)
    if _keyword_of(words) in MAY_MEAN_THE_APPOINTMENT:
        return True
    sentence = " ".join(words)
    return _is_opt_out(text, words) and (bool(CANNOT.search(sentence)) or _cancels(sentence))


def _keyword_of(words: list[str]) -> str:
    """The words joined, without repetitions, polite words and a closing with a name."""
    sentence = CLOSING.sub("", " ".join(words)).split()
    return "".join(dict.fromkeys(word for word in sentence if word not in POLITE))


def _split_words(text: str) -> list[str]:
    """Words in lower case, without accents and punctuation: `S.T.O.P.!` is stop, `can't` is cant."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    joined = re.sub(r"['’`´.]|[\u0300-\u036f]", "", plain)
    return re.findall(r"[^\W_]+", joined)
