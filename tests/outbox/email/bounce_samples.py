"""Delivery reports in the formats that servers send, written by us after:

Postfix: postfix.org/bounce.5.html and RFC 3464, appendix E · Exchange and Exchange Online:
learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages · Exim: `bounce_return_message` in
exim.org/exim-html-current/doc/html/spec_html and deliver.c · qmail: cr.yp.to/proto/qsbmf.txt · Gmail:
support.google.com/mail/answer/6596 · complaints: RFC 5965, appendix B. None was seen live.
"""

MIXED = """From: {sender}
To: {to}
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: {words_type}; charset=us-ascii

{words}
--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: {arrived}

Original-Recipient: rfc822;{recipient}
Final-Recipient: rfc822; {final}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--=_b
Content-Type: {returned_type}

Return-Path: <loopbaan@ziekenhuis-oostmeer.example>
Message-ID: {message_id}
From: "Marit de Wit" <loopbaan@ziekenhuis-oostmeer.example>
Subject: Je gesprek

--=_b--
"""
PLAIN = """From: {sender}
To: {to}
Subject: {subject}
{more}
{words}
"""
COMPLAINT = """From: <abuse@provider.example>
To: {to}
Subject: FW: Je gesprek
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"

--=_b
Content-Type: text/plain

This is an email abuse report for an email message received on Mon, 23 Nov 2026.

--=_b
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeGenerator/1.0
Version: 1

--=_b
Content-Type: message/rfc822

Message-ID: {message_id}
Subject: Je gesprek

Tot dinsdag.
--=_b--
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  weg@kandidaat.example
    SMTP error from remote mail server after RCPT TO:<weg@kandidaat.example>:
    host mx.example [192.0.2.1]: 550 5.1.1 <weg@kandidaat.example>... User Unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <loopbaan@ziekenhuis-oostmeer.example>
Message-Id: {message_id}
Subject: Je gesprek

Tot dinsdag. Kamer 4.2.2.
"""
EXIM_WARNING = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The message identifier is:     1X58pT-0004bZ-Co
No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered.

Message-ID: {message_id}
"""
QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<weg@kandidaat.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <loopbaan@ziekenhuis-oostmeer.example>
Message-ID: {message_id}
Subject: Je gesprek

Tot dinsdag.
"""
EXCHANGE_2003 = """Your message

  To:      weg@kandidaat.example
  Subject: Je gesprek

did not reach the following recipient(s):

weg@kandidaat.example on Mon, 23 Nov 2026 10:00:00 +0100
    The recipient name is not recognized
"""
EXCHANGE_HTML = """<html><body><p><b>Delivery has failed to these recipients or groups:</b></p>
<p><a href="mailto:weg@kandidaat.example">weg@kandidaat.example</a><br>The e-mail address you entered couldn't be
found.</p><p><b>Diagnostic information for administrators:</b></p>
<p>#550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found ##</p><p>Original message headers:</p>
<pre>Message-ID: &lt;{message_id_bare}&gt;
Subject: Je gesprek</pre></body></html>"""


def report(to, message_id, *, action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 unknown", **more):
    """A multipart/report, by default as Postfix writes it."""
    values = {
        "sender": "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "subject": "Undelivered Mail Returned to Sender",
        "words_type": "text/plain",
        "words": "This is the mail system at host mx.example.",
        "returned_type": "text/rfc822-headers",
        "arrived": "Mon, 23 Nov 2026 10:00:00 +0100",
        "recipient": "weg@kandidaat.example",
    } | more
    values = {"final": values["recipient"]} | values
    mail = MIXED.format(to=to, message_id=message_id, action=action, status=status, diagnostic=diagnostic, **values)
    return mail.replace("\n", "\r\n").encode()


def text_report(to, message_id, words, *, more="", sender="MAILER-DAEMON@mx.example", subject="failure notice"):
    """A report in plain text."""
    body = words.format(message_id=message_id, message_id_bare=message_id.strip("<>"))
    return PLAIN.format(sender=sender, to=to, subject=subject, more=more, words=body).replace("\n", "\r\n").encode()
