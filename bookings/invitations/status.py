"""Status of an invitation: annotated for staff in one statement, and as the candidate sees it."""

from datetime import date, datetime
from enum import StrEnum

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Substr
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Invitation, WaitlistEntry
from candidates.models import application_keys_of
from core.lookups import in_keys
from organisation.models import User
from outbox.models import Message

INVITATION_KEY = "invitation:"


class InvitationOutcome(TextChoices):
    WAITING = "waiting", _("No reaction yet")
    REMINDED = "reminded", _("Reminded, no reaction yet")
    ON_LIST = "on_list", _("On the waiting list")
    BOOKED = "booked", _("Talk planned")
    TALKED = "completed", _("Talked")
    MISSED = "no_show", _("Missed each other")
    CANCELLED = "cancelled", _("Cancelled, no new moment yet")
    UNDELIVERED = "undelivered", _("The letter could not be delivered")
    ENDED = "ended", _("Ended without a reaction")
    STOPPED = "stopped", _("Wants no messages")


def with_outcome(invitations: QuerySet[Invitation], *, day: date, only: str = "") -> QuerySet[Invitation]:
    """Annotate `outcome` on this day, and `talk_status` and `talk_at` of the latest booking; `only` filters."""
    latest = Booking.objects.filter(invitation=OuterRef("pk")).order_by("-booked_at", "-pk")
    annotated = invitations.annotate(
        talk_status=Subquery(latest.values("status")[:1]), talk_at=Subquery(latest.values("starts_at")[:1])
    )
    conditions = _conditions(day)
    outcome = Case(
        *(When(condition, then=Value(outcome.value)) for outcome, condition in conditions.items()),
        default=Value(InvitationOutcome.WAITING.value),
        output_field=CharField(),
    )
    found = _with_only(annotated, InvitationOutcome(only), conditions) if only else annotated
    return found.annotate(outcome=outcome)


def _conditions(day: date) -> dict[InvitationOutcome, Q]:
    """Condition of each outcome but the last, `WAITING`; the first that is true counts."""
    on_list = WaitlistEntry.objects.waiting().filter(invitation=OuterRef("pk"))
    stopped = Q(application__candidate__messages_stopped_at__isnull=False) | Q(declined_at__isnull=False)
    return {
        **{InvitationOutcome(status): Q(talk_status=status) for status in Booking.Status.values},
        InvitationOutcome.STOPPED: stopped,
        InvitationOutcome.UNDELIVERED: Q(_letter_failed()),
        InvitationOutcome.ENDED: Q(open_until__lt=day) | Q(withdrawn_at__isnull=False),
        InvitationOutcome.ON_LIST: Q(Exists(on_list)),
        InvitationOutcome.REMINDED: Q(reminded_at__isnull=False),
    }


def _with_only(
    invitations: QuerySet[Invitation], only: InvitationOutcome, conditions: dict[InvitationOutcome, Q]
) -> QuerySet[Invitation]:
    """Filter by a condition per outcome, which starts at the rare side: a CASE would be computed for every row."""
    if only.value in Booking.Status.values:
        with_status = Booking.objects.filter(status=only.value).values("invitation")
        return invitations.filter(conditions[only], pk__in=with_status)
    found = invitations.filter(~Exists(Booking.objects.filter(invitation=OuterRef("pk"))), _rare_side(only))
    for outcome, condition in conditions.items():
        if outcome is only:
            return found.filter(condition)
        if outcome.value not in Booking.Status.values:
            found = found.exclude(condition)
    return found


def _rare_side(only: InvitationOutcome) -> Q:
    """Cheap condition that every invitation with this outcome meets: keys that an index finds."""
    if only is InvitationOutcome.STOPPED:
        rows = Invitation.objects.order_by().values("pk")
        declined = rows.filter(declined_at__isnull=False)
        return Q(pk__in=declined.union(rows.filter(application__candidate__messages_stopped_at__isnull=False)))
    if only is InvitationOutcome.UNDELIVERED:
        key = Cast(Substr("about", len(INVITATION_KEY) + 1), BigIntegerField())
        return Q(
            pk__in=_failed_letters()
            .filter(about__startswith=INVITATION_KEY)
            .annotate(invitation=key)
            .values("invitation")
        )
    if only is InvitationOutcome.ON_LIST:
        return Q(pk__in=WaitlistEntry.objects.waiting().order_by().values("invitation"))
    return Q()


def _letter_failed() -> Exists:
    key = Concat(Value(INVITATION_KEY), Cast(OuterRef("pk"), CharField()))  # object_key, in SQL
    return Exists(_failed_letters().filter(about=key))


def _failed_letters() -> QuerySet[Message]:
    return Message.objects.filter(kind="invitation", state=Message.State.FAILED).order_by()


def with_names_for(invitations: QuerySet[Invitation], *, user: User) -> QuerySet[Invitation]:
    """Annotate `may_know_name`, and `file_id`: the booking whose file this user may open."""
    own_bookings = Booking.objects.visible_to(user).filter(invitation=OuterRef("pk")).order_by("-booked_at", "-pk")
    own_vacancy = in_keys("application__pk", application_keys_of(user))
    known: Q | Exists = Exists(own_bookings)
    if user.is_recruiter:
        known = Q(Exists(own_bookings)) | own_vacancy
    return invitations.annotate(
        file_id=Subquery(own_bookings.values("pk")[:1]),
        may_know_name=Case(When(known, then=Value(True)), default=Value(False), output_field=BooleanField()),
    )


class Progress(StrEnum):
    """Progress of an invitation as the candidate sees it."""

    PLANNED = "planned"  # booked, and not over
    TALKED = "talked"  # over, with or without a recorded outcome
    MISSED = "missed"  # no-show, may book again
    AGAIN = "again"  # cancelled, may book again
    CHOOSE = "choose"
    ENDED = "ended"


MAY_CHOOSE = {Progress.CHOOSE, Progress.AGAIN, Progress.MISSED}


def progress_for(invitation: Invitation, bookings: list[Booking], now: datetime) -> Progress:
    """Progress, given the bookings of this invitation, latest start first."""
    statuses = {booking.status for booking in bookings}
    booked = next((booking for booking in bookings if booking.status == Booking.Status.BOOKED), None)
    if booked:
        return Progress.PLANNED if now < booked.ends_at else Progress.TALKED
    if Booking.Status.COMPLETED in statuses:
        return Progress.TALKED
    if not invitation.is_open(now):
        return Progress.ENDED
    if not bookings:
        return Progress.CHOOSE
    return Progress.MISSED if bookings[0].status == Booking.Status.NO_SHOW else Progress.AGAIN
