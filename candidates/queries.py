"""Reads that more than one door needs."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, groupby

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from candidates.completeness import Missing, missing_of
from candidates.models import Candidate, Rejection
from organisation.models import User


class Tab(StrEnum):
    INCOMPLETE = "incomplete"
    NOTICE = "notice"
    COMPLETE = "complete"


@dataclass(frozen=True)
class Pair:
    """Two candidates with one mail address; the older first."""

    older: Candidate
    younger: Candidate


def missing_in(rejection: Rejection) -> tuple[Missing, ...]:
    """What a stored rejection lacks. Fetch it with its reason and strengths."""
    reason = rejection.reason
    return missing_of(
        reason_is_known=reason is not None,
        needs_component=reason is not None and reason.needs_component,
        has_component=rejection.component_id is not None,
        explanation=rejection.explanation,
        strengths=[strength.text for strength in rejection.strengths.all()],
    )


def rejections_of(user: User, *, tab: Tab, name: str = "") -> QuerySet[Rejection]:
    """What this recruiter sees, with all that a row shows: no further queries, however many rows."""
    found = _in_tab(Rejection.objects.visible_to(user), tab)
    for word in name.split():
        candidate = "application__candidate__"
        found = found.filter(
            Q(**{f"{candidate}first_name__icontains": word}) | Q(**{f"{candidate}last_name__icontains": word})
        )
    # upwards by the reverse relation: what came of the invitation stands in bookings
    return found.select_related(
        "application__candidate", "application__vacancy", "application__invitation", "reason"
    ).prefetch_related("strengths", "application__invitation__bookings")


def counts_per_tab(user: User) -> dict[Tab, int]:
    return {tab: _in_tab(Rejection.objects.visible_to(user), tab).count() for tab in Tab}


def same_person_pairs(user: User) -> list[Pair]:
    """Candidates who share a mail address, when this recruiter may see either and nobody said that they are two."""
    shared = (
        Candidate.objects.order_by()
        .annotate(address=Lower("email"))
        .values("address")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    visible = set(Candidate.objects.visible_to(user).values_list("pk", flat=True))
    found = (
        Candidate.objects.annotate(address=Lower("email"))
        .filter(address__in=shared.values("address"))
        .order_by("address", "pk")
        .prefetch_related("sources", "distinct_from", "applications__vacancy__recruiter")
    )
    return [
        Pair(older, younger)
        for _address, group in groupby(found, key=lambda candidate: candidate.email.lower())
        for older, younger in combinations(group, 2)
        if {older.pk, younger.pk} & visible and younger not in older.distinct_from.all()
    ]


def _in_tab(rejections: QuerySet[Rejection], tab: Tab) -> QuerySet[Rejection]:
    ours, told = Q(rejected_by=Rejection.RejectedBy.ORGANISATION), Q(notified_on__isnull=False)
    complete = Q(completed_at__isnull=False)
    if tab is Tab.INCOMPLETE:
        return rejections.filter(ours & ~complete)
    if tab is Tab.NOTICE:
        return rejections.filter(ours & ~told)
    return rejections.filter((complete & told) | ~ours)


def is_invited(rejection: Rejection) -> bool:
    return Rejection.objects.invited().filter(pk=rejection.pk).exists()
