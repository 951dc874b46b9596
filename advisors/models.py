from datetime import date, datetime
from typing import ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.models import Location, Role, User


class TalkChannel(models.TextChoices):
    """Channel of a talk."""

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
        """Advisors who hold talks, may sign in and have the role (granted at most once, so no duplicates)."""
        return self.filter(is_active=True, user__is_active=True, user__grants__role=Role.ADVISOR)

    def editable_by(self, user: User) -> Self:
        """Advisors whose hours the user may edit: the own ones; all of them for an application manager."""
        if user.is_application_manager:
            return self
        return self.filter(user=user) if user.is_advisor else self.none()


class Advisor(models.Model):
    """Staff member whose time candidates can book."""

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
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("Time before a talk (minutes)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(120)],
        help_text=_("Empty: as policy says."),
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("Time between talks (minutes)"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(120)],
        help_text=_("Empty: as policy says."),
    )
    step_minutes = models.PositiveSmallIntegerField(
        _("A talk may start every (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("Empty: as policy says."),
    )
    max_per_day = models.PositiveSmallIntegerField(
        _("Talks a day, at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_per_week = models.PositiveSmallIntegerField(
        _("Talks a week, at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    share_weight = models.PositiveSmallIntegerField(
        _("Share of the talks (percent)"),
        default=100,
        validators=[MaxValueValidator(1000)],
        help_text=_("100 is a full share of the hours that are open. Fewer hours already mean fewer talks."),
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
    """Opening hours of an advisor, in local time: weekly, by a recurrence rule, or on one date."""

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("Day"), choices=Weekday, null=True, blank=True)
    rule = models.CharField(_("Rule"), max_length=200, blank=True)  # RFC 5545; starts on `valid_from`
    day = models.DateField(_("Date"), null=True, blank=True)
    replaces = models.BooleanField(default=False)  # on `day`, instead of the recurring hours
    valid_from = models.DateField(_("From this day on"), null=True, blank=True)
    valid_until = models.DateField(_("Until this day"), null=True, blank=True)  # included
    starts = models.TimeField(_("From"))
    ends = models.TimeField(_("Until"))
    channels = models.JSONField(_("How"), default=list)
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, verbose_name=_("Location"))
    languages = models.JSONField(_("Languages"), default=list, blank=True)  # empty: all that the advisor speaks
    session_minutes = models.PositiveSmallIntegerField(
        _("Length of a talk (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(120)],
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("Time before a talk (minutes)"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("Time between talks (minutes)"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    step_minutes = models.PositiveSmallIntegerField(
        _("A talk may start every (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
    )

    class Meta:
        ordering = ["advisor", "day", "weekday", "starts"]
        constraints = [
            models.CheckConstraint(name="opening_ends_after_start", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="opening_on_a_weekday", condition=Q(weekday__isnull=True) | Q(weekday__lte=6)),
            models.CheckConstraint(
                name="opening_is_weekly_or_by_rule_or_once",
                condition=Q(weekday__isnull=False, rule="", day__isnull=True)
                | (Q(weekday__isnull=True, day__isnull=True, valid_from__isnull=False) & ~Q(rule=""))
                | Q(weekday__isnull=True, rule="", day__isnull=False),
            ),
            models.CheckConstraint(
                name="opening_replaces_on_its_day", condition=Q(replaces=False) | Q(day__isnull=False)
            ),
            models.CheckConstraint(
                name="opening_valid_until_after_from",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="opening_talk_lasts", condition=Q(session_minutes__isnull=True) | Q(session_minutes__gte=5)
            ),
            models.CheckConstraint(
                name="opening_steps_are_steps", condition=Q(step_minutes__isnull=True) | Q(step_minutes__gte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"opening {self.pk}"

    @property
    def channel_labels(self) -> list[str]:
        return [str(TalkChannel(channel).label) for channel in self.channels]


class Absence(models.Model):
    """Period in which an advisor is absent. The reason is private and is not stored."""

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


class ExternalCalendarQuerySet(models.QuerySet["ExternalCalendar"]):
    def editable_by(self, user: User) -> Self:
        return self.filter(advisor__in=Advisor.objects.editable_by(user))

    def due(self, now: datetime) -> Self:
        """Calendars that are due to be read, of active advisors only."""
        return self.filter(due_at__lte=now, advisor__in=Advisor.objects.active())

    def write_due(self, now: datetime) -> Self:
        """Calendars that are due to be written; also of inactive advisors, whose events must be removed."""
        return self.filter(gets_talks=True, write_due_at__lte=now)


class ExternalCalendar(models.Model):
    """Calendar of an advisor on another server: its busy times block slots, and booked talks may be written to it."""

    key_name: ClassVar = "othercalendar"  # the model's first name, in keys of audit entries and messages

    class Kind(models.TextChoices):
        ICS = "ics", _("Published calendar (ICS)")
        CALDAV = "caldav", _("CalDAV")

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="external_calendars")
    kind = models.CharField(_("Kind"), max_length=6, choices=Kind)
    name = models.CharField(_("Name"), max_length=80)
    address = models.CharField(_("Address"), max_length=2000)  # secret: it gives access to the calendar
    username = models.CharField(_("User name"), max_length=200, blank=True)
    sealed_password = models.TextField(blank=True)  # see core/encryption.py
    gets_talks = models.BooleanField(_("Write my talks into it"), default=False)
    version = models.CharField(max_length=300, blank=True)  # ETag of the last version that was read
    due_at = models.DateTimeField()  # next read
    read_at = models.DateTimeField(null=True, blank=True)  # last successful read
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)  # error code; its sentence: external_calendars/status.py
    alarmed_at = models.DateTimeField(null=True, blank=True)  # when the advisor was mailed about it
    skipped_events = models.PositiveIntegerField(default=0)  # events that could not be parsed at the last read
    skipped_days = models.JSONField(default=list, blank=True)  # ISO dates on which they begin, the first twenty
    write_due_at = models.DateTimeField(default=timezone.now)  # next write of our talks
    writing_problem = models.CharField(max_length=40, blank=True)  # error code, as above

    objects = ExternalCalendarQuerySet.as_manager()

    class Meta:
        db_table = "advisors_othercalendar"
        ordering = ["advisor", "pk"]
        constraints = [
            models.CheckConstraint(
                name="other_calendar_only_caldav_gets_talks", condition=Q(gets_talks=False) | Q(kind="caldav")
            ),
        ]

    def __str__(self) -> str:
        return f"external calendar {self.pk}"

    @property
    def skipped_dates(self) -> list[date]:
        """Days, from today on, of events that could not be parsed."""
        return [day for day in map(date.fromisoformat, self.skipped_days) if day >= timezone.localdate()]

    @property
    def host(self) -> str:
        """Host name, the only part of the address that is shown."""
        return urlsplit(self.address).hostname or ""


class AgendaFeed(models.Model):
    """Private iCalendar feed of an advisor's agenda; see feed/services.py for its address."""

    advisor = models.OneToOneField(Advisor, models.CASCADE, related_name="feed")
    digest = models.CharField(max_length=64, unique=True)  # of the token in the address; the token is not stored
    version = models.PositiveIntegerField(default=1)  # incremented when the address is renewed
    shows_names = models.BooleanField(_("Names of candidates in the titles"), default=False)

    def __str__(self) -> str:
        return f"agenda feed {self.pk}"


class AgendaEntry(models.Model):
    """Busy time of an advisor, buffers included.

    Bookings and holds of one advisor never overlap: an exclusion constraint on PostgreSQL and triggers on SQLite
    enforce it, see overlap_constraint.py. Times read from an external calendar may overlap anything.
    """

    class Kind(models.TextChoices):
        BOOKING = "booking", _("Booking")
        HOLD = "hold", _("Hold")
        EXTERNAL = "external", _("Busy in another calendar")

    advisor = models.ForeignKey(Advisor, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=8, choices=Kind)
    busy_from = models.DateTimeField()
    busy_until = models.DateTimeField()
    talk_from = models.DateTimeField(null=True, blank=True)  # of a booking or hold, without buffers
    talk_until = models.DateTimeField(null=True, blank=True)
    # The external calendar that it was read from
    calendar = models.ForeignKey("ExternalCalendar", models.CASCADE, null=True, blank=True, related_name="entries")

    class Meta:
        ordering = ["busy_from"]
        indexes = [models.Index(name="agenda_entry_by_end", fields=["advisor", "busy_until"])]
        constraints = [
            models.CheckConstraint(name="agenda_entry_takes_time", condition=Q(busy_until__gt=F("busy_from"))),
            models.CheckConstraint(
                name="agenda_entry_from_a_calendar_is_external", condition=Q(calendar__isnull=True) | Q(kind="external")
            ),
        ]

    def __str__(self) -> str:
        return f"agenda entry {self.pk}"
