"""Who does something, as keys: what the audit trail keeps."""

from dataclasses import dataclass

from django.db.models import Model


def key_of(thing: Model) -> str:
    """ "booking:12"; a thing that is not stored yet has no number: "booking:new"."""
    return f"{thing._meta.model_name}:{thing.pk or 'new'}"


def number_of(key: str, name: str) -> int:
    """12 for "booking:12" when it is to be a booking; 0, which no row has, for a key of anything else."""
    kind, _colon, number = key.partition(":")
    return int(number) if kind == name and number.isdecimal() else 0


@dataclass(frozen=True)
class Actor:
    key: str
    origin: str  # web, api, worker, command

    @classmethod
    def of(cls, person: Model, *, origin: str = "web") -> "Actor":
        return cls(key=key_of(person), origin=origin)


SYSTEM = Actor(key="system", origin="worker")
COMMAND = Actor(key="system", origin="command")
STRANGER = Actor(key="stranger", origin="web")
