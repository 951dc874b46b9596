"""Metric with the total that it is a part of. Small groups are hidden, because they can identify a person."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

MIN_GROUP_SIZE = 5


@dataclass(frozen=True)
class Metric:
    """`number` rows of `people` different people, as a part of `total` (None when it is a total itself)."""

    label: str
    number: int
    people: int
    total: "Metric | None" = None

    @property
    def is_hidden(self) -> bool:
        return self.people < MIN_GROUP_SIZE

    def __str__(self) -> str:
        """Text such as "31 of 39", "31" or "fewer than 5 people"."""
        if self.is_hidden:
            return _("fewer than %(number)s people") % {"number": MIN_GROUP_SIZE}
        if self.total is None or self.total.is_hidden:
            return str(self.number)
        return _("%(number)s of %(whole)s") % {"number": self.number, "whole": self.total.number}
