from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate
from organisation.models import User
from vacancies.models import Requirement, Vacancy


class Stage(models.TextChoices):
    """How far the application came."""

    LETTER = "letter", _("Application review")
    PHONE_SCREEN = "phone_screen", _("Phone screen")
    INTERVIEW_1 = "interview_1", _("First interview")
    INTERVIEW_2 = "interview_2", _("Second interview")
    ASSESSMENT = "assessment", _("Assignment or assessment")
    OFFER = "offer", _("Offer stage")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> Self:
        if not user.is_recruiter:
            return self.none()
        return self.filter(Q(vacancy__recruiter=user) | Q(rejection__recruiter=user))


class Application(models.Model):
    """One candidate for one vacancy."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications")
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="applications")
    source = models.CharField(max_length=40, default="screen")
    external_id = models.CharField(max_length=250, blank=True)
    applied_on = models.DateField(_("Applied on"), null=True, blank=True)
    stage = models.CharField(_("Stage"), max_length=14, choices=Stage)
    fingerprint = models.CharField(max_length=64, blank=True)  # keyed digest of what the source said last

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="application_once_per_source", fields=["source", "external_id"], condition=~Q(external_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class RejectionReason(models.Model):
    """A coded reason. Never deleted, only hidden: history keeps its words."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    category = models.SlugField(_("Category"), max_length=40)
    label_nl = models.CharField(_("Dutch"), max_length=120)
    label_en = models.CharField(_("English"), max_length=120)
    needs_component = models.BooleanField(_("Must name a requirement"), default=True)
    needs_care = models.BooleanField(_("Write with extra care"), default=False)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")

    def __str__(self) -> str:
        return self.label_nl if (get_language() or "nl").startswith("nl") else self.label_en


class RejectionQuerySet(models.QuerySet["Rejection"]):
    def visible_to(self, user: User) -> Self:
        """A recruiter sees the rejections of own vacancies and those that they gave."""
        if not user.is_recruiter:
            return self.none()
        return self.filter(Q(application__vacancy__recruiter=user) | Q(recruiter=user))

    def complete(self) -> Self:
        return self.filter(completed_at__isnull=False)

    def incomplete(self) -> Self:
        return self.filter(completed_at__isnull=True, rejected_by=Rejection.RejectedBy.ORGANISATION)

    def invited(self) -> Self:
        """Looks up to bookings through the reverse relation: from then on the words stand."""
        return self.filter(application__invitation__isnull=False)

    def waiting_for_notice(self) -> Self:
        """Nobody told the candidate yet (or nobody wrote down when)."""
        return self.filter(notified_on__isnull=True, rejected_by=Rejection.RejectedBy.ORGANISATION)

    def told_before(self, day: date) -> Self:
        """The candidate was told on an earlier day, so that the letter is never the first to say it."""
        return self.filter(notified_on__lt=day)


class Rejection(models.Model):
    """The decision not to go on with an application, and why."""

    class RejectedBy(models.TextChoices):
        ORGANISATION = "organisation", _("We turned the candidate down")
        CANDIDATE = "candidate", _("The candidate withdrew")

    class Notice(models.TextChoices):
        PHONE = "phone", _("By phone")
        IN_PERSON = "in_person", _("In person")
        VIDEO = "video", _("By video")
        EMAIL = "email", _("By e-mail")
        LETTER = "letter", _("By letter")

    application = models.OneToOneField(Application, models.CASCADE, related_name="rejection")
    recruiter = models.ForeignKey(User, models.PROTECT, related_name="rejections")  # who gave it
    rejected_by = models.CharField(_("Who decided"), max_length=12, choices=RejectedBy, default=RejectedBy.ORGANISATION)
    reason = models.ForeignKey(
        RejectionReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Reason")
    )
    reason_label = models.CharField(max_length=120, blank=True)  # a reason that another system gave and we do not know
    component = models.ForeignKey(
        Requirement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Failed requirement")
    )
    explanation = models.TextField(_("Explanation"), blank=True, max_length=2000)
    decided_on = models.DateField(_("Decided on"), null=True, blank=True)
    notified_on = models.DateField(_("Told on"), null=True, blank=True)
    notified_by = models.CharField(_("Told how"), max_length=10, choices=Notice, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = RejectionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(name="rejection_by_notice", fields=["notified_on"])]
        constraints = [
            models.CheckConstraint(
                name="rejection_complete_says_why",
                condition=Q(completed_at__isnull=True) | (Q(reason__isnull=False) & ~Q(explanation="")),
            ),
            models.CheckConstraint(
                name="rejection_withdrawn_is_not_complete",
                condition=Q(rejected_by="organisation") | Q(completed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"rejection {self.pk}"


class Strength(models.Model):
    """A concrete thing that the candidate did well."""

    rejection = models.ForeignKey(Rejection, models.CASCADE, related_name="strengths")
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="strength_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"strength {self.pk}"
