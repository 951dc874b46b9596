"""Invitations and the topics that a candidate may choose."""

from datetime import date, datetime
from typing import Self
from uuid import uuid4

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.models import Application, Candidate, application_keys_of
from core.lookups import in_keys
from organisation.models import ApiClient, Translation, User, active_label


class Topic(models.Model):
    """Subject that a candidate may choose for the session."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    is_active = models.BooleanField(_("In use"), default=True)
    labels = GenericRelation(Translation)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return active_label(self.labels.all(), default=self.code)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """Invitations of a recruiter's vacancies and rejections; all for advisors, whose pages hide most names."""
        if user.is_advisor:
            return self
        if not user.is_recruiter:
            return self.none()
        return self.filter(in_keys("application__pk", application_keys_of(user)))

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(application__candidate=candidate)

    def of_client(self, client: ApiClient) -> Self:
        """Invitations that follow from rejections sent by this API client."""
        return self.filter(application__source=client.source)

    def open(self, day: date) -> Self:
        return self.filter(withdrawn_at__isnull=True, open_until__gte=day)


class Invitation(models.Model):
    """Invitation to book a session. Its end date closes booking only; the private link stays valid."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="invitation")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # identifier for API clients
    sent_at = models.DateTimeField()
    open_until = models.DateField()  # last day on which booking is possible
    reminded_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(name="invitation_by_moment", fields=["sent_at"]),
            models.Index(name="invitation_declined", fields=["id"], condition=models.Q(declined_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def candidate(self) -> Candidate:
        return self.application.candidate

    def is_open(self, now: datetime) -> bool:
        return self.withdrawn_at is None and timezone.localdate(now) <= self.open_until
