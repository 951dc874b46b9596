"""Options of a candidate who books: advisors, channels, languages and slots. Pure."""

from dataclasses import dataclass

from advisors.availability.slot_rules import SlotRules
from advisors.availability.slots import Slot


@dataclass(frozen=True)
class BookableAdvisor:
    """Advisor with open hours who is eligible for the booking."""

    advisor_id: int
    name: str
    languages: frozenset[str]
    channels: frozenset[str]
    addresses: tuple[str, ...] = ()  # of the locations where they work


@dataclass(frozen=True)
class SlotFilter:
    """Filter on slots; without an advisor, any advisor who is free."""

    channel: str
    language: str
    advisor_id: int | None = None


@dataclass(frozen=True)
class CurrentBooking:
    """Slot of the booking that is being moved; choosing it again changes nothing."""

    slot_filter: SlotFilter
    start: int  # Unix seconds

    def matches(self, slot: Slot, slot_filter: SlotFilter) -> bool:
        """True for the current slot; with any advisor when the filter names none, because the advisor then stays."""
        own = self.slot_filter
        is_same_way = (slot_filter.channel, slot_filter.language) == (own.channel, own.language)
        return is_same_way and slot_filter.advisor_id in (None, own.advisor_id) and slot.start == self.start


@dataclass(frozen=True)
class BookingOptions:
    """Everything a candidate can choose from on the booking page."""

    advisors: tuple[BookableAdvisor, ...]
    slots: tuple[Slot, ...]  # of every advisor, channel and language; by start, then by advisor
    channels: tuple[str, ...]  # offered by at least one advisor
    languages: tuple[str, ...]  # of the policy, spoken by at least one advisor
    durations: tuple[int, ...] = ()  # possible durations, shortest first
    previous_advisor_id: int | None = None  # advisor of an earlier completed booking
    current: CurrentBooking | None = None

    @property
    def address(self) -> str:
        """The address when there is only one, else ""."""
        addresses = {address for advisor in self.advisors for address in advisor.addresses}
        return addresses.pop() if len(addresses) == 1 else ""

    @property
    def only_advisor_name(self) -> str:
        """Name of the advisor when there is only one; among several the assignment is made at booking."""
        return self.advisors[0].name if len(self.advisors) == 1 else ""

    def advisor_name(self, advisor_id: int | None) -> str:
        return next((advisor.name for advisor in self.advisors if advisor.advisor_id == advisor_id), "")

    def free_slots(self, slot_filter: SlotFilter) -> list[Slot]:
        """Slots that pass the filter, by start, then by advisor, without the slot of the current booking."""
        fits: dict[SlotRules, bool] = {}
        for rules in {slot.rules for slot in self.slots}:
            fits[rules] = slot_filter.channel in rules.channels and slot_filter.language in rules.languages
        found = [slot for slot in self.slots if fits[slot.rules]]
        if slot_filter.advisor_id is not None:
            found = [slot for slot in found if slot.advisor_id == slot_filter.advisor_id]
        current = self.current
        return [slot for slot in found if not current.matches(slot, slot_filter)] if current else found

    def default_filter(self, language: str) -> SlotFilter:
        """Filter with which a page opens: the candidate's language if possible, the first channel with free slots.

        A candidate who had a session before starts with the same advisor, if that advisor has free slots.
        """
        language = language if language in self.languages else self.languages[0]
        filters = [
            SlotFilter(channel, language, advisor_id)
            for advisor_id in dict.fromkeys((self.previous_advisor_id, None))
            for channel in self.channels
        ]
        return next((one for one in filters if self.free_slots(one)), SlotFilter(self.channels[0], language))

    def other_filters(self, slot_filter: SlotFilter) -> list[SlotFilter]:
        """Filters with free slots to suggest beside an empty one: any advisor, then every other channel."""
        any_advisor = SlotFilter(slot_filter.channel, slot_filter.language)
        others = [any_advisor, *(SlotFilter(channel, slot_filter.language) for channel in self.channels)]
        return [other for other in dict.fromkeys(others) if other != slot_filter and self.free_slots(other)]
