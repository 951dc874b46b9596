"""Retention: erase candidates four weeks after the end of the procedure and the last contact.

Source: GDPR art. 5(1)(e), and the guideline of the Dutch data protection authority (AP) for applicants.
"""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from bookings.models import Booking, Invitation
from candidates.models import Application, Candidate
from core.actors import COMMAND
from core.batch import run_each
from referrals.models import Referral
from spreekuur.privacy import erase_candidate

RETENTION_PERIOD = timedelta(days=28)
OPEN_STATES = (Referral.State.AWAITING_CONSENT, Referral.State.SENT, Referral.State.ACCEPTED)


def erase_due(*, now: datetime) -> int:
    """Erase all candidates that are due and return their number. A failure does not stop the others."""
    keys = list(due_for_erasure(now=now).values_list("pk", flat=True))
    return run_each(keys, partial(_erase, now=now), name="candidate")


def _erase(candidate_id: int, *, now: datetime) -> bool:
    """Erase one candidate; False when they are no longer due, for example erased by another worker."""
    candidate = due_for_erasure(now=now).filter(pk=candidate_id).first()
    if candidate is None:
        return False
    erase_candidate(candidate, actor=COMMAND, now=now)
    return True


def due_for_erasure(*, now: datetime) -> QuerySet[Candidate]:
    """Candidates without an open procedure, invitation, talk or referral, and without contact for four weeks.

    The procedure of a vacancy without an end date is open.
    """
    today = timezone.localdate(now)
    of_candidate = Application.objects.filter(candidate=OuterRef("pk"))
    open_procedures = of_candidate.filter(
        Q(vacancy__procedure_ended_on__isnull=True) | Q(vacancy__procedure_ended_on__gt=today - RETENTION_PERIOD)
    )
    own = Q(application__candidate=OuterRef("pk"))
    talks = Booking.objects.booked().filter(invitation__application__candidate=OuterRef("pk"))
    referrals = Referral.objects.filter(
        booking__invitation__application__candidate=OuterRef("pk"), state__in=OPEN_STATES
    )
    return (
        Candidate.objects.annotate(last=Coalesce(F("last_contact_at"), Max("applications__rejection__created_at")))
        .filter(Q(last__isnull=True) | Q(last__lt=now - RETENTION_PERIOD), created_at__lt=now - RETENTION_PERIOD)
        .exclude(Exists(open_procedures))
        .exclude(Exists(Invitation.objects.open(today).filter(own)))
        .exclude(Exists(talks))
        .exclude(Exists(referrals))
        .order_by("pk")
    )
