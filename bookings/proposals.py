"""Another moment for a talk, as somebody's calendar program proposed it. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Proposal:
    starts_at: datetime
    is_free: bool
    may_move: bool  # it is not too late for that
    nearest: tuple[datetime, ...] = ()  # what is free instead, in order of time
