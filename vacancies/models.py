from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisation.models import Department, Location, Policy, Role, User


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def open(self) -> Self:
        return self.filter(status=Vacancy.Status.OPEN)

    def with_active_recruiter(self) -> Self:
        """Vacancies whose recruiter may sign in and still has the role."""
        return self.filter(recruiter__is_active=True, recruiter__grants__role=Role.RECRUITER)

    def visible_to(self, user: User) -> Self:
        """Own vacancies of a recruiter; all of them for an advisor, who refers candidates."""
        if user.is_advisor:
            return self
        if user.is_recruiter:
            return self.filter(recruiter=user)
        return self.none()


class Vacancy(models.Model):
    """Job opening of one recruiter, with requirements."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        FILLED = "filled", _("Filled")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    source = models.CharField(_("Source"), max_length=40, default="screen")
    external_id = models.CharField(_("Number at the source"), max_length=120, blank=True)
    title = models.CharField(_("Job title"), max_length=120)
    department = models.ForeignKey(Department, models.PROTECT, related_name="vacancies", verbose_name=_("Department"))
    recruiter = models.ForeignKey(User, models.PROTECT, related_name="vacancies", verbose_name=_("Recruiter"))
    location = models.ForeignKey(Location, models.SET_NULL, null=True, blank=True, verbose_name=_("Location"))
    summary = models.TextField(_("In one or two sentences"), blank=True)
    hours_min = models.PositiveSmallIntegerField(_("Hours a week, at least"), null=True, blank=True)
    hours_max = models.PositiveSmallIntegerField(_("Hours a week, at most"), null=True, blank=True)
    scale = models.CharField(_("Pay scale"), max_length=40, blank=True)
    salary_min = models.PositiveIntegerField(_("Salary from (euros a month)"), null=True, blank=True)
    salary_max = models.PositiveIntegerField(_("Salary to (euros a month)"), null=True, blank=True)
    status = models.CharField(_("Status"), max_length=10, choices=Status, default=Status.OPEN)
    eligibility = models.CharField(
        _("Who is invited"),
        max_length=12,
        choices=Policy.Eligibility,
        blank=True,
        help_text=_("Empty: as policy says."),
    )
    published_on = models.DateField(_("Published on"), null=True, blank=True)
    closes_on = models.DateField(_("Closes on"), null=True, blank=True)
    procedure_ended_on = models.DateField(_("Procedure ended on"), null=True, blank=True)

    objects = VacancyQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("vacancy")
        verbose_name_plural = _("vacancies")
        constraints = [
            models.UniqueConstraint(
                name="vacancy_once_per_source", fields=["source", "external_id"], condition=~Q(external_id="")
            ),
            models.CheckConstraint(
                name="vacancy_hours_in_order",
                condition=Q(hours_min__isnull=True) | Q(hours_max__isnull=True) | Q(hours_max__gte=F("hours_min")),
            ),
            models.CheckConstraint(
                name="vacancy_salary_in_order",
                condition=Q(salary_min__isnull=True) | Q(salary_max__isnull=True) | Q(salary_max__gte=F("salary_min")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def set_procedure_end(self, today: date) -> None:
        """Record when the vacancy was filled or withdrawn, unless a day is known; none once it is open again."""
        if self.status == self.Status.OPEN:
            self.procedure_ended_on = None
        elif self.procedure_ended_on is None:
            self.procedure_ended_on = today


class Requirement(models.Model):
    """Requirement of a vacancy; a rejection names the one on which it failed."""

    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="requirements")
    code = models.SlugField(_("Code"), max_length=40)
    label = models.CharField(_("Requirement"), max_length=160)
    is_must = models.BooleanField(_("Required"), default=True)

    class Meta:
        ordering = ["vacancy", "-is_must", "pk"]
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [models.UniqueConstraint(name="requirement_once_per_vacancy", fields=["vacancy", "code"])]

    def __str__(self) -> str:
        return self.label


class TrainingOption(models.Model):
    """Course or certificate that helps to meet a requirement."""

    class Kind(models.TextChoices):
        PARTIAL_CERTIFICATE = "partial_certificate", _("Partial certificate")
        PROGRAMME = "programme", _("Programme")
        COURSE = "course", _("Course")
        SHADOWING = "shadowing", _("Days of shadowing")
        TRAINING = "training", _("Training")
        RECOGNITION = "recognition", _("Recognition of a diploma")

    title = models.CharField(_("Title"), max_length=160)
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind)
    provider = models.CharField(_("Provider"), max_length=120, blank=True)
    duration = models.CharField(_("Duration"), max_length=80, blank=True)
    url = models.URLField(_("Web address"), blank=True)
    counts_for = models.JSONField(_("Codes of requirements"), default=list, blank=True)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("training option")
        verbose_name_plural = _("training options")

    def __str__(self) -> str:
        return self.title
