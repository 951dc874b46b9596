"""A figure and what it is part of. Small groups stay hidden: behind "1 of 2" stands a person."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

FEWEST = 5


@dataclass(frozen=True)
class Figure:
    """`number` things of `people` different people, out of `whole`; no whole for what is the whole itself."""

    label: str
    number: int
    people: int
    whole: "Figure | None" = None

    @property
    def is_hidden(self) -> bool:
        return self.people < FEWEST

    def __str__(self) -> str:
        """`31 of 39`, `31`, `fewer than 5`."""
        if self.is_hidden:
            return _("fewer than %(number)s people") % {"number": FEWEST}
        if self.whole is None or self.whole.is_hidden:
            return str(self.number)
        return _("%(number)s of %(whole)s") % {"number": self.number, "whole": self.whole.number}
