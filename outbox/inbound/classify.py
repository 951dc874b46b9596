"""Classification of inbound mail: delivery report, automatic reply, or written by a person. Pure."""

import re

from outbox.inbound.parser import InboundMail, content_type_parameter

BOUNCE_PREFIX = "bounce:"
_SUPPRESS_VALUES = {"all"}  # servers add the other values to mail of people as well
_BULK_PRECEDENCES = {"bulk", "list", "junk", "auto_reply"}
_AUTOMATIC_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-AutoReply-From",
    "X-Mail-Autoreply",
    "X-FC-MachineGenerated",
    "List-Id",
)
# Outlook and Exchange put a prefix in the sender's language before the subject.
_OUT_OF_OFFICE = re.compile(
    r"(automatic reply|out of office( autoreply)?|auto(matic)?[ -]?response|autoreply"
    r"|automatisch antwoord|afwezigheids(bericht|assistent)"
    r"|automatische antwort|abwesenheitsnotiz|réponse automatique)\s*:.*",
    re.IGNORECASE,
)


def is_delivery_report(mail: InboundMail) -> bool:
    """True for a delivery status notification (RFC 3464) and a complaint (RFC 5965)."""
    reports = ("delivery-status", "feedback-report")
    has_report_type = content_type_parameter(mail.parsed, "report-type").lower() in reports
    is_report = mail.parsed.get_content_type() == "multipart/report" and has_report_type
    return is_report or mail.about.startswith(BOUNCE_PREFIX)


def is_automatic(mail: InboundMail) -> bool:
    """True for mail that a machine sent, to which nobody expects an answer (RFC 3834, 2 and 5)."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    return bool(
        submitted not in ("", "no")
        or mail.header("X-Auto-Response-Suppress").lower() in _SUPPRESS_VALUES
        or {mail.header("Precedence").lower(), mail.header("X-Precedence").lower()} & _BULK_PRECEDENCES
        or any(mail.header(name) for name in _AUTOMATIC_HEADERS)
        or mail.header("Return-Path").replace(" ", "").lower() in ("<>", "<mailer-daemon>")
        or mail.parsed.get_content_type() == "multipart/report"  # also read receipts
        or _OUT_OF_OFFICE.match(mail.subject)
    )


def is_marked_as_spam(mail: InboundMail) -> bool:
    return mail.header("X-Spam-Flag").lower().startswith("yes")
