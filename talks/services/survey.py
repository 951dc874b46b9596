"""Send the survey after a talk, and store the candidate's answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from bookings.models import Booking
from candidates.models import Candidate
from core.actors import SYSTEM, Actor
from core.batch import run_each
from core.timezones import zone_for_name
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from talks import notifications
from talks.models import Survey, SurveyAnswer
from talks.survey_schedule import survey_due_at

LOOK_BACK = timedelta(days=50)  # the longest delay in working days, plus the two weeks until expiry
ZONE_NAME = "invitation__application__candidate__time_zone"


def send_due_surveys(*, now: datetime) -> int:
    """Post the survey of every completed talk that is due, unless policy has switched surveys off.

    Returns the number of surveys. A survey that was not sent for two weeks expires in the outbox.
    """
    policy = Policy.objects.current()
    if not policy.times.survey_after_working_days:
        return 0
    due = [
        key
        for key, closed_at, zone_name in _without_survey(now).values_list("pk", "closed_at", ZONE_NAME)
        if survey_due_at(closed_at, zone_for_name(zone_name), policy.times) <= now
    ]
    return run_each(due, partial(_send, policy=policy, now=now), name="booking")


def _without_survey(now: datetime) -> QuerySet[Booking]:
    """Completed talks without a survey, of candidates who have not opted out."""
    held = Booking.objects.completed().filter(closed_at__gt=now - LOOK_BACK, survey__isnull=True)
    return held.filter(invitation__application__candidate__messages_stopped_at__isnull=True).order_by("pk")


@transaction.atomic
def _send(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """Send one survey; False when another worker did so or the candidate opted out since the scan."""
    locked = Candidate.objects.select_for_update(
        no_key=True, of=("self",)
    )  # not the booking: other services lock that first
    candidate = locked.get(applications__invitation__bookings=booking_id)
    if not _without_survey(now).filter(pk=booking_id).exists():
        return False
    booking = Booking.objects.filter(pk=booking_id).for_letters().get()
    if booking.closed_at is None:
        return False
    asked = Survey.objects.create(booking=booking, asked_at=now)
    audit.record("survey.send", asked, actor=SYSTEM, now=now)
    due_at = survey_due_at(booking.closed_at, candidate.zone, policy.times)
    outbox.post(notifications.survey(asked, policy, due_at=due_at), now=now)
    return True


@transaction.atomic
def answer_survey(*, survey: Survey, answers: Mapping[str, str], actor: Actor, now: datetime) -> Survey:
    """Replace the answers, which are keyed by question code; without answers the survey is unanswered again."""
    kept = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    kept.answers.all().delete()
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey=kept, question=code, answer=answer) for code, answer in answers.items()
    )
    kept.answered_at = now if answers else None
    kept.save(update_fields=["answered_at"])
    audit.record("survey.answer", kept, actor=actor, now=now)
    return kept
