"""Candidates with the same mail address, as one recruiter may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Value, When, Window
from django.db.models.functions import Lower, RowNumber

from candidates.models import Application, Candidate, DuplicateConfirmation
from organisation.models import User

MAX_SHARED = 5_000  # own candidates who share an address, of whom the undecided ones are sought
MAX_PER_ADDRESS = 5  # pairs shown of one address; answering shows the next ones
Distinct = Candidate.distinct_from.through


@dataclass(frozen=True)
class DuplicatePair:
    """Candidate of this recruiter, and another one with the same mail address."""

    own: Candidate
    other: Candidate
    is_visible: bool  # the other one; if not, a page shows initials only

    @property
    def initials(self) -> str:
        return " ".join(f"{name[0]}." for name in (self.other.first_name, self.other.last_name) if name)


def open_addresses(user: User) -> QuerySet[Any, Any]:
    """Addresses about which this recruiter has to decide, each with the key of the first own candidate.

    Rows are {"address": "s@kandidaat.example", "first": 7}.
    """
    same_address = Candidate.objects.annotate(other_address=Lower("email")).filter(other_address=OuterRef("address"))
    own = Candidate.objects.annotate(address=Lower("email")).order_by()
    # First the few who share an address: with the other conditions in one statement, all candidates would be read.
    shared = own.visible_to(user).filter(Exists(same_address.exclude(pk=OuterRef("pk"))))
    keys = list(shared.values_list("pk", flat=True)[:MAX_SHARED])
    others = _undecided(same_address, OuterRef("pk"), nested=OuterRef(OuterRef("pk")), visible=keys)
    return own.filter(Exists(others), pk__in=keys).values("address").annotate(first=Min("pk")).order_by("address")


def duplicate_pairs(user: User, addresses: Mapping[str, int]) -> list[DuplicatePair]:
    """Pairs of the first own candidate of each address with at most `MAX_PER_ADDRESS` others."""
    if not addresses:
        return []
    own_applications = Application.objects.visible_to(user).select_related("vacancy__recruiter")
    applications = Prefetch("applications", queryset=own_applications)
    whens = [When(address=address, then=Value(key)) for address, key in addresses.items()]
    of_addresses = Candidate.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    visible = list(of_addresses.visible_to(user).order_by().values_list("pk", flat=True))
    rows: QuerySet[Any] = of_addresses.annotate(first=Case(*whens, output_field=BigIntegerField()))
    others = list(
        _undecided(rows, F("first"), nested=OuterRef("first"), visible=visible)
        .annotate(place=Window(RowNumber(), partition_by=F("address"), order_by="pk"))
        .filter(place__lte=MAX_PER_ADDRESS)
        .order_by("address", "pk")
        .prefetch_related("sources", applications)
    )
    own = Candidate.objects.prefetch_related("sources", applications).in_bulk(list(addresses.values()))
    return [DuplicatePair(own[one.first], one, is_visible=one.pk in visible) for one in others]


def may_answer(user: User, *, older: Candidate, younger: Candidate) -> bool:
    """True when this recruiter may decide now: about a pair of which they see both, or when it is their turn.

    The older candidate was known first: only when its recruiter says that it is one person is the other one asked, so
    that nobody learns of a colleague's candidate by entering an address.
    """
    seen = set(Candidate.objects.visible_to(user).filter(pk__in=[older.pk, younger.pk]).values_list("pk", flat=True))
    confirmed = DuplicateConfirmation.objects.filter(older=older, younger=younger)
    return older.pk in seen or (younger.pk in seen and confirmed.exists())


def _undecided(others: QuerySet[Any], me: Any, *, nested: OuterRef, visible: list[int]) -> QuerySet[Any]:
    """Candidates whom a recruiter compares with their own one `me`, a reference; `nested` is it from a subquery.

    `visible`: keys of those with the same address whom the recruiter may see.
    """
    apart = Distinct.objects.filter(from_candidate=OuterRef("pk"), to_candidate=nested)
    asked = DuplicateConfirmation.objects.filter(older=nested, younger=OuterRef("pk"))
    confirmed = DuplicateConfirmation.objects.filter(older=OuterRef("pk"), younger=nested)
    turn = Q(pk__in=visible) | (Q(pk__gt=me) & ~Exists(asked)) | (Q(pk__lt=me) & Exists(confirmed))
    return others.exclude(pk=me).filter(turn, ~Exists(apart))
