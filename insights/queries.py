"""Metrics for the manager: what followed from the rejections of a period. Totals without names."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _

from bookings.models import Booking
from candidates.models import Rejection
from insights.metrics import Metric, protect_chain, protect_from_rest, protect_parts
from insights.periods import Period
from organisation.models import Department
from referrals.models import Referral

TOLD = Q(notified_on__isnull=False)
INVITED = Q(application__invitation__isnull=False)
State, Outcome, Status = Referral.State, Referral.Outcome, Booking.Status


def rejections_in(period: Period, department: Department | None) -> QuerySet[Rejection]:
    """Rejections by the employer in the period, by the date of the decision or else of the entry."""
    found = Rejection.objects.filter(rejected_by=Rejection.RejectedBy.ORGANISATION)
    found = found.annotate(day=Coalesce("decided_on", TruncDate("created_at")))
    filters = {
        "application__vacancy__department": department,
        "day__gte": period.first,
        "day__lte": period.last,
    }
    return found.filter(**{name: value for name, value in filters.items() if value is not None})


def metrics_for(period: Period, department: Department | None) -> list[Metric]:
    """All metrics of a period, in three statements; six for a department, whose figures must not tell the others'."""
    metrics = _metrics(rejections_in(period, department))
    if department is None:
        return metrics
    elsewhere = rejections_in(period, None).exclude(application__vacancy__department=department)
    return protect_from_rest(metrics, _metrics(elsewhere))


def _metrics(rejections: QuerySet[Rejection]) -> list[Metric]:
    return [*_invitation_metrics(rejections), *_talk_metrics(rejections), *_referral_metrics(rejections)]


def _invitation_metrics(rejections: QuerySet[Rejection]) -> list[Metric]:
    booked = Exists(Booking.objects.filter(invitation__application=OuterRef("application")))
    counted = _counted(
        rejections.annotate(is_booked=booked),
        "application__candidate",
        {"all": Q(), "told": TOLD, "invited": INVITED, "booked": Q(is_booked=True)},
    )
    total = Metric(_("Rejections"), *counted["all"])
    told = Metric(_("Told to the candidate"), *counted["told"], total)
    invited = Metric(_("Invited for a talk"), *counted["invited"], total)
    return protect_chain([total, told, invited, Metric(_("Booked a talk"), *counted["booked"], invited)])


def _talk_metrics(rejections: QuerySet[Rejection]) -> list[Metric]:
    bookings = Booking.objects.filter(invitation__application__rejection__in=rejections.values("pk"))
    states = {"all": Q(), **{str(state): Q(status=state) for state in Status}}
    counted = _counted(bookings, "invitation__application__candidate", states)
    total = Metric(_("Appointments"), *counted["all"])
    parts = [
        Metric(_("Talked"), *counted[Status.COMPLETED], total),
        Metric(_("Missed each other"), *counted[Status.NO_SHOW], total),
        Metric(_("Cancelled"), *counted[Status.CANCELLED], total),
    ]
    return protect_parts(total, parts, unlisted=Metric("", *counted[Status.BOOKED]))


def _referral_metrics(rejections: QuerySet[Rejection]) -> list[Metric]:
    referrals = Referral.objects.filter(booking__invitation__application__rejection__in=rejections.values("pk"))
    accepted = Q(answered_at__isnull=False) & Q(answer_reason="")
    stages = {"all": Q(), "yes": Q(consented_at__isnull=False), "accepted": accepted, "hired": Q(outcome=Outcome.HIRED)}
    counted = _counted(referrals, "booking__invitation__application__candidate", stages)
    proposed = Metric(_("Referrals proposed"), *counted["all"])
    consented = Metric(_("The candidate said yes"), *counted["yes"], proposed)
    accepted_by_recruiter = Metric(_("The recruiter got in touch"), *counted["accepted"], consented)
    hired = Metric(_("Hired"), *counted["hired"], accepted_by_recruiter)
    return protect_chain([proposed, consented, accepted_by_recruiter, hired])


def _counted(rows: QuerySet, person: str, groups: dict[str, Q]) -> dict[str, tuple[int, int]]:  # type: ignore[type-arg]
    """Number of rows and of different people per group, in one statement."""
    numbers = {f"{name}_number": Count("pk", filter=group, distinct=True) for name, group in groups.items()}
    people = {f"{name}_people": Count(person, filter=group, distinct=True) for name, group in groups.items()}
    found = rows.order_by().aggregate(**numbers, **people)
    return {name: (found[f"{name}_number"], found[f"{name}_people"]) for name in groups}
