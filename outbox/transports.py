"""What a way out of the house is, and what may go wrong on it."""

from datetime import datetime
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
    """Worth another try. `is_away`: so would be every other message; `is_uncertain`: it may have left all the same."""

    def __init__(
        self, reason: Message.Reason, *, code: object = "", is_away: bool = False, is_uncertain: bool = False
    ) -> None:
        super().__init__(reason, code=code)
        self.is_away = is_away
        self.is_uncertain = is_uncertain


class Transport(Protocol):
    def send(self, message: Message, *, now: datetime) -> str:
        """Returns what the provider calls it, or "". Raises Trouble."""

    def close(self) -> None: ...


class Database:
    """Nothing leaves: the row is the message, and the demo page shows it."""

    def send(self, message: Message, *, now: datetime) -> str:
        return ""

    def close(self) -> None:
        pass
