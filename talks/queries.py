"""Candidate file: the data that an advisor needs for one talk."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from bookings.assignment.reasons import reasons_of
from bookings.availability.queries import bookings_to_correct
from bookings.models import Booking
from bookings.notifications.sms_status import SmsFailure, is_declined, sms_failure_of, sms_replies_about
from candidates.models import Application
from core.actors import object_key
from organisation.models import User
from outbox.inbound.store import full_texts
from outbox.models import IncomingMail, IncomingText
from talks.models import Note, NoteCopy

Status = Booking.Status
MAX_MAILS = 50


@dataclass(frozen=True, kw_only=True)
class CandidateFile:
    booking: Booking
    application: Application
    other_talks: list[Booking]  # of the same candidate, latest first
    other_applications: list[Application]
    note: Note
    copies: list[NoteCopy]
    reason: str  # why the talk is with this advisor; may be empty
    readable_ids: set[int]  # other talks with a file that this advisor may open
    text_answers: list[IncomingText]
    mails: list[IncomingMail]  # of the candidate about this talk, with their whole text
    failed_text: SmsFailure | None  # the reminder
    may_complete: bool
    may_no_show: bool
    may_correct: bool
    may_hand_over: bool
    may_cancel: bool
    may_mend_address: bool

    @property
    def declined_by_sms(self) -> bool:
        return is_declined(self.booking, self.text_answers)


def talks_for_file(user: User) -> QuerySet[Booking]:
    """Talks that the user may open, with the related data that the file page shows."""
    return (
        Booking.objects.visible_to(user)
        .select_related(
            "invitation__application__candidate",
            "invitation__application__vacancy__department",
            "invitation__application__rejection__reason",
            "invitation__application__rejection__component",
            "invitation__application__rejection__recruiter",
            "location",
            "advisor",
        )
        .prefetch_related(
            "topics__labels",
            "invitation__application__rejection__reason__labels",
            "referrals__vacancy",
            "calendar_replies",
        )
    )


def candidate_file_for(booking: Booking, *, user: User, now: datetime) -> CandidateFile:
    application = booking.invitation.application
    other_talks = Booking.objects.of_candidate(application.candidate).exclude(pk=booking.pk)
    note = note_of(booking)
    may_mark = can_be_marked(booking, now)
    return CandidateFile(
        booking=booking,
        application=application,
        other_talks=list(
            other_talks.select_related("advisor__user", "invitation__application__vacancy").order_by("-starts_at")
        ),
        reason=reasons_of([booking])[booking.pk],
        readable_ids=set(other_talks.visible_to(user).values_list("pk", flat=True)),
        other_applications=list(
            application.candidate.applications.exclude(pk=application.pk)
            .select_related("vacancy", "rejection__reason")
            .prefetch_related("rejection__reason__labels")
            .order_by("-pk")
        ),
        note=note,
        copies=copies_of(note),
        text_answers=sms_replies_about(booking),
        mails=list(full_texts(object_key(booking))[:MAX_MAILS]),
        failed_text=sms_failure_of(booking) if booking.has_failed_sms else None,
        may_complete=may_mark and booking.status != Status.COMPLETED,
        may_no_show=may_mark and booking.status != Status.NO_SHOW,
        may_correct=may_mark and booking.closed_at is not None,
        may_hand_over=booking.status == Status.BOOKED and now < booking.starts_at,
        may_cancel=booking.status == Status.BOOKED and now < booking.ends_at,
        may_mend_address=bookings_to_correct(user).filter(pk=booking.pk).exists(),
    )


def can_be_marked(booking: Booking, now: datetime) -> bool:
    """True from the start of the talk on; a mark can be corrected on the same day."""
    is_fresh = booking.closed_at is None or timezone.localdate(booking.closed_at) == timezone.localdate(now)
    return booking.status != Status.CANCELLED and now >= booking.starts_at and is_fresh


def note_of(booking: Booking) -> Note:
    """Note of a talk, or a new unsaved one."""
    return Note.objects.filter(booking=booking).first() or Note(booking=booking)


def copies_of(note: Note) -> list[NoteCopy]:
    return list(note.copies.all()) if note.pk else []
