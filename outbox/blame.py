"""Who is to blame when a mail server refuses a letter for good: the address, our settings, or something else. Pure."""

import re
from enum import StrEnum

from outbox.dsn import status_in

# RFC 4954, 4 and 6: sign in first, with another mechanism, or otherwise
_SIGN_IN = (530, 534, 535, 538)
# RFC 3463, 3.2: the sender's mailbox or system. Exchange says 5.2.252 of a sender that may not send.
_OF_THE_SENDER = ("5.1.7", "5.1.8", "5.2.252")
_FULL = "5.2.2"  # the address is right
# Exchange and Outlook.com say these of a mailbox that is not there.
_NO_MAILBOX = {"5.4.1": "recipient address rejected", "5.5.0": "mailbox unavailable"}
_SETTINGS = re.compile(
    r"relay(ing)? (access )?(is )?(denied|prohibited|not (permitted|allowed))|unable to relay"
    r"|not (permitted|allowed|authori[sz]ed) to relay|unauthori[sz]ed relay"
    r"|authentication (is )?required|requires authentication|must authenticate|not authenticated"
    r"|sender (address |is )?(rejected|denied)|sender verif\w+ failed|as this sender|sendasdenied",
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
    status = status_in(words)
    if code in _SIGN_IN or status in _OF_THE_SENDER or _SETTINGS.search(words):
        return Blame.SETTINGS
    return Blame.ADDRESS if is_of_recipient and _is_unknown(status, words) else Blame.OTHER


def _is_unknown(status: str, words: str) -> bool:
    if status in _NO_MAILBOX:
        return _NO_MAILBOX[status] in words.lower()
    return not status or (status.startswith(("5.1.", "5.2.")) and status != _FULL)
