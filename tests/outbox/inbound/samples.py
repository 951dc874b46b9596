"""Inbound mails in the formats that mail programs are documented to send; all written by us."""

from outbox.reply_addresses import reply_address

INBOX = "antwoord@oostmeer.example"
SEVDA = "sevda@kandidaat.example"

REPLY = """BEGIN:VCALENDAR
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
ATTENDEE;PARTSTAT=DECLINED;CN=Sevda Çelik:mailto:sevda@kandidaat.example
SUMMARY;LANGUAGE=nl-NL:Geweigerd: Gesprek
UID:1@oostmeer.example
SEQUENCE:0
DTSTAMP:20261123T090000Z
END:VEVENT
END:VCALENDAR
"""


def mail(body="Ik kom wat later.", *, to=None, about="booking:1", **headers):
    """Bytes of a mail to a reply address; a header that is None is left out, `content_type` is Content-Type."""
    said = {
        "from": f'"Sevda Aydin" <{SEVDA}>',
        "to": to or reply_address(about),
        "subject": "Re: Je gesprek",
        "date": "Mon, 23 Nov 2026 09:00:00 +0100",
        "message_id": "<een@kandidaat.example>",
        "content_type": "text/plain; charset=utf-8",
    } | headers
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in said.items() if value is not None]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


def parts(*contents, boundary="grens", **headers):
    """A multipart mail; each part is (headers, body), of which the body may be bytes."""
    body = b""
    for head, content in contents:
        content = content if isinstance(content, bytes) else content.encode()
        body += f"--{boundary}\r\n".encode() + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    kind = headers.pop("content_type", "multipart/mixed")
    return mail(body + f"--{boundary}--\r\n".encode(), content_type=f'{kind}; boundary="{boundary}"', **headers)


def calendar_mail(content=REPLY, *, said="text/calendar; charset=utf-8; method=REPLY", **headers):
    return parts(
        ("Content-Type: text/plain; charset=utf-8", "Sorry, ik ben ziek."),
        (f"Content-Type: {said}", content),
        **headers,
    )
