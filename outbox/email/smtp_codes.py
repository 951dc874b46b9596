"""Cause of a permanent refusal by a mail server: the address, our settings, or something else. Pure."""

import re
from enum import StrEnum

from outbox.email.dsn import find_status_code

# RFC 4954, 4 and 6: authentication is required, or failed
_AUTHENTICATION_CODES = (530, 534, 535, 538)
# RFC 3463, 3.2: the sender's mailbox or system. Exchange: 5.2.252 for a sender that may not send.
_SENDER_STATUS = ("5.1.7", "5.1.8", "5.2.252")
# RFC 3463, 3.2 and 3.5, Exchange's 5.1.10 and 5.1.351: the recipient's address, or a route to it that failed for days
_ADDRESS_STATUS = {*(f"1.{detail}" for detail in range(7)), "1.10", "1.351", "4.7"}
_MAILBOX_STATUS = "2"  # RFC 3463, 3.3
# Replies of Exchange and Outlook.com about an unknown mailbox, and of Postfix about an unknown domain.
_NO_MAILBOX = {
    "5.4.1": ("recipient address rejected",),
    "5.5.0": ("mailbox unavailable",),
    "5.4.4": ("not found", "invalid domain"),
}
_SETTINGS_TEXT = re.compile(
    r"relay(ing)? (access )?(is )?(denied|prohibited|not (permitted|allowed))|unable to relay"
    r"|not (permitted|allowed|authori[sz]ed) to relay|unauthori[sz]ed relay"
    r"|authentication (is )?required|requires authentication|must authenticate|not authenticated"
    r"|sender (address |is )?(rejected|denied)|sender verif\w+ failed|as this sender|sendasdenied"
    r"|domain of (the )?sender|(bad|invalid) sender|sender('s)? (e-?mail |mailbox )?(address|domain) (is |does )?not"
    r"|helo command rejected",
    re.IGNORECASE,
)
# Objections to the sending server, or to this mail at this time, whatever the address and the code.
_POLICY_TEXT = re.compile(
    r"administrative(ly)? prohibit|spamhaus|black ?list|block ?list|dnsbl|reputation|\bspam\b|unsolicited|banned"
    r"|blocked (using|by|due|for)|\bpolic(y|ies)\b"
    r"|\bspf\b|\bdkim\b|\bdmarc\b|not allowed to send|client host rejected"
    r"|gr[ea]y-?list|try again later|at a rate|rate limit|too many (messages|recipients|connections)"
    r"|message (length|size)|(message|mail) (is )?too (large|big|long)|size limit",
    re.IGNORECASE,
)
_FULL_TEXT = re.compile(r"mailbox( is)? full|over ?quota|quota exceeded", re.IGNORECASE)
_RECIPIENT_WORD = r"(user|mailbox|recipient|address|account|domain|host)"
_ADDRESS_TEXT = re.compile(
    rf"\b{_RECIPIENT_WORD}\b[^;\n]{{0,80}}\b(unknown|unavailable|inactive|disabled|invalid"
    r"|not (found|known|recogni[sz]ed|available|valid|exist)|(doesn't|does not) have|couldn't be found)"
    r"|(unknown|no such|invalid|unroute?able|undeliverable|non-?existent|inactive|bad|no)"
    rf" (local |destination |e-?mail |mail )?{_RECIPIENT_WORD}\b|doesn't exist",
    re.IGNORECASE,
)


class BounceCause(StrEnum):
    """Cause of a permanent refusal."""

    ADDRESS = "address"
    SETTINGS = "settings"
    OTHER = "other"


def classify_smtp_reply(code: int, text: str, *, is_of_recipient: bool) -> BounceCause:
    """Classify a 5yz reply. After DATA (not `is_of_recipient`) the cause is never the address.

    Postfix delays its objections to client and sender until RCPT (smtpd_delay_reject), so the text counts most.
    """
    if code in _AUTHENTICATION_CODES:
        return BounceCause.SETTINGS
    status = find_status_code(text)
    cause = classify_bounce(status, text)
    return BounceCause.OTHER if cause is BounceCause.ADDRESS and not is_of_recipient else cause


def classify_bounce(status: str, text: str) -> BounceCause:
    """Classify a bounce by its status code ("5.1.1", or "") and text; a full mailbox has a right address.

    With a code that says nothing (5.0.0) or none, the text has to name the address.
    """
    text = " ".join(text.split())
    if status in _SENDER_STATUS or _SETTINGS_TEXT.search(text):
        return BounceCause.SETTINGS
    if _POLICY_TEXT.search(text) or _is_full(status, text):
        return BounceCause.OTHER
    return BounceCause.ADDRESS if _is_about_address(status, text) else BounceCause.OTHER


def _is_about_address(status: str, text: str) -> bool:
    if status in _NO_MAILBOX:
        return any(phrase in text.lower() for phrase in _NO_MAILBOX[status])
    if not status or status.endswith(".0.0"):
        return bool(_ADDRESS_TEXT.search(text))
    _class, _dot, rest = status.partition(".")
    return rest in _ADDRESS_STATUS or rest.partition(".")[0] == _MAILBOX_STATUS


def _is_full(status: str, text: str) -> bool:
    is_silent = not status or status.endswith(".0.0")
    return status in ("5.2.2", "4.2.2") or bool(is_silent and _FULL_TEXT.search(text))
