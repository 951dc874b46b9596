"""The survey after a talk: asked once, by scanning for what is due; answered, or not, by the candidate."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from bookings.models import Booking
from bookings.notifications import with_all_that_letters_need
from candidates.models import Candidate
from core.actors import SYSTEM, Actor
from core.batch import SCAN_SECONDS, do_each
from core.timezones import zone_named
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from talks import notifications
from talks.models import Survey, SurveyAnswer
from talks.survey_schedule import survey_moment

LOOK_BACK = timedelta(days=50)  # the longest pause of the timetable, in working days, and the two weeks of use
ZONE_NAME = "invitation__application__candidate__time_zone"


def ask_how_it_was(*, now: datetime) -> int:
    """Post the survey of every talk that was held so many working days ago, unless the timetable has none.

    What nobody looked at for two weeks the outbox shows as too late. Returns how many.
    """
    policy = Policy.objects.current()
    if not policy.times.survey_after_working_days:
        return 0
    due = [
        key
        for key, closed_at, zone_name in _unasked(now).values_list("pk", "closed_at", ZONE_NAME)
        if survey_moment(closed_at, zone_named(zone_name), policy.times) <= now
    ]
    return do_each(due, partial(_ask, policy=policy, now=now), name="booking", seconds=SCAN_SECONDS)


def _unasked(now: datetime) -> QuerySet[Booking]:
    """Talks that were held, of candidates who want our messages."""
    held = Booking.objects.held().filter(closed_at__gt=now - LOOK_BACK, survey__isnull=True)
    return held.filter(invitation__application__candidate__messages_stopped_at__isnull=True).order_by("pk")


@transaction.atomic
def _ask(booking_id: int, *, policy: Policy, now: datetime) -> bool:
    """False when somebody else asked, or the candidate pressed Stop, since the scan saw it."""
    locked = Candidate.objects.select_for_update(no_key=True, of=("self",))  # not the talk, which others lock first
    candidate = locked.get(applications__invitation__bookings=booking_id)
    if not _unasked(now).filter(pk=booking_id).exists():
        return False
    booking = with_all_that_letters_need(Booking.objects.filter(pk=booking_id)).get()
    if booking.closed_at is None:
        return False
    asked = Survey.objects.create(booking=booking, asked_at=now)
    audit.record("survey.send", asked, actor=SYSTEM, now=now)
    due_at = survey_moment(booking.closed_at, candidate.zone, policy.times)
    outbox.post(notifications.survey(asked, policy, due_at=due_at), now=now)
    return True


@transaction.atomic
def answer_survey(*, survey: Survey, answers: Mapping[str, str], actor: Actor, now: datetime) -> Survey:
    """Keep these answers, by the code of their question, instead of those that were given before; without any it is
    not answered.
    """
    kept = Survey.objects.select_for_update(no_key=True).get(pk=survey.pk)
    kept.answers.all().delete()
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey=kept, question=code, answer=answer) for code, answer in answers.items()
    )
    kept.answered_at = now if answers else None
    kept.save(update_fields=["answered_at"])
    audit.record("survey.answer", kept, actor=actor, now=now)
    return kept
