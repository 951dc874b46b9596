"""Who is to be erased: four weeks after the procedure ended and after our last contact (GDPR art. 5(1)(e), AP norm)."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from bookings.models import Booking, Invitation
from candidates.models import Application, Candidate
from core.actors import COMMAND
from core.batch import do_each
from referrals.models import Referral
from spreekuur.privacy import erase_candidate

KEPT_FOR = timedelta(days=28)
RUNNING = (Referral.State.AWAITING_CONSENT, Referral.State.SENT, Referral.State.ACCEPTED)


def erase_due(*, now: datetime) -> int:
    """One that fails does not keep the others here. Returns how many are gone."""
    keys = list(due_for_erasure(now=now).values_list("pk", flat=True))
    return do_each(keys, partial(_erase, now=now), name="candidate")


def _erase(candidate_id: int, *, now: datetime) -> bool:
    """False when somebody was quicker, or when something of theirs runs again since the list was made."""
    candidate = due_for_erasure(now=now).filter(pk=candidate_id).first()
    if candidate is None:
        return False
    erase_candidate(candidate, actor=COMMAND, now=now)
    return True


def due_for_erasure(*, now: datetime) -> QuerySet[Candidate]:
    """Nothing runs any more: no open procedure, invitation, talk or referral, and no contact for four weeks.

    A vacancy without an end of its procedure is still running.
    """
    today = timezone.localdate(now)
    of_candidate = Application.objects.filter(candidate=OuterRef("pk"))
    running = of_candidate.filter(
        Q(vacancy__procedure_ended_on__isnull=True) | Q(vacancy__procedure_ended_on__gt=today - KEPT_FOR)
    )
    mine = Q(application__candidate=OuterRef("pk"))
    talks = Booking.objects.standing().filter(invitation__application__candidate=OuterRef("pk"))
    referrals = Referral.objects.filter(booking__invitation__application__candidate=OuterRef("pk"), state__in=RUNNING)
    return (
        Candidate.objects.annotate(last=Coalesce(F("last_contact_at"), Max("applications__rejection__created_at")))
        .filter(Q(last__isnull=True) | Q(last__lt=now - KEPT_FOR), created_at__lt=now - KEPT_FOR)
        .exclude(Exists(running))
        .exclude(Exists(Invitation.objects.open(today).filter(mine)))
        .exclude(Exists(talks))
        .exclude(Exists(referrals))
        .order_by("pk")
    )
