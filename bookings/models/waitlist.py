"""Waitlist entries and holds."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from advisors.models import Advisor, AgendaEntry, TalkChannel, Weekday
from bookings.models.invitation import Invitation
from candidates.models import Candidate
from organisation.models import User


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        return self.filter(invitation__in=Invitation.objects.visible_to(user))


class WaitlistEntry(models.Model):
    """Waitlist preferences of a candidate, until they book, the invitation ends, or they leave the waitlist."""

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
    known_starts = models.JSONField(default=list)  # free when they joined: [1795512600], Unix seconds
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
    """Slot that is reserved for one candidate until it expires."""

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
    code_digest = models.CharField(max_length=64, blank=True, db_index=True)  # of the short code in an SMS

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

    def is_active(self, now: datetime) -> bool:
        return self.state == self.State.OFFERED and now < self.expires_at

    @property
    def was_not_taken(self) -> bool:
        """True when the candidate was offered the slot and did not book it."""
        return self.state in (self.State.DECLINED, self.State.EXPIRED)
