"""Bookings, and what calendars replied to and hold of them."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from advisors.models import Advisor, AgendaEntry, ExternalCalendar, TalkChannel
from bookings.models.conflict_of_interest import conflicted_bookings
from bookings.models.invitation import Invitation, Topic
from candidates.models import Candidate
from organisation.models import Location, User


class BookingQuerySet(models.QuerySet["Booking"]):
    def booked(self) -> Self:
        return self.filter(status=Booking.Status.BOOKED)

    def settled(self) -> Self:
        """Booked or completed: the invitation needs no further booking."""
        return self.filter(status__in=Booking.SETTLED)

    def completed(self) -> Self:
        return self.filter(status=Booking.Status.COMPLETED)

    def visible_to(self, user: User) -> Self:
        """Bookings of this advisor, except where they gave the rejection as recruiter."""
        if not user.is_advisor:
            return self.none()
        return self.filter(advisor__user=user).exclude(conflicted_bookings(user))

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(invitation__application__candidate=candidate)

    def for_letters(self) -> Self:
        """Bookings with the relations that mail and SMS templates need."""
        return self.select_related(
            "invitation__application__candidate__link", "invitation__application__vacancy", "advisor__user", "location"
        )


class Booking(models.Model):
    """One advice session between a candidate and an advisor."""

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
    phone = PhoneNumberField(_("Phone number"), blank=True)  # to call, or for the SMS reminder
    wants_sms = models.BooleanField(_("Send me a text message"), default=False)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    question = models.TextField(_("Question"), blank=True, max_length=1000)
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED)
    booked_at = models.DateTimeField()
    chosen_because = models.JSONField(default=dict, blank=True)  # why this advisor, see assignment/fairness.py
    moved_at = models.DateTimeField(null=True, blank=True)
    moved_count = models.PositiveSmallIntegerField(default=0)
    text_reminder_at = models.DateTimeField(null=True, blank=True)  # for the current start time; a move clears both
    mail_reminder_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.CharField(max_length=10, choices=CancelledBy, blank=True)
    is_late_cancellation = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)  # marked completed or no-show
    advisor_note_at = models.DateTimeField(null=True, blank=True)  # note shortly before the start; a move clears it
    outcome_asked_at = models.DateTimeField(null=True, blank=True)  # the advisor was asked to record the outcome
    text_failed_at = models.DateTimeField(null=True, blank=True)  # the SMS reminder did not arrive
    organiser = models.EmailField(blank=True)  # of the calendar event, never changes; sent with a tag per booking
    place_told = models.CharField(max_length=64, blank=True)  # location hash in the last invite that was sent
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)  # UID of the calendar event, never changes
    sequence = models.PositiveIntegerField(default=0)  # SEQUENCE of the calendar event, rises at every change
    code_digest = models.CharField(max_length=64, blank=True, db_index=True)  # of the short code in an SMS

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
    def candidate_reply(self) -> "CalendarReply | None":
        """Reply of the candidate's calendar to the current state; a query, unless replies are prefetched."""
        return next(
            (one for one in self.calendar_replies.all() if one.is_of_candidate and one.sequence == self.sequence), None
        )

    @property
    def has_failed_sms(self) -> bool:
        """True when the SMS reminder for the current start time did not arrive."""
        failed_at, sent_at = self.text_failed_at, self.text_reminder_at
        return failed_at is not None and sent_at is not None and failed_at >= sent_at


class CalendarReply(models.Model):
    """Latest reply of a calendar to an invite (RFC 5546, 3.2.3 REPLY and 3.2.7 COUNTER), one per participant."""

    class Party(models.TextChoices):
        CANDIDATE = "candidate", _("The candidate")
        ADVISOR = "advisor", _("The advisor")

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted in the calendar")
        TENTATIVE = "tentative", _("Perhaps, says the calendar")
        DECLINED = "declined", _("Declined in the calendar")
        COUNTER = "counter", _("Proposed another moment")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="calendar_replies")
    party = models.CharField(max_length=9, choices=Party)
    answer = models.CharField(max_length=9, choices=Answer)
    sequence = models.PositiveIntegerField()  # of the invite that it answers
    stamped_at = models.DateTimeField()  # DTSTAMP: of two replies to the same sequence the latest counts
    received_at = models.DateTimeField()
    proposed_starts_at = models.DateTimeField(null=True, blank=True)
    proposed_is_free = models.BooleanField(null=True, blank=True)  # at the time of the proposal

    class Meta:
        db_table = "bookings_calendaranswer"
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="calendar_answer_one_per_party", fields=["booking", "party"]),
            models.CheckConstraint(
                name="calendar_answer_counter_has_moment",
                condition=~Q(answer="counter") | Q(proposed_starts_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"calendar reply {self.pk}"

    @property
    def is_of_candidate(self) -> bool:
        return self.party == self.Party.CANDIDATE


class CalendarCopy(models.Model):
    """Copy of a booking in an external calendar, with the sequence that was written; see calendar/caldav_push.py."""

    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="copies")  # null: erased
    calendar = models.ForeignKey(ExternalCalendar, models.CASCADE, related_name="copies")
    place = models.CharField(max_length=2200)  # URL on the CalDAV server
    sequence = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="calendar_copy_once_per_calendar", fields=["calendar", "booking"]),
        ]

    def __str__(self) -> str:
        return f"calendar copy {self.pk}"
