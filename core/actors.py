"""Actors and objects as keys ("booking:12"), the form in which the audit trail and messages store them."""

from dataclasses import dataclass

from django.db.models import Model


def object_key(thing: Model) -> str:
    """Key such as "booking:12"; "booking:new" for an object that is not saved yet.

    A model that was renamed keeps its first name here, in `key_name`: stored keys do not change.
    """
    name = getattr(thing, "key_name", thing._meta.model_name)
    return f"{name}:{thing.pk or 'new'}"


def pk_from_key(key: str, name: str) -> int:
    """Primary key in a key of the given model: 12 for "booking:12"; 0, which no row has, for any other key."""
    kind, _colon, number = key.partition(":")
    return int(number) if kind == name and number.isdecimal() else 0


@dataclass(frozen=True)
class Actor:
    """Person or program that performs an action."""

    key: str
    origin: str  # web, api, worker, command

    @classmethod
    def of(cls, person: Model, *, origin: str = "web") -> "Actor":
        return cls(key=object_key(person), origin=origin)


SYSTEM = Actor(key="system", origin="worker")
COMMAND = Actor(key="system", origin="command")
STRANGER = Actor(key="stranger", origin="web")
