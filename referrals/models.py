from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from candidates.models import Candidate
from organisation.models import User
from vacancies.models import Vacancy


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> Self:
        """Advisors: of own talks. Recruiters: addressed to them and only after consent."""
        own = Q(pk__in=[])
        if user.is_advisor:
            own |= Q(booking__advisor__user=user) & ~Q(booking__invitation__application__rejection__recruiter=user)
        if user.is_recruiter:
            own |= Q(vacancy__recruiter=user, consented_at__isnull=False, withdrawn_at__isnull=True)
        return self.filter(own)

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(booking__invitation__application__candidate=candidate)


class Referral(models.Model):
    """An advisor proposes a candidate for another vacancy; the candidate decides first, then the recruiter."""

    class State(models.TextChoices):
        AWAITING_CONSENT = "awaiting_consent", _("Waiting for the candidate")
        REFUSED = "refused", _("The candidate said no")
        SENT = "sent", _("With the recruiter")
        ACCEPTED = "accepted", _("The recruiter gets in touch")
        DECLINED = "declined", _("Does not fit now")
        WITHDRAWN = "withdrawn", _("Withdrawn by the candidate")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        INTERVIEW = "interview", _("Interview")
        HIRED = "hired", _("Hired")
        REJECTED = "rejected", _("Not chosen")
        WITHDRAWN = "withdrawn", _("Candidate stopped")
        NOT_SUITABLE = "not_suitable", _("Not suitable")

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="referrals")
    vacancy = models.ForeignKey(Vacancy, models.PROTECT, related_name="referrals")
    introduction = models.TextField(_("Introduction"), max_length=2000)
    is_changed_by_candidate = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State, default=State.AWAITING_CONSENT)
    proposed_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)  # five working days after consent
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(_("Reason"), blank=True, max_length=1000)
    outcome = models.CharField(_("Outcome"), max_length=12, choices=Outcome, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints = [
            models.UniqueConstraint(name="referral_once_per_vacancy", fields=["booking", "vacancy"]),
            models.CheckConstraint(
                name="referral_reaches_recruiter_after_consent",
                condition=~Q(state__in=["sent", "accepted", "declined", "closed"]) | Q(consented_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_declined_says_why", condition=~Q(state="declined") | ~Q(answer_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"

    @property
    def candidate(self) -> Candidate:
        return self.booking.candidate
