from typing import Self
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from candidates.names import full_name, greeting_name
from core.actors import object_key
from core.lookups import in_keys
from core.timezones import zone_for_name
from organisation.models import User
from outbox.compose import MailRecipient


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def visible_to(self, user: User) -> Self:
        """Candidates of a recruiter's vacancies and rejections. Advisors reach a candidate through a booking only."""
        if not user.is_recruiter:
            return self.none()
        rows = Candidate.objects.order_by().values("pk")
        own_vacancies = rows.filter(applications__vacancy__recruiter=user)
        return self.filter(in_keys("pk", own_vacancies.union(rows.filter(applications__rejection__recruiter=user))))

    def with_booking(self) -> Self:
        """Candidates with a booking in any state: their private page may hold what only an advisor may read.

        Bookings is a higher app, reached by the reverse relation only.
        """
        return self.filter(applications__invitation__bookings__isnull=False).distinct()


class Candidate(models.Model):
    """Person who applied. Has no account, but a private link."""

    class KeptBy(models.TextChoices):
        CONTACT = "contact", _("Rejection or last contact")
        VACANCY = "vacancy", _("Vacancy that closes later")
        INVITATION = "invitation", _("Open invitation")
        TALK = "talk", _("Planned talk")
        REFERRAL = "referral", _("Referral to another vacancy")

    first_name = models.CharField(_("First name"), max_length=200, blank=True)
    infix = models.CharField(_("Infix"), max_length=40, blank=True)
    last_name = models.CharField(_("Last name"), max_length=200, blank=True)
    email = models.EmailField(_("E-mail address"))
    phone = PhoneNumberField(_("Phone number"), blank=True)
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("Time zone"), max_length=40, default=settings.TIME_ZONE)  # of times we write
    messages_stopped_at = models.DateTimeField(null=True, blank=True)  # no invitations or surveys from then on
    email_failed_at = models.DateTimeField(null=True, blank=True)  # mail to this address came back
    email_confirmed_at = models.DateTimeField(null=True, blank=True)  # by a recruiter; earlier bounces do not count
    last_contact_at = models.DateTimeField(null=True, blank=True)  # drives the date of erasure
    erase_on = models.DateField(null=True, blank=True)  # as calculated by the last daily run; null: since then
    kept_by = models.CharField(max_length=10, choices=KeptBy, blank=True)  # what lasts longest
    distinct_from = models.ManyToManyField("self", blank=True)  # same address, but other people, says a recruiter
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "pk"]
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        indexes = [
            models.Index(name="candidate_by_email", fields=["email"]),
            models.Index(name="candidate_by_erasure", fields=["erase_on", "id"]),
            models.Index(name="candidate_by_keeper", fields=["kept_by", "erase_on", "id"]),
            models.Index(Lower("email"), name="candidate_by_lower_email"),
            models.Index(name="candidate_stopped", fields=["id"], condition=Q(messages_stopped_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="candidate_has_a_name", condition=~Q(first_name="", last_name="")),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"  # no names: this ends up in logs

    @property
    def zone(self) -> ZoneInfo:
        return zone_for_name(self.time_zone)

    @property
    def full_name(self) -> str:
        return full_name(first_name=self.first_name, infix=self.infix, last_name=self.last_name)

    @property
    def greeting_name(self) -> str:
        """Name after "Dear", also of somebody with one name."""
        return greeting_name(first_name=self.first_name, infix=self.infix, last_name=self.last_name)

    @property
    def mail_recipient(self) -> MailRecipient:
        return MailRecipient(object_key(self), self.full_name, self.email, self.language)


class CandidateSource(models.Model):
    """Id of a candidate in another system."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="sources")
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)

    class Meta:
        ordering = ["source", "external_id"]
        constraints = [models.UniqueConstraint(name="candidate_source_once", fields=["source", "external_id"])]

    def __str__(self) -> str:
        return f"candidate source {self.pk}"


class DuplicateConfirmation(models.Model):
    """A recruiter of the older candidate says that a colleague's candidate is the same person; the colleague decides.

    Deleted with the answer, and when either address changes.
    """

    older = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    younger = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    confirmed_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="duplicate_confirmed_once", fields=["older", "younger"]),
            models.CheckConstraint(name="duplicate_older_comes_first", condition=Q(older__lt=F("younger"))),
        ]

    def __str__(self) -> str:
        return f"duplicate confirmation {self.pk}"


class AccessLink(models.Model):
    """Private link of a candidate. The token is derived, see candidates/access/tokens.py; a new version revokes it."""

    candidate = models.OneToOneField(Candidate, models.CASCADE, related_name="link")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"access link {self.pk}"


class Consent(models.Model):
    """Proof of a candidate's consent (GDPR, article 7): purpose, version of the text, scope, start and end."""

    class Purpose(models.TextChoices):
        SMS = "sms", _("Text messages about an appointment")
        REFERRAL = "referral", _("Introduction to a recruiter")

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    text_version = models.CharField(max_length=40)
    language = models.CharField(max_length=2)
    scope = models.CharField(max_length=60, blank=True)  # "referral:3"
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["given_at"]
        constraints = [
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"
