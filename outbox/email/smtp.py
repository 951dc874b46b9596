"""Send mail by SMTP, over one connection for as long as it works."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from outbox.backends import Backend, DatabaseBackend, DeliveryError, PermanentError, TemporaryError
from outbox.email.mime import EmailContent, PreparedEmail, to_ascii_address
from outbox.email.provider_headers import metadata_header
from outbox.email.smtp_codes import BounceCause, classify_smtp_reply
from outbox.message_ids import message_id_of, thread_id_of
from outbox.models import Message
from outbox.reply_addresses import bounce_address
from outbox.templates import html_page

Reason = Message.Reason
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
CLOSING_CODE = "421"  # RFC 5321, 3.8: the server closes the connection, whatever the command was


def backend() -> Backend:
    return SmtpBackend() if settings.EMAIL_URL else DatabaseBackend()


class SmtpBackend:
    """Delivery backend that keeps its SMTP connection open between messages."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, message: Message, *, now: datetime, final_check: Callable[[], None]) -> str:
        """Send a message and return its Message-ID, the same when it is sent again. Raises DeliveryError."""
        content = to_email_content(message)
        prepared = _prepare(content, sent_at=now)
        connection = self._open()
        final_check()
        try:
            connection.send_messages([prepared])
        except (UnicodeError, smtplib.SMTPNotSupportedError) as error:  # the server does not support such an address
            raise PermanentError(Reason.ADDRESS) from error
        except OSError as error:
            delivery_error = to_delivery_error(error)
            if not isinstance(error, smtplib.SMTPRecipientsRefused) or delivery_error.code == CLOSING_CODE:
                self.close()
            raise delivery_error from error
        return content.message_id

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            _close_quietly(connection)

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except smtplib.SMTPAuthenticationError as error:
                _close_quietly(connection)
                raise TemporaryError(Reason.SETTINGS, code=error.smtp_code, is_provider_down=True) from error
            except OSError as error:  # refused, no such host, timed out, no TLS; SMTPException is one too
                _close_quietly(connection)
                raise TemporaryError(Reason.AWAY, is_provider_down=True) from error
            self._connection = connection
        return self._connection


def _close_quietly(connection: BaseEmailBackend) -> None:
    """Close a connection, also one that opened only partly, which Django keeps."""
    with suppress(OSError):
        connection.close()


def _prepare(content: EmailContent, *, sent_at: datetime) -> PreparedEmail:
    """Build the mail. An invalid recipient is a permanent error; an invalid address of ours waits for a new setting."""
    try:
        to_ascii_address(content.recipient_email)
    except ValidationError as error:
        raise PermanentError(Reason.ADDRESS) from error
    try:
        return PreparedEmail(content, sent_at=sent_at)
    except ValidationError as error:
        raise TemporaryError(Reason.SETTINGS) from error


def to_email_content(message: Message) -> EmailContent:
    return EmailContent(
        sender_name=message.sender_name,
        sender_email=message.sender_email,
        reply_to=message.reply_to,
        recipient_name=message.recipient_name,
        recipient_email=message.recipient,
        subject=message.subject,
        text=message.text,
        html=html_page(message.text, subject=message.subject, language=message.language),
        message_id=message_id_of(message.key),
        language=message.language,
        calendar=message.calendar,
        calendar_method=message.calendar_method,
        headers=tuple(_headers(message)),
        return_path=_return_path(message),
    )


def _headers(message: Message) -> Iterator[tuple[str, str]]:
    if message.thread:
        yield "In-Reply-To", thread_id_of(message.thread)
        yield "References", thread_id_of(message.thread)
    if message.unsubscribe_url:  # RFC 2369, 3.2 and RFC 8058: one-click unsubscribe
        yield "List-Unsubscribe", f"<{message.unsubscribe_url}>"
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    if settings.MAIL_WEBHOOK_SECRET:
        yield from metadata_header(message.key, host=settings.EMAIL_HOST)


def _return_path(message: Message) -> str:
    """Bounce address with the message key, so that any report identifies the message; "" when it is too long."""
    address = bounce_address(message.key)
    return address if len(address.rpartition("@")[0]) <= MAX_LOCAL_PART else ""


def to_delivery_error(error: OSError) -> DeliveryError:
    """Convert an error of smtplib: 4yz is temporary, 5yz is permanent (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _error_for_code(code, text, is_of_recipient=True)
    if isinstance(error, smtplib.SMTPSenderRefused):  # our own sender, the same for every message: a matter of settings
        is_settings = error.smtp_code >= 500
        return TemporaryError(
            Reason.SETTINGS if is_settings else Reason.BUSY, code=error.smtp_code, is_provider_down=is_settings
        )
    if isinstance(error, smtplib.SMTPResponseException):
        return _error_for_code(error.smtp_code, error.smtp_error, is_of_recipient=False)
    # The connection broke or timed out after the message was sent.
    return TemporaryError(Reason.AWAY, is_provider_down=True, is_uncertain=True)


def _error_for_code(code: int, text: bytes | str, *, is_of_recipient: bool) -> DeliveryError:
    """Error for a reply code. A problem of our settings fails no message: the queue waits and managers are alerted."""
    if code < 500:
        return TemporaryError(Reason.BUSY, code=code)
    reply = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    cause = classify_smtp_reply(code, reply, is_of_recipient=is_of_recipient)
    if cause is BounceCause.SETTINGS:
        return TemporaryError(Reason.SETTINGS, code=code, is_provider_down=True)
    return PermanentError(Reason.ADDRESS if cause is BounceCause.ADDRESS else Reason.REFUSED, code=code)
