"""Status of an invitation: annotated for staff in one statement, and as the candidate sees it."""

from datetime import date, datetime
from enum import StrEnum

from django.db.models import (
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
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Invitation, WaitlistEntry
from organisation.models import User
from outbox.models import Message


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
    ended = Q(open_until__lt=day) | Q(withdrawn_at__isnull=False)
    stopped = Q(application__candidate__messages_stopped_at__isnull=False) | Q(declined_at__isnull=False)
    on_list = WaitlistEntry.objects.waiting().filter(invitation=OuterRef("pk"))
    talk_statuses = [Booking.Status.BOOKED, Booking.Status.COMPLETED, Booking.Status.NO_SHOW, Booking.Status.CANCELLED]
    annotated = invitations.annotate(
        talk_status=Subquery(latest.values("status")[:1]), talk_at=Subquery(latest.values("starts_at")[:1])
    ).annotate(
        outcome=Case(
            *(When(talk_status=status, then=Value(status.value)) for status in talk_statuses),
            When(stopped, then=Value(InvitationOutcome.STOPPED.value)),
            When(_letter_failed(), then=Value(InvitationOutcome.UNDELIVERED.value)),
            When(ended, then=Value(InvitationOutcome.ENDED.value)),
            When(Exists(on_list), then=Value(InvitationOutcome.ON_LIST.value)),
            When(reminded_at__isnull=False, then=Value(InvitationOutcome.REMINDED.value)),
            default=Value(InvitationOutcome.WAITING.value),
            output_field=CharField(),
        )
    )
    return annotated.filter(outcome=only) if only else annotated


def _letter_failed() -> Exists:
    key = Concat(Value("invitation:"), Cast(OuterRef("pk"), CharField()))  # object_key, in SQL
    return Exists(Message.objects.filter(about=key, kind="invitation", state=Message.State.FAILED))


def with_names_for(invitations: QuerySet[Invitation], *, user: User) -> QuerySet[Invitation]:
    """Annotate `may_know_name`, and `file_id`: the booking whose file this user may open."""
    own_bookings = Booking.objects.visible_to(user).filter(invitation=OuterRef("pk")).order_by("-booked_at", "-pk")
    own_vacancy = Q(application__vacancy__recruiter=user) | Q(application__rejection__recruiter=user)
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
