from datetime import date, datetime
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from candidates.models import Application, Candidate
from organisation.models import ApiClient, User


class Topic(models.Model):
    """What a candidate may want to talk about."""

    code = models.SlugField(_("Code"), max_length=40, unique=True)
    label_nl = models.CharField(_("Dutch"), max_length=120)
    label_en = models.CharField(_("English"), max_length=120)
    is_active = models.BooleanField(_("In use"), default=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.label_nl if (get_language() or "nl").startswith("nl") else self.label_en


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> Self:
        """Recruiters: of own vacancies. Advisors: all, but only the file of a talk of their own shows a name."""
        if user.is_advisor:
            return self
        if not user.is_recruiter:
            return self.none()
        own = Q(application__vacancy__recruiter=user) | Q(application__rejection__recruiter=user)
        return self.filter(own)

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(application__candidate=candidate)

    def of_client(self, client: ApiClient) -> Self:
        """A program sees the invitations that came from its own rejections."""
        return self.filter(application__source=client.source)

    def open(self, day: date) -> Self:
        return self.filter(withdrawn_at__isnull=True, open_until__gte=day)


class Invitation(models.Model):
    """The offer of a talk. Its end closes booking only; the private link lives on."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="invitation")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)  # what programs call it
    sent_at = models.DateTimeField()
    open_until = models.DateField()  # the last day on which can be booked
    reminded_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [models.Index(name="invitation_by_moment", fields=["sent_at"])]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def candidate(self) -> Candidate:
        return self.application.candidate

    def is_open(self, now: datetime) -> bool:
        return self.withdrawn_at is None and timezone.localdate(now) <= self.open_until
