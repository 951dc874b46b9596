"""What a candidate can choose from: who, how, in which language, and when. Values in, values out."""

from dataclasses import dataclass

from advisors.availability.slot_rules import Terms
from advisors.availability.slots import Slot


@dataclass(frozen=True)
class Host:
    """Somebody who may hold this talk, and how; without open hours nobody is a host."""

    advisor_id: int
    name: str
    languages: frozenset[str]
    channels: frozenset[str]
    addresses: tuple[str, ...] = ()  # of the places where they hold talks


@dataclass(frozen=True)
class Choice:
    """How somebody wants to talk; without an advisor the first one free will do."""

    channel: str
    language: str
    advisor_id: int | None = None


@dataclass(frozen=True)
class Own:
    """The appointment that moves: choosing it again changes nothing."""

    choice: Choice
    start: int  # seconds, as of a slot

    def is_at(self, slot: Slot, choice: Choice) -> bool:
        """Whoever it is with, when the choice leaves that to us: the talk then stays with its advisor."""
        same_way = (choice.channel, choice.language) == (self.choice.channel, self.choice.language)
        return same_way and choice.advisor_id in (None, self.choice.advisor_id) and slot.start == self.start


@dataclass(frozen=True)
class Offer:
    hosts: tuple[Host, ...]
    slots: tuple[Slot, ...]  # of every host, channel and language; by start, then by advisor
    channels: tuple[str, ...]  # that somebody offers
    languages: tuple[str, ...]  # that policy knows and somebody speaks
    minutes: tuple[int, ...] = ()  # that a talk can take, the shortest first
    spoken_before: int | None = None  # the host with whom the candidate had a talk
    own: Own | None = None

    @property
    def address(self) -> str:
        """Where to come; empty when there is more than one place."""
        addresses = {address for host in self.hosts for address in host.addresses}
        return addresses.pop() if len(addresses) == 1 else ""

    @property
    def only_name(self) -> str:
        """Who it will be, when nobody else can hold it; whose turn it is among more is decided at the booking."""
        return self.hosts[0].name if len(self.hosts) == 1 else ""

    def name_of(self, advisor_id: int | None) -> str:
        return next((host.name for host in self.hosts if host.advisor_id == advisor_id), "")

    def free(self, choice: Choice) -> list[Slot]:
        """What can be booked under this choice, by start, then by advisor; not what the candidate has already."""
        fits: dict[Terms, bool] = {}
        for terms in {slot.terms for slot in self.slots}:
            fits[terms] = choice.channel in terms.channels and choice.language in terms.languages
        found = [slot for slot in self.slots if fits[slot.terms]]
        if choice.advisor_id is not None:
            found = [slot for slot in found if slot.advisor_id == choice.advisor_id]
        own = self.own
        return [slot for slot in found if not own.is_at(slot, choice)] if own else found

    def usual(self, language: str) -> Choice:
        """How a page starts: in the candidate's language when that can be, by the first channel that is free.

        A second talk starts with the same advisor, when they have a free moment.
        """
        language = language if language in self.languages else self.languages[0]
        choices = [
            Choice(channel, language, advisor_id)
            for advisor_id in dict.fromkeys((self.spoken_before, None))
            for channel in self.channels
        ]
        return next((choice for choice in choices if self.free(choice)), Choice(self.channels[0], language))

    def others(self, choice: Choice) -> list[Choice]:
        """Choices next to an empty one that do have free moments: anybody, then every other channel."""
        anybody = Choice(choice.channel, choice.language)
        channels = [Choice(channel, choice.language) for channel in self.channels if channel != choice.channel]
        return [other for other in (anybody, *channels) if other != choice and self.free(other)]
