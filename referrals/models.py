from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from candidates.models import Candidate
from core.lookups import in_keys
from organisation.models import User
from vacancies.models import Vacancy


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> Self:
        """Referrals from the advisor's own talks, and those addressed to the recruiter after consent."""
        rows = Referral.objects.order_by()
        addressed = rows.addressed_to(user).values("pk")
        return self.filter(in_keys("pk", rows.proposed_by(user).values("pk").union(addressed)))

    def proposed_by(self, user: User) -> Self:
        """Referrals from the advisor's own talks, but never of a rejection that they gave as recruiter."""
        return self.filter(booking__in=Booking.objects.visible_to(user))

    def addressed_to(self, user: User) -> Self:
        """Referrals that this recruiter may read: after the candidate's consent and before a withdrawal."""
        return self.ever_shown_to(user).filter(withdrawn_at__isnull=True)

    def ever_shown_to(self, user: User) -> Self:
        """Referrals that this recruiter could see at some time, including withdrawn ones."""
        if not user.is_recruiter:
            return self.none()
        return self.filter(vacancy__recruiter=user, consented_at__isnull=False)

    def waiting(self) -> Self:
        """Referrals that wait for the recruiter's answer."""
        return self.filter(state=Referral.State.SENT)

    def with_people(self) -> Self:
        """Select the related people and vacancy that pages and mails name."""
        return self.select_related(
            "booking__advisor__user",
            "booking__invitation__application__candidate",
            "vacancy__department",
            "vacancy__recruiter",
        )

    def of_candidate(self, candidate: Candidate) -> Self:
        return self.filter(booking__invitation__application__candidate=candidate)


class Referral(models.Model):
    """Proposal of a candidate for another vacancy: the candidate consents first, then the recruiter answers."""

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
    reminded_at = models.DateTimeField(null=True, blank=True)  # one reminder to the recruiter, after answer_by
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
        indexes = [models.Index(name="referral_waiting", fields=["answer_by"], condition=Q(state="sent"))]
        constraints = [
            models.UniqueConstraint(name="referral_once_per_vacancy", fields=["booking", "vacancy"]),
            models.CheckConstraint(
                name="referral_reaches_recruiter_after_consent",
                condition=~Q(state__in=["sent", "accepted", "declined", "closed"]) | Q(consented_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_sent_has_answer_day", condition=~Q(state="sent") | Q(answer_by__isnull=False)
            ),
            models.CheckConstraint(name="referral_closed_has_outcome", condition=~Q(state="closed") | ~Q(outcome="")),
            models.CheckConstraint(
                name="referral_withdrawn_has_moment", condition=~Q(state="withdrawn") | Q(withdrawn_at__isnull=False)
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

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.SENT

    @property
    def awaits_outcome(self) -> bool:
        return self.state == self.State.ACCEPTED

    @property
    def can_be_withdrawn(self) -> bool:
        return self.consented_at is not None and self.withdrawn_at is None

    def is_addressed_to(self, user: User) -> bool:
        """Same rule as `addressed_to`, for a loaded referral."""
        return user.is_recruiter and self.vacancy.recruiter_id == user.pk and self.can_be_withdrawn
