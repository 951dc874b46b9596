"""Who is to blame when a mail server refuses a letter for good: the address, our settings, or something else. Pure."""

import re
from enum import StrEnum

from outbox.email.dsn import status_in

# RFC 4954, 4 and 6: sign in first, with another mechanism, or otherwise
_SIGN_IN = (530, 534, 535, 538)
# RFC 3463, 3.2: the sender's mailbox or system. Exchange says 5.2.252 of a sender that may not send.
_OF_THE_SENDER = ("5.1.7", "5.1.8", "5.2.252")
# RFC 3463, 3.2 and 3.5, and of Exchange 5.1.10: the recipient's address, and a way to it that was tried for days
_OF_THE_ADDRESS = {*(f"1.{detail}" for detail in range(7)), "1.10", "4.7"}
_OF_THE_MAILBOX = "2"  # RFC 3463, 3.3
# What Exchange and Outlook.com say of a mailbox that is not there, and Postfix of a domain.
_NO_MAILBOX = {"5.4.1": "recipient address rejected", "5.5.0": "mailbox unavailable", "5.4.4": "not found"}
_SETTINGS = re.compile(
    r"relay(ing)? (access )?(is )?(denied|prohibited|not (permitted|allowed))|unable to relay"
    r"|not (permitted|allowed|authori[sz]ed) to relay|unauthori[sz]ed relay"
    r"|authentication (is )?required|requires authentication|must authenticate|not authenticated"
    r"|sender (address |is )?(rejected|denied)|sender verif\w+ failed|as this sender|sendasdenied"
    r"|domain of (the )?sender|(bad|invalid) sender|sender('s)? (e-?mail |mailbox )?(address|domain) (is |does )?not"
    r"|helo command rejected",
    re.IGNORECASE,
)
# What servers have against whoever sends, at whatever address.
_POLICY = re.compile(
    r"administrative(ly)? prohibit|spamhaus|black ?list|block ?list|dnsbl|reputation|\bspam\b|unsolicited|banned"
    r"|blocked (using|by|due|for)|\bpolic(y|ies)\b",
    re.IGNORECASE,
)
_FULL = re.compile(r"mailbox( is)? full|over ?quota|quota exceeded", re.IGNORECASE)
_WHO = r"(user|mailbox|recipient|address|account|domain|host)"
_ADDRESS = re.compile(
    rf"\b{_WHO}\b[^;\n]{{0,80}}\b(unknown|unavailable|inactive|disabled|invalid"
    r"|not (found|known|recogni[sz]ed|available|valid|exist)|(doesn't|does not) have|couldn't be found)"
    r"|(unknown|no such|invalid|unroute?able|undeliverable|non-?existent|inactive|bad|no)"
    rf" (local |destination |e-?mail |mail )?{_WHO}\b|doesn't exist",
    re.IGNORECASE,
)


class Blame(StrEnum):
    ADDRESS = "address"
    SETTINGS = "settings"
    OTHER = "other"


def blame_of(code: int, words: str, *, is_of_recipient: bool) -> Blame:
    """`code` is 5yz. Of a whole letter (after DATA) only our settings can be told apart.

    Postfix waits for RCPT with all that it holds against client and sender (smtpd_delay_reject), so words count most.
    """
    if code in _SIGN_IN:
        return Blame.SETTINGS
    status = status_in(words)
    blame = blame_of_report(status, words)
    if blame is Blame.ADDRESS and (not is_of_recipient or _is_full(status, words)):
        return Blame.OTHER  # when the mailbox is only full the address is right
    return blame


def blame_of_report(status: str, words: str) -> Blame:
    """What a report says, with its code ("5.1.1", or ""): a mailbox that was full for days is as good as none.

    A code that says nothing (5.0.0) is none: then the words must say that it is the address.
    """
    if status in _OF_THE_SENDER or _SETTINGS.search(words):
        return Blame.SETTINGS
    if _POLICY.search(words):
        return Blame.OTHER
    return Blame.ADDRESS if _is_of_address(status, words) else Blame.OTHER


def _is_of_address(status: str, words: str) -> bool:
    if status in _NO_MAILBOX:
        return _NO_MAILBOX[status] in words.lower()
    if not status or status.endswith(".0.0"):
        return bool(_ADDRESS.search(words) or _FULL.search(words))
    _class, _dot, rest = status.partition(".")
    return rest in _OF_THE_ADDRESS or rest.partition(".")[0] == _OF_THE_MAILBOX


def _is_full(status: str, words: str) -> bool:
    return status == "5.2.2" or bool(not status and _FULL.search(words))
