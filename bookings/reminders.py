"""Reminders of bookings, and the question to the advisor how it went.

Scans find what is due, so a reminder is posted once and never for a start time that was moved or cancelled. After
downtime the outbox gets a row for every missed reminder: it is sent when it is still of use, else suppressed as too
late.
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
from bookings.schedule import advisor_note_at, is_today, mail_reminder_at, outcome_request_at, sms_reminder_at
from core.actors import pk_from_key
from core.batch import run_each
from core.message_schedule import MessageSchedule
from core.timezones import zone_for_name
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import MessageDraft
from outbox.models import Message

WHEN = ("pk", "starts_at", "booked_at", "moved_at", "invitation__application__candidate__time_zone")
LOOK_BACK = timedelta(days=1)  # at bookings that began while no worker ran
FIVE_WEEKS = timedelta(days=35)  # more than the longest configurable delay of the outcome request, plus two weeks
TWO_DAYS = timedelta(days=2)  # covers the previous day in any time zone
FIVE_HOURS = timedelta(hours=5)  # more than the earliest configurable advisor note


@dataclass(frozen=True)
class Reminder:
    """One kind of reminder: the booking field that records it was posted, its due time and its message."""

    sent_field: str
    due_at: Callable[[datetime, ZoneInfo, MessageSchedule], datetime]
    draft: Callable[[Booking, Policy, datetime], MessageDraft]
    ahead: timedelta = TWO_DAYS
    behind: timedelta = LOOK_BACK
    condition: Q = field(default_factory=Q)


def _sms_draft(booking: Booking, policy: Policy, now: datetime) -> MessageDraft:
    return notifications.sms_reminder(booking, policy, now=now)


def _mail_draft(booking: Booking, policy: Policy, now: datetime) -> MessageDraft:
    is_late = is_today(booking.starts_at, booking.candidate.zone, now)
    return notifications.mail_reminder(booking, policy, is_today=is_late)


def _note_draft(booking: Booking, policy: Policy, _now: datetime) -> MessageDraft:
    return notifications.advisor_note(booking, policy)


def _outcome_draft(booking: Booking, policy: Policy, _now: datetime) -> MessageDraft:
    return notifications.advisor_outcome(booking, policy)


SMS = Reminder("text_reminder_at", sms_reminder_at, _sms_draft, condition=Q(wants_sms=True))
MAIL = Reminder("mail_reminder_at", mail_reminder_at, _mail_draft)
NOTE = Reminder("advisor_note_at", advisor_note_at, _note_draft, ahead=FIVE_HOURS)
OUTCOME = Reminder("outcome_asked_at", outcome_request_at, _outcome_draft, ahead=timedelta(0), behind=FIVE_WEEKS)


def remind_by_sms(*, now: datetime) -> int:
    """Post the SMS reminders that are due, for candidates who opted in. Returns how many."""
    return _remind(SMS, policy=Policy.objects.current(), now=now)


def remind_by_mail(*, now: datetime) -> int:
    """Post the mail reminders that are due, also for today when no worker ran yesterday. Returns how many."""
    return _remind(MAIL, policy=Policy.objects.current(), now=now)


def remind_advisors(*, now: datetime) -> int:
    """Post the note to the advisor shortly before each booking, unless it is switched off. Returns how many."""
    policy = Policy.objects.current()
    return _remind(NOTE, policy=policy, now=now) if policy.times.advisor_note_minutes_before else 0


def repeat_missed_mail(*, now: datetime) -> int:
    """Post a mail that says "today" where the one that says "tomorrow" could not be sent before midnight.

    Returns how many.
    """
    talks = Booking.objects.booked().filter(starts_at__gt=now, starts_at__lt=now + LOOK_BACK)
    posted = talks.filter(mail_reminder_at__isnull=False).values_list("pk", flat=True)
    mails = Message.objects.filter(about__in=[f"booking:{key}" for key in posted], kind="reminder")
    missed = mails.filter(transport=Message.Transport.MAIL, reason=Message.Reason.TOO_LATE)
    keys = {pk_from_key(about, "booking") for about in missed.values_list("about", flat=True)}
    return run_each(sorted(keys), partial(_repeat, now=now), name="booking")


@transaction.atomic
def _repeat(booking_id: int, *, now: datetime) -> bool:
    """Post the mail once per state of the booking, whatever became of the message."""
    policy = Policy.objects.current()
    booking = Booking.objects.booked().filter(pk=booking_id).for_letters().first()
    if booking is None or not is_today(booking.starts_at, booking.candidate.zone, now):
        return False
    draft = notifications.mail_reminder(booking, policy, is_today=True)
    if Message.objects.filter(dedupe_key=draft.dedupe_key).exists():
        return False
    outbox.post(draft, now=now)
    return True


def request_outcomes(*, now: datetime) -> int:
    """Ask the advisor once about every past booking without an outcome, unless it is switched off. Returns how many."""
    policy = Policy.objects.current()
    return _remind(OUTCOME, policy=policy, now=now) if policy.times.outcome_after_working_days else 0


def _remind(kind: Reminder, *, policy: Policy, now: datetime) -> int:
    seen = {
        key: starts_at
        for key, starts_at, booked_at, moved_at, zone_name in _pending(kind, now).values_list(*WHEN)
        if (moved_at or booked_at) < kind.due_at(starts_at, zone_for_name(zone_name), policy.times) <= now
    }
    remind = partial(_remind_one, seen, kind=kind, policy=policy, now=now)
    return run_each(list(seen), remind, name="booking")


def _pending(kind: Reminder, now: datetime) -> QuerySet[Booking]:
    """Bookings in the time window of this reminder for which it was not posted yet."""
    pending = Booking.objects.booked().filter(starts_at__gt=now - kind.behind, starts_at__lt=now + kind.ahead)
    return pending.filter(kind.condition, **{f"{kind.sent_field}__isnull": True})


@transaction.atomic
def _remind_one(seen: dict[int, datetime], booking_id: int, *, kind: Reminder, policy: Policy, now: datetime) -> bool:
    """Post the reminder; false when another worker did, or when the booking moved since the scan."""
    unsent = _pending(kind, now).filter(pk=booking_id, starts_at=seen[booking_id])
    if not unsent.update(**{kind.sent_field: now}):
        return False
    booking = Booking.objects.filter(pk=booking_id).for_letters().get()
    outbox.post(kind.draft(booking, policy, now), now=now)
    return True


def reminder_times(*kinds: Reminder, since: datetime, until: datetime) -> list[datetime]:
    """Distinct due times between `since` and `until` of the booked appointments, in order."""
    times = Policy.objects.current().times
    talks = Booking.objects.booked().filter(starts_at__gt=since, starts_at__lt=until + TWO_DAYS)
    zones = talks.values_list("starts_at", "invitation__application__candidate__time_zone")
    times_due = {kind.due_at(starts_at, zone_for_name(name), times) for starts_at, name in zones for kind in kinds}
    return sorted(at for at in times_due if since < at < until)
