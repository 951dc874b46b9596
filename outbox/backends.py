"""The interface of what sends messages, and the errors that it raises."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from outbox.models import Message


class DeliveryError(Exception):
    """The message was not sent, or perhaps not. `code` is the provider's, at most 20 characters of it."""

    def __init__(self, reason: Message.Reason, *, code: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = str(code or "")[:20]


class PermanentError(DeliveryError):
    """Another attempt would get the same answer."""


class TemporaryError(DeliveryError):
    """Worth another attempt.

    `is_provider_down`: other messages would fail as well. `is_uncertain`: it may have been sent all the same.
    `retry_after`: the pause that the provider asks for.
    """

    def __init__(
        self,
        reason: Message.Reason,
        *,
        code: object = "",
        is_provider_down: bool = False,
        is_uncertain: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, code=code)
        self.is_provider_down = is_provider_down
        self.is_uncertain = is_uncertain
        self.retry_after = retry_after


class Deferred(DeliveryError):
    """Not attempted, and to be requeued until the given time, such as the end of quiet hours."""

    def __init__(self, *, until: datetime, reason: Message.Reason = Message.Reason.QUIET) -> None:
        super().__init__(reason)
        self.until = until


class Suppressed(DeliveryError):
    """Not attempted, and never to be: policy or the recipient forbids it. Its fallback is sent instead."""


class Backend(Protocol):
    """Sends the messages of one transport, over one connection where it can."""

    def send(self, message: Message, *, now: datetime, final_check: Callable[[], None]) -> str:
        """Send the message; returns the provider's id of it, or "". Raises DeliveryError.

        Calls `final_check` right before the first byte of this message, after everything that takes time, such as
        connecting. It raises DeliveryError when the message may not be sent any more.
        """

    def close(self) -> None: ...


class DatabaseBackend:
    """Sends nothing: the row is the message, and the demo page shows it."""

    def send(self, message: Message, *, now: datetime, final_check: Callable[[], None]) -> str:
        final_check()
        return ""

    def close(self) -> None:
        pass
