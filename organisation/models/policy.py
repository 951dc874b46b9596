from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from core.message_schedule import MessageSchedule
from core.prepared_statements import Prepared, row_of


def default_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def first_language() -> str:
    return settings.LANGUAGE_CODE


def default_sms_countries() -> list[str]:
    return ["NL", "BE", "DE"]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def current(self) -> "Policy":
        """The policy of this installation, or an unsaved one with the defaults.

        Prepared, as every request runs it.
        """
        return row_of(Policy, _CURRENT()) or Policy(pk=1)


class Policy(models.Model):
    """Settings of the employer. One row, as an installation serves one employer."""

    class Eligibility(models.TextChoices):
        ALL_REJECTED = "all_rejected", _("Everybody who was turned down")
        INTERVIEWED = "interviewed", _("Only people who were interviewed")
        NONE = "none", _("Nobody, for now")

    employer_name = models.CharField(_("Name of the employer"), max_length=80, blank=True)
    short_name = models.CharField(_("Short name"), max_length=16, blank=True, help_text=_("Stands in text messages."))
    website = models.URLField(_("Website"), blank=True)
    sender_name = models.CharField(_("Who signs the invitation"), max_length=80, blank=True)
    sender_email = models.EmailField(_("Sender's e-mail address"), blank=True)
    phone = PhoneNumberField(_("Phone number for candidates"), blank=True)
    eligibility = models.CharField(
        _("Who is invited"), max_length=12, choices=Eligibility, default=Eligibility.ALL_REJECTED
    )
    session_minutes = models.PositiveSmallIntegerField(
        _("Length of a talk (minutes)"), default=20, validators=[MinValueValidator(5), MaxValueValidator(120)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("Time between talks (minutes)"), default=10, validators=[MaxValueValidator(120)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        _("Time before a talk (minutes)"), default=0, validators=[MaxValueValidator(120)]
    )
    step_minutes = models.PositiveSmallIntegerField(
        _("A talk may start every (minutes)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("Empty: a talk follows a talk."),
    )
    closes_on_public_holidays = models.BooleanField(_("Closed on Dutch public holidays"), default=True)
    closed_days = models.JSONField(_("Days on which we are closed"), default=dict, blank=True)  # {"2026-12-24": "why"}
    share_window_days = models.PositiveSmallIntegerField(
        _("Talks are shared out over (days)"), default=28, validators=[MinValueValidator(7), MaxValueValidator(366)]
    )
    hold_hours = models.PositiveSmallIntegerField(
        _("We hold a moment for (hours)"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("Book at least this long ahead (hours)"), default=24, validators=[MaxValueValidator(336)]
    )
    horizon_days = models.PositiveSmallIntegerField(
        _("Book at most this far ahead (days)"), default=28, validators=[MinValueValidator(1), MaxValueValidator(180)]
    )
    cancel_until_hours = models.PositiveSmallIntegerField(
        _("Move until (hours before)"), default=4, validators=[MaxValueValidator(168)]
    )
    invitation_valid_days = models.PositiveSmallIntegerField(
        _("An invitation is open for (days)"), default=21, validators=[MinValueValidator(3), MaxValueValidator(180)]
    )
    invitations_per_day = models.PositiveSmallIntegerField(
        _("Invitations per day, at most"),
        default=0,
        validators=[MaxValueValidator(5000)],
        help_text=_("Oldest first; what is left over leaves on the next working day. 0: any number."),
    )
    languages = models.JSONField(_("Languages"), default=default_languages)
    default_language = models.CharField(
        _("First language"), max_length=2, default=first_language, choices=settings.LANGUAGES
    )
    timetable = models.JSONField(default=dict, blank=True)  # non-default values of core.message_schedule
    sms_countries = models.JSONField(_("Texts may go to numbers of"), default=default_sms_countries, blank=True)
    sms_per_day = models.PositiveIntegerField(_("Texts per day, at most"), default=500)
    sms_per_number = models.PositiveSmallIntegerField(_("Texts per day to one number, at most"), default=4)
    sms_price = models.DecimalField(
        _("What one text costs (euros)"), max_digits=6, decimal_places=4, default=Decimal("0.10")
    )
    sms_budget = models.PositiveIntegerField(_("Texts per month may cost, at most (euros)"), default=250)
    second_factor_required = models.BooleanField(_("Staff must use a second factor"), default=True)
    second_factor_grace_days = models.PositiveSmallIntegerField(
        _("Time to set up a second factor (days)"),
        default=14,
        validators=[MaxValueValidator(90)],
        help_text=_("Counts from the day on which this is switched on, or from the day on which an account is made."),
    )
    second_factor_since = models.DateTimeField(null=True, blank=True, editable=False)  # when it was switched on
    retention_days = models.PositiveSmallIntegerField(
        _("Candidates are erased after (days)"), default=28, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    message_retention_days = models.PositiveSmallIntegerField(
        _("Messages are kept for (days)"), default=180, validators=[MinValueValidator(90), MaxValueValidator(365)]
    )
    audit_retention_months = models.PositiveSmallIntegerField(
        _("The audit trail is kept for (months)"),
        default=24,
        validators=[MinValueValidator(12), MaxValueValidator(120)],
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policy")
        constraints = [
            models.CheckConstraint(name="policy_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="policy_steps_are_steps", condition=Q(step_minutes__isnull=True) | Q(step_minutes__gte=5)
            ),
            models.CheckConstraint(name="policy_holds_for_a_while", condition=Q(hold_hours__gte=1)),
            models.CheckConstraint(name="policy_talk_lasts", condition=Q(session_minutes__gte=5)),
            models.CheckConstraint(name="policy_has_horizon", condition=Q(horizon_days__gte=1)),
            models.CheckConstraint(name="policy_invitation_stays_open", condition=Q(invitation_valid_days__gte=3)),
            models.CheckConstraint(
                name="policy_candidates_are_erased", condition=Q(retention_days__gte=1, retention_days__lte=28)
            ),
            models.CheckConstraint(name="policy_audit_stays_a_year", condition=Q(audit_retention_months__gte=12)),
        ]

    def __str__(self) -> str:
        return "policy"

    @property
    def has_sender(self) -> bool:
        """Has everything that the signature of a message needs."""
        return bool(self.employer_name and self.sender_name and self.sender_email)

    @property
    def times(self) -> MessageSchedule:
        """Message schedule of the employer, with its closed days."""
        times = MessageSchedule.parse(self.timetable)
        return replace(times, closed_days=self.own_closed_dates) if self.closed_days else times

    @property
    def own_closed_dates(self) -> frozenset[date]:
        """Days on which nobody works, public holidays not included."""
        return frozenset(date.fromisoformat(day) for day in self.closed_days)


class ActiveQuerySet(models.QuerySet["Location"]):
    def active(self) -> Self:
        return self.filter(is_active=True)


class Location(models.Model):
    """Place of appointments on site."""

    name = models.CharField(_("Name"), max_length=80)
    address = models.CharField(_("Street and number"), max_length=120)
    postal_code = models.CharField(_("Postal code"), max_length=12, blank=True)
    city = models.CharField(_("Town"), max_length=80, blank=True)
    room = models.CharField(_("Room or route"), max_length=80, blank=True)
    has_wheelchair_access = models.BooleanField(_("Wheelchair access"), default=False)
    is_active = models.BooleanField(_("In use"), default=True)

    objects = ActiveQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [models.UniqueConstraint(name="location_name_once", fields=["name"])]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    name = models.CharField(_("Name"), max_length=120)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [models.UniqueConstraint(name="department_name_once", fields=["name"])]

    def __str__(self) -> str:
        return self.name


_CURRENT = Prepared(lambda: Policy.objects.filter(pk=1), 0)
