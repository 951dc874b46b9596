from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Location, Role, User


class TalkChannel(models.TextChoices):
    """How a talk is held."""

    PHONE = "phone", _("By phone")
    VIDEO = "video", _("By video")
    ONSITE = "onsite", _("At our office")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def default_languages() -> list[str]:
    return [settings.LANGUAGE_CODE]


class AdvisorQuerySet(models.QuerySet["Advisor"]):
    def active(self) -> Self:
        """Holds talks, may sign in, and has the role; somebody has a role once, so nobody comes twice."""
        return self.filter(is_active=True, user__is_active=True, user__grants__role=Role.ADVISOR)

    def editable_by(self, user: User) -> Self:
        """An advisor keeps the own hours; the application manager may help."""
        if user.is_application_manager:
            return self
        return self.filter(user=user) if user.is_advisor else self.none()


class Advisor(models.Model):
    """A member of staff whose time candidates can book."""

    user = models.OneToOneField(User, models.PROTECT, related_name="advisor")
    title = models.CharField(_("Job title"), max_length=120, blank=True)
    languages = models.JSONField(_("Languages"), default=default_languages)
    specialisms = models.CharField(_("Good at"), max_length=200, blank=True)
    session_minutes = models.PositiveSmallIntegerField(
        _("Length of a talk (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
        help_text=_("Empty: as policy says."),
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("Time between talks (minutes)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(120)],
        help_text=_("Empty: as policy says."),
    )
    max_per_day = models.PositiveSmallIntegerField(
        _("Talks a day, at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    video_url = models.URLField(_("Address of the video room"), blank=True)
    time_zone = models.CharField(max_length=40, default=settings.TIME_ZONE)
    is_active = models.BooleanField(_("Holds talks"), default=True)

    objects = AdvisorQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("career advisor")
        verbose_name_plural = _("career advisors")
        constraints = [
            models.CheckConstraint(
                name="advisor_talk_lasts", condition=Q(session_minutes__isnull=True) | Q(session_minutes__gte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"advisor {self.pk}"

    @property
    def name(self) -> str:
        return self.user.name


class Opening(models.Model):
    """Hours in every week in which an advisor holds talks; local time of the advisor."""

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("Day"), choices=Weekday)
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))
    channels = models.JSONField(_("How"), default=list)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("Location"))

    class Meta:
        ordering = ["advisor", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(name="opening_ends_after_start", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="opening_on_a_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"

    @property
    def channel_labels(self) -> list[str]:
        return [str(TalkChannel(channel).label) for channel in self.channels]


class Absence(models.Model):
    """A stretch of time in which an advisor is away. The reason is nobody's business, so it is not stored."""

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(name="absence_by_end", fields=["advisor", "ends_at"])]
        constraints = [
            models.CheckConstraint(name="absence_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class AgendaEntry(models.Model):
    """A piece of an advisor's time that is taken, buffers included.

    Own entries (bookings and holds) of one advisor never overlap: an exclusion constraint on PostgreSQL and a trigger
    on SQLite say so, see advisors/no_overlap.py. Times read from another calendar may overlap anything.
    """

    class Kind(models.TextChoices):
        BOOKING = "booking", _("Booking")
        HOLD = "hold", _("Hold")
        EXTERNAL = "external", _("Busy in another calendar")

    advisor = models.ForeignKey(Advisor, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()

    class Meta:
        ordering = ["busy_from"]
        indexes = [models.Index(name="agenda_entry_by_end", fields=["advisor", "busy_until"])]
        constraints = [
            models.CheckConstraint(name="agenda_entry_takes_time", condition=Q(busy_until__gt=F("busy_from"))),
        ]

    def __str__(self) -> str:
        return f"agenda entry {self.pk}"
