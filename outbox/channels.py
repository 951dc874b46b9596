"""What a way out of the house is, and what may go wrong on it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from outbox.models import Message


class Trouble(Exception):
    """The message did not leave, or perhaps not."""

    def __init__(self, reason: Message.Reason, *, code: object = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = str(code or "")[:20]


class Hopeless(Trouble):
    """Trying again would give the same answer."""


class Passing(Trouble):
    """Worth another try. `is_away`: so would be every other message; `is_uncertain`: it may have left all the same;
    `after`: how long the provider asks us to wait."""

    def __init__(
        self,
        reason: Message.Reason,
        *,
        code: object = "",
        is_away: bool = False,
        is_uncertain: bool = False,
        after: timedelta | None = None,
    ) -> None:
        super().__init__(reason, code=code)
        self.is_away = is_away
        self.is_uncertain = is_uncertain
        self.after = after


class NotNow(Trouble):
    """Nobody tried: it waits until then, such as until the night is over where the reader is. Not an attempt."""

    def __init__(self, *, until: datetime, reason: Message.Reason = Message.Reason.QUIET) -> None:
        super().__init__(reason)
        self.until = until


class NotAllowed(Trouble):
    """Nobody tried, and nobody will: policy or the receiver says no. What stands by for it leaves instead."""


class Transport(Protocol):
    def send(self, message: Message, *, now: datetime, last_look: Callable[[], None]) -> str:
        """Returns what the provider calls it, or "". Raises Trouble.

        `last_look` is called right before the first byte of this message, after whatever took time: it raises
        Trouble when the message may not leave any more.
        """

    def close(self) -> None: ...


class Database:
    """Nothing leaves: the row is the message, and the demo page shows it."""

    def send(self, message: Message, *, now: datetime, last_look: Callable[[], None]) -> str:
        last_look()
        return ""

    def close(self) -> None:
        pass
