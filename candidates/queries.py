"""Queries on rejections and candidates."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from candidates.completeness import Missing, missing_parts
from candidates.models import Rejection
from core.message_schedule import MessageSchedule
from core.working_days import next_invitation_time
from organisation.models import User


class Tab(StrEnum):
    INCOMPLETE = "incomplete"
    NOTICE = "notice"
    COMPLETE = "complete"


def missing_parts_of(rejection: Rejection) -> tuple[Missing, ...]:
    """Missing parts of a stored rejection; fetch it with its reason and strengths."""
    reason = rejection.reason
    return missing_parts(
        reason_is_known=reason is not None,
        needs_component=reason is not None and reason.needs_component,
        has_component=rejection.component_id is not None,
        explanation=rejection.explanation,
        strengths=[strength.text for strength in rejection.strengths.all()],
    )


def rejections_for(user: User, *, tab: Tab, name: str = "") -> QuerySet[Rejection]:
    """Rejections that this recruiter may see, prefetched for a list: no query per row."""
    found = Rejection.objects.visible_to(user).filter(_in_tab(tab))
    for word in name.split():
        candidate = "application__candidate__"
        found = found.filter(
            Q(**{f"{candidate}first_name__icontains": word}) | Q(**{f"{candidate}last_name__icontains": word})
        )
    # The status of the invitation lies in bookings, a higher app: it is reached by the reverse relation only.
    return found.select_related(
        "application__candidate", "application__vacancy", "application__invitation", "reason"
    ).prefetch_related("strengths", "application__invitation__bookings")


def counts_per_tab(user: User) -> dict[Tab, int]:
    """Number of rejections per tab, in one statement."""
    counts = {str(tab): Count("pk", filter=_in_tab(tab)) for tab in Tab}
    found = Rejection.objects.visible_to(user).order_by().aggregate(**counts)
    return {tab: found[str(tab)] for tab in Tab}


def _in_tab(tab: Tab) -> Q:
    by_organisation = Q(rejected_by=Rejection.RejectedBy.ORGANISATION)
    notified = Q(notified_on__isnull=False)
    complete = Q(completed_at__isnull=False)
    if tab is Tab.INCOMPLETE:
        return by_organisation & ~complete
    if tab is Tab.NOTICE:
        return by_organisation & ~notified
    return (complete & notified) | ~by_organisation


def is_invited(rejection: Rejection) -> bool:
    return Rejection.objects.invited().filter(pk=rejection.pk).exists()


def invitation_expected_at(
    *, notified_on: date, invite_from: date | None = None, now: datetime, zone: ZoneInfo, times: MessageSchedule
) -> datetime:
    """Earliest time (UTC) of the invitation after a notice on this day: never on the day itself."""
    first = max(notified_on + timedelta(days=1), invite_from or date.min)
    return next_invitation_time(max(now, datetime.combine(first, time(), tzinfo=zone)), zone, times)
