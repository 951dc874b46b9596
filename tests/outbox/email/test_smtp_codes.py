"""Replies of mail servers to a recipient or a whole mail. Sources:

- Postfix: src/smtpd/smtpd_check.c (reject_unauth_destination, reject_sender_login_mismatch, check_recipient_rcpt_maps)
  and postconf.5, smtpd_delay_reject
- Exim: src/configure.default ("relay not permitted"), src/verify.c and src/acl.c ("Sender verify failed")
- Exchange: learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online
- Sendmail: cf/m4/proto.m4 (confRELAY_MSG, check_mail, local mailer)
- signing in: RFC 4954, 6
"""

import pytest

from outbox.email.smtp_codes import BounceCause, classify_bounce, classify_smtp_reply

SETTINGS, ADDRESS, OTHER = BounceCause.SETTINGS, BounceCause.ADDRESS, BounceCause.OTHER
OF_A_RECIPIENT = [
    (554, "5.7.1 <s@kandidaat.example>: Relay access denied", SETTINGS),
    (553, "5.7.1 <l@oostmeer.example>: Sender address rejected: not owned by user x", SETTINGS),
    (550, "5.1.0 <l@oostmeer.example>: Sender address rejected: User unknown in local recipient table", SETTINGS),
    (550, "5.1.1 <s@kandidaat.example>: Recipient address rejected: User unknown in local recipient table", ADDRESS),
    (554, "5.7.1 <s@kandidaat.example>: Recipient address rejected: Access denied", OTHER),
    (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example", OTHER),
    (550, "relay not permitted", SETTINGS),
    (550, "Verification failed for <l@oostmeer.example>\nUnrouteable address\nSender verify failed", SETTINGS),
    (550, "Unrouteable address", ADDRESS),
    (550, "Unknown user", ADDRESS),
    (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", SETTINGS),
    (550, "5.7.64 TenantAttribution; Relay Access Denied", SETTINGS),
    (530, "5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM", SETTINGS),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ADDRESS),
    (550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", ADDRESS),
    (552, "5.2.2 mailbox full", OTHER),
    (550, "5.7.1 <s@kandidaat.example>... Relaying denied. Proper authentication required.", SETTINGS),
    (553, "5.1.8 <l@oostmeer.example>... Domain of sender address l@oostmeer.example does not exist", SETTINGS),
    (550, "5.1.1 <s@kandidaat.example>... User unknown", ADDRESS),
    (530, "5.7.0 Authentication required", SETTINGS),
    (535, "5.7.8 Authentication credentials invalid", SETTINGS),
    (550, "Administrative prohibition", OTHER),
    (550, "rejected because 192.0.2.1 is in a black list at zen.spamhaus.org", OTHER),
    (550, "Your access to this mail system has been rejected due to the sending MTA's poor reputation", OTHER),
    (550, "no", OTHER),
    (552, "mailbox is full", OTHER),
]
# With the code of a report: RFC 3464, 2.3.4 and 2.3.6
OF_A_REPORT = [
    ("5.1.1", "smtp; 550 5.1.1 unknown", ADDRESS),
    ("5.1.0", "smtp; 550 5.1.0 Address rejected", ADDRESS),
    ("5.1.6", "smtp; 551 5.1.6 has moved", ADDRESS),
    ("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", ADDRESS),
    ("5.2.2", "smtp; 552 5.2.2 mailbox full", OTHER),
    ("4.2.2", "smtp; 452 4.2.2 mailbox full", OTHER),
    ("4.4.7", "smtp; delivery time expired", ADDRESS),
    ("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=kandidat.example", ADDRESS),
    ("5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable", ADDRESS),
    ("", "The recipient name is not recognized", ADDRESS),
    ("", "550 No such user here", ADDRESS),
    ("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a kandidaat.example account", ADDRESS),
    ("5.0.0", "smtp; 550 sevda@kandidaat.example: user unknown", ADDRESS),
    ("5.0.0", "smtp; 552 The mailbox is over quota", OTHER),
    ("5.1.8", "smtp; 553 5.1.8 <l@oostmeer.example>... Domain of sender address does not exist", SETTINGS),
    ("5.1.7", "smtp; 550 5.1.7 Bad sender's mailbox address syntax", SETTINGS),
    ("5.0.0", "smtp; 550 relay not permitted", SETTINGS),
    ("5.0.0", "smtp; 550 Verification failed for <l@oostmeer.example> Sender verify failed", SETTINGS),
    ("5.1.0", "smtp; 550 5.1.0 <l@oostmeer.example>: Sender address rejected: User unknown", SETTINGS),
    ("", "550 Helo command rejected: Host not found", SETTINGS),
    ("5.3.4", "smtp; 552 5.3.4 Message too big for system", OTHER),
    ("5.4.6", "X-Postfix; mail forwarding loop / mail for relay loops back to myself", OTHER),
    ("5.5.0", "smtp; 550 5.5.0 bad sequence of commands", OTHER),
    ("5.7.1", "smtp; 550 5.7.1 spam", OTHER),
    ("5.1.1", "smtp; 550 5.1.1 blocked using zen.spamhaus.org", OTHER),
    ("5.0.0", "smtp; 550 Administrative prohibition", OTHER),
    ("", "", OTHER),
]
OF_A_LETTER = [
    (554, "5.2.252 SendAsDenied; l@oostmeer.example not allowed to send as this sender", SETTINGS),
    (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", SETTINGS),
    (554, "5.7.1 spam", OTHER),
    (550, "no thanks", OTHER),
]


@pytest.mark.parametrize(("code", "words", "cause"), OF_A_RECIPIENT)
def test_classify_reply_to_a_recipient(code, words, cause):
    assert classify_smtp_reply(code, words, is_of_recipient=True) == cause


@pytest.mark.parametrize(("status", "words", "cause"), OF_A_REPORT)
def test_classify_bounce(status, words, cause):
    assert classify_bounce(status, words) == cause


@pytest.mark.parametrize(("code", "words", "cause"), OF_A_LETTER)
def test_classify_reply_to_a_whole_mail(code, words, cause):
    assert classify_smtp_reply(code, words, is_of_recipient=False) == cause
