"""Metrics, each a part of a total. What can identify a person is hidden.

A figure about fewer than five people is hidden. So is one that gives such a figure by subtraction: "21 of 22 invited"
says who was not. Shown figures of a chain (rejected, told, invited) differ by nothing or by five people or more, and
what the shown parts of a whole leave is nothing or five people or more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

MIN_GROUP_SIZE = 5


@dataclass(frozen=True)
class Metric:
    """`number` rows of `people` different people, as a part of `total` (None when it is a total itself)."""

    label: str
    number: int
    people: int
    total: "Metric | None" = None
    outside: int = 0  # people in the rest of the total at least, when other parts tell
    reveals_others: bool = False  # with other figures it tells a small group

    @property
    def is_small(self) -> bool:
        return self.people < MIN_GROUP_SIZE

    @property
    def has_small_rest(self) -> bool:
        """True when the rest of the total is somebody, but fewer than five people as far as is known."""
        if self.total is None or self.total.is_hidden or self.total.number == self.number:
            return False
        return max(self.total.people - self.people, self.outside) < MIN_GROUP_SIZE

    @property
    def is_hidden(self) -> bool:
        return self.is_small or self.reveals_others or self.has_small_rest

    def __str__(self) -> str:
        """Text such as "31 of 39", "31", "fewer than 5 people" or "hidden"."""
        if self.is_small:
            return _("fewer than %(number)s people") % {"number": MIN_GROUP_SIZE}
        if self.is_hidden:
            return _("hidden")
        if self.total is None or self.total.is_hidden:
            return str(self.number)
        return _("%(number)s of %(whole)s") % {"number": self.number, "whole": self.total.number}


def protect_chain(metrics: Sequence[Metric]) -> list[Metric]:
    """Hide what differs too little from the figure shown before it. Each metric is a part of the one before it.

    The people in a difference are at least the difference of the people, as one person may have several rows.
    """
    shown, revealing = metrics[0], set()
    for metric in metrics[1:]:
        if shown.number != metric.number and shown.people - metric.people < MIN_GROUP_SIZE:
            revealing.add(metric.label)
        elif not metric.is_small:
            shown = metric
    return hide(metrics, revealing)


def protect_parts(total: Metric, parts: Sequence[Metric], *, unlisted: Metric) -> list[Metric]:
    """The total and its parts, which exclude each other, with the smallest shown part hidden when the rest is small.

    `unlisted` is the part that the page does not list. The people in the rest are at least those of its largest part.
    """
    small = [unlisted, *(part for part in parts if part.is_small)]
    shown = sorted((part for part in parts if not part.is_small), key=lambda part: (part.people, part.number))
    is_rest_small = any(part.number for part in small) and max(part.people for part in small) < MIN_GROUP_SIZE
    extra = {part.label for part in shown[:1]} if is_rest_small else set()
    known = [
        replace(part, outside=max(other.people for other in (unlisted, *parts) if other is not part)) for part in parts
    ]
    return hide([total, *known], extra)


def protect_from_rest(metrics: Sequence[Metric], rest: Sequence[Metric]) -> list[Metric]:
    """Hide the figures of a selection that tell, with those of everybody, the figure of a small rest."""
    return hide(
        metrics, {one.label for one, other in zip(metrics, rest, strict=True) if other.number and other.is_small}
    )


def hide(metrics: Sequence[Metric], labels: Collection[str]) -> list[Metric]:
    """The metrics, with these hidden, also where they are the total of others."""
    done: dict[str, Metric] = {}
    for metric in metrics:
        total = done[metric.total.label] if metric.total else None
        is_revealing = metric.reveals_others or metric.label in labels
        done[metric.label] = replace(metric, total=total, reveals_others=is_revealing)
    return list(done.values())
