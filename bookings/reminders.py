"""Reminders of a talk, and the question how it went, by scanning for what is due: never twice, never to a moment that
moved or was cancelled.

Nobody has to be awake at the moment itself. Of what nobody looked at in time the outbox shows a row: it leaves when it
is still of use, and is suppressed as too late when it is not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import notifications
from bookings.models import Booking
from bookings.schedule import is_today, mail_moment, note_moment, outcome_moment, text_moment
from core.actors import number_of
from core.batch import SCAN_SECONDS, do_each
from core.message_schedule import Times
from core.timezones import zone_named
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import Draft
from outbox.models import Message

WHEN = ("pk", "starts_at", "booked_at", "moved_at", "invitation__application__candidate__time_zone")
LOOK_BACK = timedelta(days=1)  # at talks that began while nobody worked
FIVE_WEEKS = timedelta(days=35)  # more than the longest pause before the question how it went, and two weeks
TWO_DAYS = timedelta(days=2)  # the whole day before, whatever the zone
FIVE_HOURS = timedelta(hours=5)  # more than the earliest note of the timetable


@dataclass(frozen=True)
class Reminder:
    """One sort: the field of a talk that says it was posted, when it is due, and what it says."""

    mark: str
    moment: Callable[[datetime, ZoneInfo, Times], datetime]
    draft: Callable[[Booking, Policy, datetime], Draft]
    ahead: timedelta = TWO_DAYS
    behind: timedelta = LOOK_BACK
    wanted: Q = field(default_factory=Q)


def _text(booking: Booking, policy: Policy, now: datetime) -> Draft:
    return notifications.text_reminder(booking, policy, now=now)


def _mail(booking: Booking, policy: Policy, now: datetime) -> Draft:
    said_today = is_today(booking.starts_at, booking.candidate.zone, now)
    return notifications.mail_reminder(booking, policy, is_today=said_today)


def _note(booking: Booking, policy: Policy, _now: datetime) -> Draft:
    return notifications.advisor_note(booking, policy)


def _question(booking: Booking, policy: Policy, _now: datetime) -> Draft:
    return notifications.advisor_outcome(booking, policy)


TEXT = Reminder("text_reminder_at", text_moment, _text, wanted=Q(wants_sms=True))
MAIL = Reminder("mail_reminder_at", mail_moment, _mail)
NOTE = Reminder("advisor_note_at", note_moment, _note, ahead=FIVE_HOURS)
OUTCOME = Reminder("outcome_asked_at", outcome_moment, _question, ahead=timedelta(0), behind=FIVE_WEEKS)


def remind_by_text(*, now: datetime) -> int:
    """Post a text for every talk of tomorrow whose candidate asked for one. Returns how many."""
    return _remind(TEXT, policy=Policy.objects.current(), now=now)


def remind_by_mail(*, now: datetime) -> int:
    """Post a mail for every talk of tomorrow, and of today when nobody worked yesterday. Returns how many."""
    return _remind(MAIL, policy=Policy.objects.current(), now=now)


def remind_advisors(*, now: datetime) -> int:
    """Post a note for every talk that is about to begin, unless the timetable has none. Returns how many."""
    policy = Policy.objects.current()
    return _remind(NOTE, policy=policy, now=now) if policy.times.advisor_note_minutes_before else 0


def remind_today(*, now: datetime) -> int:
    """A mail that could not leave before midnight says "tomorrow", and stayed here: it comes again and says "today".

    Returns how many come again.
    """
    talks = Booking.objects.standing().filter(starts_at__gt=now, starts_at__lt=now + LOOK_BACK)
    told = talks.filter(mail_reminder_at__isnull=False).values_list("pk", flat=True)
    mails = Message.objects.filter(about__in=[f"booking:{key}" for key in told], kind="reminder")
    missed = mails.filter(channel=Message.Channel.MAIL, reason=Message.Reason.TOO_LATE)
    keys = {number_of(about, "booking") for about in missed.values_list("about", flat=True)}
    return do_each(sorted(keys), partial(_again, now=now), name="booking")


@transaction.atomic
def _again(booking_id: int, *, now: datetime) -> bool:
    """What says "today" was posted once for this state of the talk, whatever became of it."""
    policy = Policy.objects.current()
    booking = notifications.with_all_that_letters_need(Booking.objects.standing().filter(pk=booking_id)).first()
    if booking is None or not is_today(booking.starts_at, booking.candidate.zone, now):
        return False
    draft = notifications.mail_reminder(booking, policy, is_today=True)
    if Message.objects.filter(dedupe_key=draft.dedupe_key).exists():
        return False
    outbox.post(draft, now=now)
    return True


def ask_for_outcomes(*, now: datetime) -> int:
    """Ask the advisor, once, about every talk that is over and was not marked, unless the timetable does not ask.

    Returns how many.
    """
    policy = Policy.objects.current()
    return _remind(OUTCOME, policy=policy, now=now) if policy.times.outcome_after_working_days else 0


def _remind(sort: Reminder, *, policy: Policy, now: datetime) -> int:
    seen = {
        key: starts_at
        for key, starts_at, booked_at, moved_at, zone_name in _near(sort, now).values_list(*WHEN)
        if (moved_at or booked_at) < sort.moment(starts_at, zone_named(zone_name), policy.times) <= now
    }
    remind = partial(_remind_of, seen, sort=sort, policy=policy, now=now)
    return do_each(list(seen), remind, name="booking", seconds=SCAN_SECONDS)


def _near(sort: Reminder, now: datetime) -> QuerySet[Booking]:
    """Not yet reminded of; of these one that was arranged after its reminder's moment gets none."""
    near = Booking.objects.standing().filter(starts_at__gt=now - sort.behind, starts_at__lt=now + sort.ahead)
    return near.filter(sort.wanted, **{f"{sort.mark}__isnull": True})


@transaction.atomic
def _remind_of(seen: dict[int, datetime], booking_id: int, *, sort: Reminder, policy: Policy, now: datetime) -> bool:
    """False when somebody else reminded, or when the talk moved since the scan saw it."""
    still = _near(sort, now).filter(pk=booking_id, starts_at=seen[booking_id])
    if not still.update(**{sort.mark: now}):
        return False
    booking = notifications.with_all_that_letters_need(Booking.objects.filter(pk=booking_id)).get()
    outbox.post(sort.draft(booking, policy, now), now=now)
    return True


def moments_of_reminders(*sorts: Reminder, since: datetime, until: datetime) -> list[datetime]:
    """When, after `since` and before `until`, something becomes due of the talks that stand; in order, each once."""
    times = Policy.objects.current().times
    talks = Booking.objects.standing().filter(starts_at__gt=since, starts_at__lt=until + TWO_DAYS)
    zones = talks.values_list("starts_at", "invitation__application__candidate__time_zone")
    moments = {sort.moment(starts_at, zone_named(name), times) for starts_at, name in zones for sort in sorts}
    return sorted(moment for moment in moments if since < moment < until)
