from datetime import date, datetime
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from advisors.models import Advisor, AgendaEntry, OtherCalendar, TalkChannel, Weekday
from candidates.models import Application, Candidate
from organisation.models import ApiClient, Location, User


class Topic(models.Model):
    """What a candidate may want to talk about."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    label_nl = models.CharField(_("Dutch"), max_length=120)
    label_en = models.CharField(_("English"), max_length=120)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.label_nl if (get_language() or "nl").startswith("nl") else self.label_en


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """Recruiters: of own vacancies. Advisors: all, but only the file of a talk of their own shows a name."""
        if user.is_advisor:
            return self
        if not user.is_recruiter:
            return self.none()
        own = Q(application__vacancy__recruiter=user) | Q(application__rejection__recruiter=user)
        return self.filter(own)

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(application__candidate=candidate)

    def of_client(self, client: ApiClient) -> Self:
        """A program sees the invitations that came from its own rejections."""
        return self.filter(application__source=client.source)

    def open(self, day: date) -> Self:
        return self.filter(withdrawn_at__isnull=True, open_until__gte=day)


class Invitation(models.Model):
    """The offer of a talk. Its end closes booking only; the private link lives on."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="invitation")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # what programs call it
    sent_at = models.DateTimeField()
    open_until = models.DateField()  # the last day on which can be booked
    reminded_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(name="invitation_by_moment", fields=["sent_at"])]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def candidate(self) -> Candidate:
        return self.application.candidate

    def is_open(self, now: datetime) -> bool:
        return self.withdrawn_at is None and timezone.localdate(now) <= self.open_until


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        return self.filter(invitation__in=Invitation.objects.visible_to(user))


class WaitlistEntry(models.Model):
    """Nothing suited: what the candidate wishes, until a moment is booked, the invitation ends, or they stop."""

    class DayPart(models.TextChoices):
        MORNING = "morning", _("In the morning")
        AFTERNOON = "afternoon", _("In the afternoon")
        EVENING = "evening", _("In the evening")

    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="waitlist_entry")
    weekdays = models.JSONField(default=list)  # 0 is Monday; empty: any
    day_parts = models.JSONField(default=list)  # empty: any
    channels = models.JSONField(default=list)  # empty: any
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES)
    phone = PhoneNumberField(_("Phone number"), blank=True)
    wants_sms = models.BooleanField(_("Send me a text message"), default=False)
    known_starts = models.JSONField(default=list)  # free already when they joined: [1795512600], seconds since 1970
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        verbose_name = _("place on the waiting list")
        verbose_name_plural = _("places on the waiting list")
        indexes = [
            models.Index(name="waitlist_by_joining", fields=["joined_at"], condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"waitlist entry {self.pk}"

    @property
    def weekday_labels(self) -> list[str]:
        return [str(Weekday(day).label) for day in self.weekdays]

    @property
    def day_part_labels(self) -> list[str]:
        return [str(self.DayPart(part).label) for part in self.day_parts]

    @property
    def channel_labels(self) -> list[str]:
        return [str(TalkChannel(channel).label) for channel in self.channels]


class HoldQuerySet(models.QuerySet["Hold"]):
    def offered(self) -> Self:
        return self.filter(state=Hold.State.OFFERED)

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(invitation__application__candidate=candidate)


class Hold(models.Model):
    """A moment that is kept for one candidate for a while."""

    class Reason(models.TextChoices):
        WAITLIST = "waitlist", _("A moment came free")
        CANCELLED = "cancelled", _("Instead of a talk that we cancelled")
        CHANGED = "changed", _("Instead of a talk that no longer fits the hours")

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        TAKEN = "taken", _("Booked")
        DECLINED = "declined", _("Not wanted")
        EXPIRED = "expired", _("Not answered in time")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="holds")
    advisor = models.ForeignKey(Advisor, models.PROTECT, related_name="holds")
    entry = models.OneToOneField(AgendaEntry, models.PROTECT, null=True, blank=True, related_name="hold")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    channel = models.CharField(_("How"), max_length=6, choices=TalkChannel)
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES)
    reason = models.CharField(max_length=9, choices=Reason)
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    code_digest = models.CharField(max_length=64, blank=True, db_index=True)  # of the short code in a text message

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        verbose_name = _("held moment")
        verbose_name_plural = _("held moments")
        indexes = [
            models.Index(name="hold_by_expiry", fields=["expires_at"], condition=Q(state="offered")),
        ]
        constraints = [
            models.CheckConstraint(name="hold_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.UniqueConstraint(
                name="hold_one_standing_offer_to_who_waits",
                fields=["invitation"],
                condition=Q(state="offered", reason="waitlist"),
            ),
            models.CheckConstraint(
                name="hold_takes_time_while_offered",
                condition=Q(state="offered", entry__isnull=False) | ~Q(state="offered") & Q(entry__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"

    def stands(self, now: datetime) -> bool:
        return self.state == self.State.OFFERED and now < self.expires_at

    @property
    def was_let_go(self) -> bool:
        """The candidate had it and did not take it."""
        return self.state in (self.State.DECLINED, self.State.EXPIRED)


class BookingQuerySet(models.QuerySet["Booking"]):
    def standing(self) -> Self:
        return self.filter(status=Booking.Status.BOOKED)

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
