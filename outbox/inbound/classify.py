"""What sort of mail it is: a report, an answer of a machine, or words of a person. Pure."""

import re

from outbox.inbound.parser import Mail, parameter

BOUNCE = "bounce:"
_SUPPRESSED = {"all"}  # other values stand in mail of people as well, when their employer's server adds them
_PRECEDENCES = {"bulk", "list", "junk", "auto_reply"}
_MACHINES = ("X-Autoreply", "X-Autorespond", "X-AutoReply-From", "X-Mail-Autoreply", "X-FC-MachineGenerated", "List-Id")
# Outlook and Exchange write the word of the sender's language before the subject that they answer.
_OUT_OF_OFFICE = re.compile(
    r"(automatic reply|out of office( autoreply)?|auto(matic)?[ -]?response|autoreply"
    r"|automatisch antwoord|afwezigheids(bericht|assistent)"
    r"|automatische antwort|abwesenheitsnotiz|réponse automatique)\s*:.*",
    re.IGNORECASE,
)


def is_report(mail: Mail) -> bool:
    """About a letter of ours that was not delivered (RFC 3464), or that somebody complained of (RFC 5965)."""
    reports = ("delivery-status", "feedback-report")
    is_known = parameter(mail.parsed, "report-type").lower() in reports
    is_one = mail.parsed.get_content_type() == "multipart/report" and is_known
    return is_one or mail.about.startswith(BOUNCE)


def is_automatic(mail: Mail) -> bool:
    """Sent by a machine, and nobody waits for an answer (RFC 3834, 2 and 5)."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return bool(
        submitted not in ("", "no")
        or mail.header("X-Auto-Response-Suppress").lower() in _SUPPRESSED
        or {mail.header("Precedence").lower(), mail.header("X-Precedence").lower()} & _PRECEDENCES
        or any(mail.header(name) for name in _MACHINES)
        or mail.header("Return-Path").replace(" ", "").lower() in ("<>", "<mailer-daemon>")
        or mail.parsed.get_content_type() == "multipart/report"  # also that somebody opened our letter
        or _OUT_OF_OFFICE.match(mail.subject)
    )


def is_marked_as_spam(mail: Mail) -> bool:
    return mail.header("X-Spam-Flag").lower().startswith("yes")
