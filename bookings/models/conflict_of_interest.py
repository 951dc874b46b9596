"""Conflict of interest: a recruiter who gave a rejection has no part in the booking that follows from it.

They do not hold the session, read its file, decide about it, or correct the address to which its link is mailed. Every
list, offer and write uses these conditions.
"""

from django.db.models import Q

from bookings.models.invitation import Invitation
from candidates.models import Rejection
from organisation.models import User


def conflicted_advisors(application_id: int) -> Q:
    """Condition on advisors: they gave the rejection of this application."""
    return Q(user__rejections__application=application_id)


def conflicted_bookings(user: User) -> Q:
    """Condition on bookings: this user gave the rejection."""
    return Q(invitation__application__rejection__recruiter=user)


def bookings_of_rejected_candidates(user: User) -> Q:
    """Condition on bookings: this user gave the candidate any rejection, so may not touch the private link."""
    rejected = Rejection.objects.filter(recruiter=user).values("application__candidate")
    return Q(invitation__application__candidate__in=rejected)


def rejecting_user_id(invitation: Invitation) -> int:
    """Key of the user who gave the rejection; reads the application and rejection unless they are loaded."""
    return invitation.application.rejection.recruiter_id


def conflicted_advisor_id(invitation: Invitation) -> int | None:
    """Key of the advisor who gave the rejection, when that recruiter is an advisor as well."""
    recruiter = invitation.application.rejection.recruiter
    return recruiter.advisor.pk if hasattr(recruiter, "advisor") else None
