"""Reads that more than one door needs: what can be booked."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from advisors.models import Advisor, Opening, TalkChannel
from advisors.queries import CHANNEL_FIELDS, channels_that_work, free_slots_of, languages_in, question_of
from advisors.slots import Question, Slot
from bookings.models import Booking, Invitation
from bookings.offers import Host, Offer
from organisation.models import Policy

ALTERNATIVES = 6
HOST_FIELDS = ("advisor__user__name", "advisor__languages", "location__address", *CHANNEL_FIELDS)


def pool_of(invitation: Invitation, *, advisor_id: int | None = None) -> QuerySet[Advisor]:
    """Who may hold this talk: never the one who gave the rejection as recruiter."""
    pool = Advisor.objects.active().exclude(user__rejections__application=invitation.application_id)
    return pool if advisor_id is None else pool.filter(pk=advisor_id)


def slots_for(
    invitation: Invitation,
    *,
    policy: Policy,
    now: datetime,
    channel: str | None = None,
    language: str | None = None,
    advisor_id: int | None = None,
    instead_of: Booking | None = None,
) -> list[Slot]:
    """Everything that can really be booked; `instead_of` counts the own appointment as free."""
    question = question_of(policy, now=now, channel=channel, language=language)
    without = instead_of.entry_id if instead_of else None
    return free_slots_of(pool_of(invitation, advisor_id=advisor_id), question, policy=policy, without_entry=without)


def hosts_of(invitation: Invitation, *, policy: Policy) -> tuple[Host, ...]:
    """The pool with its open hours summed up, in one statement, by name; who can be booked in no way is left out."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    openings = Opening.objects.filter(advisor__in=pool_of(invitation)).order_by("advisor__user__name", "advisor_id")
    for row in openings.values("advisor_id", *HOST_FIELDS):
        found[row["advisor_id"]].append(row)
    hosts = [_host(advisor_id, rows, policy) for advisor_id, rows in found.items()]
    return tuple(host for host in hosts if host.channels and host.languages)


def _host(advisor_id: int, rows: list[dict[str, Any]], policy: Policy) -> Host:
    in_use = [row["location__address"] for row in rows if row["location__is_active"]]
    return Host(
        advisor_id=advisor_id,
        name=rows[0]["advisor__user__name"],
        languages=languages_in(policy, rows[0]["advisor__languages"]),
        channels=frozenset[str]().union(*(channels_that_work(row) for row in rows)),
        addresses=tuple(sorted({address for address in in_use if address})),
    )


def offer_of(invitation: Invitation, *, policy: Policy, now: datetime, instead_of: Booking | None = None) -> Offer:
    """Everything that the candidate can choose from; five statements, whatever the number of advisors."""
    hosts = hosts_of(invitation, policy=policy)
    offered = frozenset[str]().union(*(host.channels for host in hosts))
    spoken = frozenset[str]().union(*(host.languages for host in hosts))
    return Offer(
        hosts=hosts,
        slots=tuple(slots_for(invitation, policy=policy, now=now, instead_of=instead_of)),
        channels=tuple(channel for channel in TalkChannel.values if channel in offered),
        languages=tuple(language for language in policy.languages if language in spoken),
    )


def minutes_of(pool: QuerySet[Advisor], policy: Policy) -> str:
    """How long a talk takes with any of them: "20", or "15 to 20" in the reader's language."""
    own = set(pool.order_by().values_list("session_minutes", flat=True).distinct()) or {None}
    lengths = {policy.session_minutes if minutes is None else minutes for minutes in own}
    if len(lengths) == 1:
        return str(lengths.pop())
    return _("%(shortest)d to %(longest)d") % {"shortest": min(lengths), "longest": max(lengths)}


def one_per_start(slots: list[Slot]) -> list[Slot]:
    """For "the first one free": each start once, whoever it is with."""
    seen: dict[datetime, Slot] = {}
    for slot in slots:
        seen.setdefault(slot.starts_at, slot)
    return list(seen.values())


def alternatives_near(slots: list[Slot], moment: datetime) -> list[Slot]:
    """A handful of free moments closest to the wished one, in order of time."""
    nearest = sorted(one_per_start(slots), key=lambda slot: abs(slot.starts_at - moment))[:ALTERNATIVES]
    return sorted(nearest, key=lambda slot: slot.starts_at)


def advisors_by_load(pool: QuerySet[Advisor], question: Question, *, policy: Policy) -> list[int]:
    """Who of the pool is free at the question's moment, the one with the fewest talks ahead first, then by number."""
    free = [slot.advisor_id for slot in free_slots_of(pool, question, policy=policy)]
    since = question.earliest - timedelta(days=1)
    standing = Booking.objects.standing().filter(advisor_id__in=free, starts_at__gte=since).order_by()
    ahead = dict(standing.values_list("advisor_id").annotate(talks=Count("pk")))
    return sorted(dict.fromkeys(free), key=lambda advisor_id: (ahead.get(advisor_id, 0), advisor_id))
