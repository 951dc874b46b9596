from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from advisors.models import Advisor, AgendaEntry, OtherCalendar, TalkChannel
from bookings.models.invitation import Invitation, Topic
from candidates.models import Candidate
from organisation.models import Location, User


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> Self:
        return self.filter(status=Booking.Status.BOOKED)

    def settled(self) -> Self:
        """Booked or completed: the invitation needs no further booking."""
        return self.filter(status__in=Booking.SETTLED)

    def held(self) -> Self:
        return self.filter(status=Booking.Status.COMPLETED)

    def visible_to(self, user: User) -> Self:
        """An advisor's own files, but never of a rejection that they gave as recruiter (design.md, Who comes in)."""
        if not user.is_advisor:
            return self.none()
        return self.filter(advisor__user=user).exclude(invitation__application__rejection__recruiter=user)

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(invitation__application__candidate=candidate)


class Booking(models.Model):
    """One talk between a candidate and an advisor."""

    class Status(models.TextChoices):
        BOOKED = "booked", _("Planned")
        CANCELLED = "cancelled", _("Cancelled")
        COMPLETED = "completed", _("Talked")
        NO_SHOW = "no_show", _("Missed each other")

    class CancelledBy(models.TextChoices):
        CANDIDATE = "candidate", _("The candidate")
        ADVISOR = "advisor", _("The advisor")

    SETTLED = (Status.BOOKED, Status.COMPLETED)

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="bookings")
    advisor = models.ForeignKey(Advisor, models.PROTECT, related_name="bookings")
    entry = models.OneToOneField(AgendaEntry, models.PROTECT, null=True, blank=True, related_name="booking")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    channel = models.CharField(_("How"), max_length=6, choices=TalkChannel)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES)
    phone = PhoneNumberField(_("Phone number"), blank=True)  # the number to call, or for a reminder text
    wants_sms = models.BooleanField(_("Send me a text message"), default=False)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    question = models.TextField(_("Question"), blank=True, max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    booked_at = models.DateTimeField()
    chosen_because = models.JSONField(default=dict, blank=True)  # why this advisor, see bookings/fairness.py
    moved_at = models.DateTimeField(null=True, blank=True)
    moved_count = models.PositiveSmallIntegerField(default=0)
    text_reminder_at = models.DateTimeField(null=True, blank=True)  # for this start; a move empties both
    mail_reminder_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=10, choices=CancelledBy, blank=True)
    is_late_cancellation = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)  # marked completed or no-show
    advisor_note_at = models.DateTimeField(null=True, blank=True)  # told just before it; a move empties it
    outcome_asked_at = models.DateTimeField(null=True, blank=True)  # the advisor, who had not marked it
    text_failed_at = models.DateTimeField(null=True, blank=True)  # the reminder by text did not arrive
    organiser = models.EmailField(blank=True)  # of the calendar event, for life; "antwoord+@..." gets a tag of its own
    place_told = models.CharField(max_length=64, blank=True)  # digest of where it is, as the last invite had it
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)  # of the calendar event, for life
    sequence = models.PositiveIntegerField(default=0)  # of the calendar event; rises at every change
    code_digest = models.CharField(max_length=64, blank=True, db_index=True)  # of the short code in a text message

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        indexes = [
            models.Index(name="booking_by_advisor", fields=["advisor", "starts_at"]),
            models.Index(name="booking_by_start", fields=["starts_at"], condition=Q(status="booked")),
            models.Index(name="booking_held", fields=["closed_at"], condition=Q(status="completed")),
        ]
        constraints = [
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.UniqueConstraint(
                name="booking_one_standing_per_invitation", fields=["invitation"], condition=Q(status="booked")
            ),
            models.CheckConstraint(
                name="booking_standing_takes_time", condition=~Q(status="booked") | Q(entry__isnull=False)
            ),
            models.CheckConstraint(
                name="booking_cancelled_gives_time_back", condition=~Q(status="cancelled") | Q(entry__isnull=True)
            ),
            models.CheckConstraint(
                name="booking_cancelled_has_moment", condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False)
            ),
            models.CheckConstraint(
                name="booking_phone_talk_has_number", condition=~Q(channel="phone", status="booked") | ~Q(phone="")
            ),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"

    @property
    def candidate(self) -> Candidate:
        return self.invitation.application.candidate

    @property
    def candidate_answer(self) -> "CalendarAnswer | None":
        """What the candidate's calendar said of the talk as it is now; reads the answers, unless they were."""
        return next((one for one in self.answers.all() if one.is_of_candidate and one.sequence == self.sequence), None)

    @property
    def has_failed_text(self) -> bool:
        """The reminder by text of the moment as it is now did not arrive."""
        failed_at, sent_at = self.text_failed_at, self.text_reminder_at
        return failed_at is not None and sent_at is not None and failed_at >= sent_at


class CalendarAnswer(models.Model):
    """What somebody's calendar program answered to our invite (RFC 5546, 3.2.3 REPLY and 3.2.7 COUNTER)."""

    class Party(models.TextChoices):
        CANDIDATE = "candidate", _("The candidate")
        ADVISOR = "advisor", _("The advisor")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted in the calendar")
        TENTATIVE = "tentative", _("Perhaps, says the calendar")
        DECLINED = "declined", _("Declined in the calendar")
        COUNTER = "counter", _("Proposed another moment")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="answers")
    party = models.CharField(max_length=9, choices=Party)
    answer = models.CharField(max_length=9, choices=Answer)
    sequence = models.PositiveIntegerField()  # which state of the talk it answers
    stamped_at = models.DateTimeField()  # DTSTAMP: of two answers to the same state the latest counts
    received_at = models.DateTimeField()
    proposed_starts_at = models.DateTimeField(null=True, blank=True)
    proposed_is_free = models.BooleanField(null=True, blank=True)  # as it was when the proposal came

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="calendar_answer_one_per_party", fields=["booking", "party"]),
            models.CheckConstraint(
                name="calendar_answer_counter_has_moment",
                condition=~Q(answer="counter") | Q(proposed_starts_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"calendar answer {self.pk}"

    @property
    def is_of_candidate(self) -> bool:
        return self.party == self.Party.CANDIDATE


class CalendarCopy(models.Model):
    """A talk that we wrote into an advisor's calendar elsewhere, and which state of it; see calendar_copies.py."""

    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="copies")  # erased: still to remove
    calendar = models.ForeignKey(OtherCalendar, models.CASCADE, related_name="copies")
    place = models.CharField(max_length=2200)  # its address on that server
    sequence = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="calendar_copy_once_per_calendar", fields=["calendar", "booking"]),
        ]

    def __str__(self) -> str:
        return f"calendar copy {self.pk}"
