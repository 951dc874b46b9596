"""What came of an invitation, for staff; one statement for any number of them."""

from datetime import date

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
    """Annotates `outcome` as of this day, and of the latest talk `talk_status` and `talk_at`; `only` filters."""
    latest = Booking.objects.filter(invitation=OuterRef("pk")).order_by("-booked_at", "-pk")
    ended = Q(open_until__lt=day) | Q(withdrawn_at__isnull=False)
    stopped = Q(application__candidate__messages_stopped_at__isnull=False) | Q(declined_at__isnull=False)
    on_list = WaitlistEntry.objects.waiting().filter(invitation=OuterRef("pk"))
    talk_statuses = [Booking.Status.BOOKED, Booking.Status.COMPLETED, Booking.Status.NO_SHOW, Booking.Status.CANCELLED]
    told = invitations.annotate(
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
    return told.filter(outcome=only) if only else told


def _letter_failed() -> Exists:
    key = Concat(Value("invitation:"), Cast(OuterRef("pk"), CharField()))  # what key_of says
    return Exists(Message.objects.filter(about=key, kind="invitation", state=Message.State.FAILED))


def with_names_for(invitations: QuerySet[Invitation], *, user: User) -> QuerySet[Invitation]:
    """Annotates `may_know_name`, and `file_id`: the talk of which this user may open the file."""
    own_talks = Booking.objects.visible_to(user).filter(invitation=OuterRef("pk")).order_by("-booked_at", "-pk")
    own_vacancy = Q(application__vacancy__recruiter=user) | Q(application__rejection__recruiter=user)
    known: Q | Exists = Exists(own_talks)
    if user.is_recruiter:
        known = Q(Exists(own_talks)) | own_vacancy
    return invitations.annotate(
        file_id=Subquery(own_talks.values("pk")[:1]),
        may_know_name=Case(When(known, then=Value(True)), default=Value(False), output_field=BooleanField()),
    )
