"""Letters leave by SMTP, over one connection as long as it holds."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from outbox.channels import Database, Hopeless, Passing, Transport, Trouble
from outbox.email.mime import Letter, PreparedEmail, on_wire
from outbox.email.provider_headers import header_with_key
from outbox.email.smtp_codes import Blame, blame_of
from outbox.message_ids import message_id_of, root_of
from outbox.models import Message
from outbox.reply_addresses import bounce_address
from outbox.templates import html_of

Reason = Message.Reason
LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
CLOSING = "421"  # RFC 5321, 3.8: the server hangs up, whatever it was asked


def transport() -> Transport:
    return Smtp() if settings.EMAIL_URL else Database()


class Smtp:
    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: Message, *, now: datetime, last_look: Callable[[], None]) -> str:
        """Returns the Message-ID, which stays the same when a letter is sent again. Raises Trouble."""
        letter = letter_of(message)
        prepared = _prepared(letter, sent_at=now)
        connection = self._open()
        last_look()
        try:
            connection.send_messages([prepared])
        except (UnicodeError, smtplib.SMTPNotSupportedError) as error:  # a server that knows no such address
            raise Hopeless(Reason.ADDRESS) from error
        except OSError as error:
            trouble = trouble_of(error)
            if not isinstance(error, smtplib.SMTPRecipientsRefused) or trouble.code == CLOSING:
                self.close()
            raise trouble from error
        return letter.message_id

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            _hang_up(connection)

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except smtplib.SMTPAuthenticationError as error:
                _hang_up(connection)
                raise Passing(Reason.SETTINGS, code=error.smtp_code, is_away=True) from error
            except OSError as error:  # refused, no such host, timed out, no TLS; SMTPException is one too
                _hang_up(connection)
                raise Passing(Reason.AWAY, is_away=True) from error
            self._connection = connection
        return self._connection


def _hang_up(connection: BaseEmailBackend) -> None:
    """Also one that opened only halfway, which Django keeps."""
    with suppress(OSError):
        connection.close()


def _prepared(letter: Letter, *, sent_at: datetime) -> PreparedEmail:
    """Of what is no address the reader's is hopeless; ours waits for who mends the settings, and blames nobody."""
    try:
        on_wire(letter.recipient_email)
    except ValidationError as error:
        raise Hopeless(Reason.ADDRESS) from error
    try:
        return PreparedEmail(letter, sent_at=sent_at)
    except ValidationError as error:
        raise Passing(Reason.SETTINGS) from error


def letter_of(message: Message) -> Letter:
    return Letter(
        sender_name=message.sender_name,
        sender_email=message.sender_email,
        reply_to=message.reply_to,
        recipient_name=message.recipient_name,
        recipient_email=message.recipient,
        subject=message.subject,
        text=message.text,
        html=html_of(message.text, subject=message.subject, language=message.language),
        message_id=message_id_of(message.key),
        language=message.language,
        calendar=message.calendar,
        calendar_method=message.calendar_method,
        headers=tuple(_headers(message)),
        return_path=_return_path(message),
    )


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    if message.thread:
        yield "In-Reply-To", root_of(message.thread)
        yield "References", root_of(message.thread)
    if message.unsubscribe_url:  # RFC 2369, 3.2 and RFC 8058: a mail program shows a button that does it at once
        yield "List-Unsubscribe", f"<{message.unsubscribe_url}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    if settings.MAIL_WEBHOOK_SECRET:
        yield from header_with_key(message.key, host=settings.EMAIL_HOST)


def _return_path(message: Message) -> str:
    """So that a report says which letter it is about, whatever the other server puts into it."""
    address = bounce_address(message.key)
    return address if len(address.rpartition("@")[0]) <= LOCAL_PART else ""


def trouble_of(error: OSError) -> Trouble:
    """What an answer of the server means: 4yz is passing, 5yz is not (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return _by_code(code, words, is_of_recipient=True)
    if isinstance(error, smtplib.SMTPSenderRefused):  # our own sender: every letter has it, so no letter is to blame
        is_settings = error.smtp_code >= 500
        return Passing(Reason.SETTINGS if is_settings else Reason.BUSY, code=error.smtp_code, is_away=is_settings)
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error, is_of_recipient=False)
    return Passing(Reason.AWAY, is_away=True, is_uncertain=True)  # it broke off, or said nothing any more


def _by_code(code: int, words: bytes | str, *, is_of_recipient: bool) -> Trouble:
    """What is about our settings fails no letter: the queue waits, and the alarm tells."""
    if code < 500:
        return Passing(Reason.BUSY, code=code)
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    blame = blame_of(code, said, is_of_recipient=is_of_recipient)
    if blame is Blame.SETTINGS:
        return Passing(Reason.SETTINGS, code=code, is_away=True)
    return Hopeless(Reason.ADDRESS if blame is Blame.ADDRESS else Reason.REFUSED, code=code)
