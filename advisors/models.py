from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
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
    """Hours in which an advisor holds talks, local time of the advisor: every week, by a rule, or on one day."""

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="openings")
    weekday = models.PositiveSmallIntegerField(_("Day"), choices=Weekday, null=True, blank=True)
    rule = models.CharField(_("Rule"), max_length=200, blank=True)  # RFC 5545; counts from `valid_from`
    day = models.DateField(_("Date"), null=True, blank=True)
    replaces = models.BooleanField(default=False)  # on `day`, instead of what recurs
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


class OtherCalendarQuerySet(models.QuerySet["OtherCalendar"]):
    def editable_by(self, user: User) -> Self:
        return self.filter(advisor__in=Advisor.objects.editable_by(user))

    def due(self, now: datetime) -> Self:
        """To be read again; of advisors who do not talk any more, nothing is."""
        return self.filter(due_at__lte=now, advisor__in=Advisor.objects.active())

    def getting_talks(self, now: datetime) -> Self:
        """Of advisors who do not talk any more too: what was written for them is still to be removed."""
        return self.filter(gets_talks=True, write_due_at__lte=now)


class OtherCalendar(models.Model):
    """A calendar of an advisor elsewhere: its busy times block moments here, and it may get the talks."""

    class Kind(models.TextChoices):
        ICS = "ics", _("Published calendar (ICS)")
        CALDAV = "caldav", _("CalDAV")

    advisor = models.ForeignKey(Advisor, models.CASCADE, related_name="other_calendars")
    kind = models.CharField(_("Kind"), max_length=6, choices=Kind)
    name = models.CharField(_("Name"), max_length=80)
    address = models.CharField(_("Address"), max_length=2000)  # a secret: who has it reads the calendar
    username = models.CharField(_("User name"), max_length=200, blank=True)
    sealed_password = models.TextField(blank=True)  # see organisation/sealing.py
    gets_talks = models.BooleanField(_("Write my talks into it"), default=False)
    version = models.CharField(max_length=300, blank=True)  # the ETag of what was read last
    due_at = models.DateTimeField()  # when it is to be read again
    read_at = models.DateTimeField(null=True, blank=True)  # the last time that it could be read
    failing_since = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=40, blank=True)  # a code; its words: advisors/calendars/words.py
    alarmed_at = models.DateTimeField(null=True, blank=True)  # the advisor had a mail about it
    skipped_events = models.PositiveIntegerField(default=0)  # could not be understood when it was read last
    write_due_at = models.DateTimeField(default=timezone.now)  # not before: when our talks are written into it again
    writing_problem = models.CharField(max_length=40, blank=True)  # a code, as above

    objects = OtherCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["advisor", "pk"]
        constraints = [
            models.CheckConstraint(
                name="other_calendar_only_caldav_gets_talks", condition=Q(gets_talks=False) | Q(kind="caldav")
            ),
        ]

    def __str__(self) -> str:
        return f"other calendar {self.pk}"

    @property
    def host(self) -> str:
        """All of the address that is ever shown."""
        return urlsplit(self.address).hostname or ""


class AgendaFeed(models.Model):
    """The private address under which an advisor's own agenda can be subscribed to; see advisors/feeds.py."""

    advisor = models.OneToOneField(Advisor, models.CASCADE, related_name="feed")
    digest = models.CharField(max_length=64, unique=True)  # of the secret in the address; the address is not stored
    version = models.PositiveIntegerField(default=1)  # rises when the address is renewed
    shows_names = models.BooleanField(_("Names of candidates in the titles"), default=False)

    def __str__(self) -> str:
        return f"agenda feed {self.pk}"


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
    talk_from = models.DateTimeField(null=True, blank=True)  # the talk in it, when it is ours: without buffers
    talk_until = models.DateTimeField(null=True, blank=True)
    calendar = models.ForeignKey(
        "OtherCalendar", models.CASCADE, null=True, blank=True, related_name="entries"
    )  # where it was read

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
