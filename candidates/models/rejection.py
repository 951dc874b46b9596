from datetime import date
from typing import Any, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidates.models.candidate import Candidate
from core.lookups import in_keys
from organisation.models import Translation, User, active_label
from vacancies.models import Requirement, Vacancy


class Stage(models.TextChoices):
    """Stage at which the application ended."""

    LETTER = "letter", _("Application review")
    PHONE_SCREEN = "phone_screen", _("Phone screen")
    INTERVIEW_1 = "interview_1", _("First interview")
    INTERVIEW_2 = "interview_2", _("Second interview")
    ASSESSMENT = "assessment", _("Assignment or assessment")
    OFFER = "offer", _("Offer stage")


def application_keys_of(user: User) -> models.QuerySet[Any, Any]:
    """Keys of the applications for a recruiter's vacancies and of those that they rejected.

    A UNION and not an OR over two tables: each side uses its index.
    """
    on_own_vacancies = Application.objects.filter(vacancy__recruiter=user).order_by().values("pk")
    own_rejections = Rejection.objects.filter(recruiter=user).order_by().values("application")
    return on_own_vacancies.union(own_rejections)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> Self:
        if not user.is_recruiter:
            return self.none()
        return self.filter(in_keys("pk", application_keys_of(user)))


class Application(models.Model):
    """Application of one candidate for one vacancy."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications")
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="applications", db_index=False)  # see Meta
    source = models.CharField(max_length=40, default="screen")
    external_id = models.CharField(max_length=250, blank=True)
    applied_on = models.DateField(_("Applied on"), null=True, blank=True)
    stage = models.CharField(_("Stage"), max_length=14, choices=Stage)
    fingerprint = models.CharField(max_length=64, blank=True)  # keyed digest of the last report of the source

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(name="application_by_vacancy", fields=["vacancy"], include=["id", "candidate"])]
        constraints = [
            models.UniqueConstraint(
                name="application_once_per_source", fields=["source", "external_id"], condition=~Q(external_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.pk}"


class RejectionReason(models.Model):
    """Coded reason. Hidden instead of deleted, so that earlier rejections keep their label."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    category = models.SlugField(_("Category"), max_length=40)
    needs_component = models.BooleanField(_("Must name a requirement"), default=True)
    needs_care = models.BooleanField(_("Write with extra care"), default=False)
    is_active = models.BooleanField(_("In use"), default=True)
    labels = GenericRelation(Translation)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reason")
        verbose_name_plural = _("reasons")

    def __str__(self) -> str:
        return active_label(self.labels.all(), default=self.code)


class RejectionQuerySet(models.QuerySet["Rejection"]):
    def visible_to(self, user: User) -> Self:
        """Rejections of a recruiter's own vacancies, and those that they gave."""
        if not user.is_recruiter:
            return self.none()
        return self.filter(in_keys("application__pk", application_keys_of(user)))

    def complete(self) -> Self:
        return self.filter(completed_at__isnull=False)

    def incomplete(self) -> Self:
        return self.filter(completed_at__isnull=True, rejected_by=Rejection.RejectedBy.ORGANISATION)

    def invited(self) -> Self:
        """Rejections whose candidate was invited: from then on they do not change.

        Bookings is a higher app, reached by the reverse relation only.
        """
        return self.filter(application__invitation__isnull=False)

    def awaiting_notice(self) -> Self:
        """Rejections of which the candidate was not notified yet, as far as recorded."""
        return self.filter(notified_on__isnull=True, rejected_by=Rejection.RejectedBy.ORGANISATION)

    def invitable_on(self, day: date) -> Self:
        """Rejections with a notice before this day, as an invitation must not be the first to tell the candidate,
        and whose place in a file that is spread over days has come.
        """
        return self.filter(Q(invite_from__isnull=True) | Q(invite_from__lte=day), notified_on__lt=day)


class Rejection(models.Model):
    """Decision not to continue with an application, and why."""

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
    recruiter = models.ForeignKey(User, models.PROTECT, related_name="rejections", db_index=False)  # who gave it
    rejected_by = models.CharField(_("Who decided"), max_length=12, choices=RejectedBy, default=RejectedBy.ORGANISATION)
    reason = models.ForeignKey(
        RejectionReason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Reason")
    )
    reason_label = models.CharField(max_length=120, blank=True)  # text of another system that is no reason of ours
    component = models.ForeignKey(
        Requirement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Failed requirement")
    )
    explanation = models.TextField(_("Explanation"), blank=True, max_length=2000)
    decided_on = models.DateField(_("Decided on"), null=True, blank=True)
    notified_on = models.DateField(_("Told on"), null=True, blank=True)
    notified_by = models.CharField(_("Told how"), max_length=10, choices=Notice, blank=True)
    invite_from = models.DateField(null=True, blank=True)  # not earlier, as a file is spread over days
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = RejectionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(name="rejection_by_notice", fields=["notified_on"]),
            models.Index(name="rejection_by_recruiter", fields=["recruiter"], include=["application"]),
        ]
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
    """Concrete thing that the candidate did well."""

    rejection = models.ForeignKey(Rejection, models.CASCADE, related_name="strengths")
    text = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="strength_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"strength {self.pk}"
