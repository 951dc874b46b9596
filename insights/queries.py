"""Totals for the manager, without a name: what became of the rejections of a period."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext as _

from bookings.models import Booking
from candidates.models import Rejection
from insights.metrics import Figure
from insights.periods import Period
from organisation.models import Department
from referrals.models import Referral

TOLD = Q(notified_on__isnull=False)
INVITED = Q(application__invitation__isnull=False)
State, Outcome, Status = Referral.State, Referral.Outcome, Booking.Status


def rejections_in(period: Period, department: Department | None) -> QuerySet[Rejection]:
    """What the employer decided in the period; without a day of decision the day of entry counts."""
    found = Rejection.objects.filter(rejected_by=Rejection.RejectedBy.ORGANISATION)
    found = found.annotate(day=Coalesce("decided_on", TruncDate("created_at")))
    wished = {
        "application__vacancy__department": department,
        "day__gte": period.first,
        "day__lte": period.last,
    }
    return found.filter(**{name: value for name, value in wished.items() if value is not None})


def figures_of(period: Period, department: Department | None) -> list[Figure]:
    """Three statements, whatever the period holds."""
    rejections = rejections_in(period, department)
    way = _way_to_a_talk(rejections)
    talks = _talks(rejections)
    return [*way, *talks, *_referrals(rejections)]


def _way_to_a_talk(rejections: QuerySet[Rejection]) -> list[Figure]:
    booked = Exists(Booking.objects.filter(invitation__application=OuterRef("application")))
    counted = _counted(
        rejections.annotate(is_booked=booked),
        "application__candidate",
        {"all": Q(), "told": TOLD, "invited": INVITED, "booked": Q(is_booked=True)},
    )
    everybody = Figure(_("Rejections"), *counted["all"])
    told = Figure(_("Told to the candidate"), *counted["told"], everybody)
    invited = Figure(_("Invited for a talk"), *counted["invited"], everybody)
    return [everybody, told, invited, Figure(_("Booked a talk"), *counted["booked"], invited)]


def _talks(rejections: QuerySet[Rejection]) -> list[Figure]:
    bookings = Booking.objects.filter(invitation__application__rejection__in=rejections.values("pk"))
    states = {"all": Q(), **{str(state): Q(status=state) for state in Status}}
    counted = _counted(bookings, "invitation__application__candidate", states)
    everything = Figure(_("Appointments"), *counted["all"])
    return [
        everything,
        Figure(_("Talked"), *counted[Status.COMPLETED], everything),
        Figure(_("Missed each other"), *counted[Status.NO_SHOW], everything),
        Figure(_("Cancelled"), *counted[Status.CANCELLED], everything),
    ]


def _referrals(rejections: QuerySet[Rejection]) -> list[Figure]:
    referrals = Referral.objects.filter(booking__invitation__application__rejection__in=rejections.values("pk"))
    accepted = Q(answered_at__isnull=False) & Q(answer_reason="")
    steps = {"all": Q(), "yes": Q(consented_at__isnull=False), "accepted": accepted, "hired": Q(outcome=Outcome.HIRED)}
    counted = _counted(referrals, "booking__invitation__application__candidate", steps)
    proposed = Figure(_("Referrals proposed"), *counted["all"])
    consented = Figure(_("The candidate said yes"), *counted["yes"], proposed)
    taken = Figure(_("The recruiter got in touch"), *counted["accepted"], consented)
    return [proposed, consented, taken, Figure(_("Hired"), *counted["hired"], taken)]


def _counted(rows: QuerySet, person: str, groups: dict[str, Q]) -> dict[str, tuple[int, int]]:  # type: ignore[type-arg]
    """Per group how many rows, and of how many different people; one statement."""
    numbers = {f"{name}_number": Count("pk", filter=group, distinct=True) for name, group in groups.items()}
    people = {f"{name}_people": Count(person, filter=group, distinct=True) for name, group in groups.items()}
    found = rows.order_by().aggregate(**numbers, **people)
    return {name: (found[f"{name}_number"], found[f"{name}_people"]) for name in groups}
