"""Answers of calendar programs to our invites (RFC 5546, 3.2.3 REPLY and 3.2.7 COUNTER).

An answer counts for the state of the talk that it answers, when it is about that talk and comes from who it says it is
of. It is kept and shown, and it is asked about by letter; it cancels and moves nothing. Anything else that a person may
have meant goes on to the advisor as a letter.
"""

import logging
from datetime import datetime
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from advisors.models import Advisor
from bookings import notifications
from bookings.calendar import itip
from bookings.calendar.itip import Proposal
from bookings.locks import lock_invitation
from bookings.models import Booking, CalendarAnswer
from bookings.replies.proposed_times import judge_for_advisor, judge_for_candidate
from core.actors import Actor, key_of, number_of
from core.timezones import zone_named
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import Draft
from outbox.inbound import store
from outbox.models import IncomingMail, Message

logger = logging.getLogger(__name__)
Kind = IncomingMail.Kind
Party = CalendarAnswer.Party
Said = CalendarAnswer.Answer
ACTIONS = {
    Said.ACCEPTED: "answer.accept",
    Said.TENTATIVE: "answer.tentative",
    Said.DECLINED: "answer.decline",
    Said.COUNTER: "answer.propose",
}
QUESTIONS = {
    Party.CANDIDATE: ("declined_in_calendar", "proposed_moment"),
    Party.ADVISOR: ("advisor_declined_in_calendar", "advisor_proposed_moment"),
}
MOST_QUESTIONS = 3
MOST_LETTERS = 12  # of a program, or a person, that goes on proposing other moments


class Outcome(StrEnum):
    """What became of a mail whose answer did not count; of one that did, the answer itself."""

    NOT_ASKED = "not_asked"  # another method than an answer
    UNKNOWN = "unknown"  # no talk of ours, or another one than the address says
    OLD = "old"  # the talk, or the answer, has changed since
    OVER = "over"
    LETTER = "letter"  # on to the advisor


def take_calendar_answers(*, now: datetime) -> int:
    """Collect what came in. Returns how many mails."""
    return store.handle(Kind.CALENDAR, partial(_take, now=now), now=now)


@transaction.atomic
def _take(mail_id: int, *, now: datetime) -> bool:
    mail = store.take(mail_id, now=now)
    if mail is None:
        return False
    outcome = _settle(mail, now)
    logger.info("calendar answer %s about %s: %s", mail.pk, mail.about, outcome)
    return True


def _settle(mail: IncomingMail, now: datetime) -> str:
    booking = _locked(mail.about)
    if booking is None:
        return _end(mail, Outcome.UNKNOWN)
    answer = itip.read(mail.calendar, zone=_zone_of(mail, booking), sender=mail.sender)
    if isinstance(answer, itip.Unread):
        is_nothing = answer == itip.Unread.OTHER_METHOD
        return _end(mail, Outcome.NOT_ASKED) if is_nothing else _hand_on(mail, _words(mail))
    if reason := _why_not(answer, booking, now):
        return _end_but_for_words(mail, reason, answer, booking)
    party = _party_of(answer, mail, booking)
    if party and _is_of_this_state(answer, booking):
        return _count(answer, mail, booking, party, now)
    others = Advisor.objects.exclude(pk=booking.advisor_id)
    if others.filter(user__email__iexact=answer.attendee).exists():  # whose calendar lost the talk
        return _end_but_for_words(mail, Outcome.OLD, answer, booking)
    return _hand_on(mail, _whole(answer, mail, booking))


def _why_not(answer: itip.Answer, booking: Booking, now: datetime) -> Outcome | None:
    if answer.uid.partition("@")[0].lower() != str(booking.uid):
        return Outcome.UNKNOWN
    if answer.sequence is not None and answer.sequence < booking.sequence:
        return Outcome.OLD
    stands = booking.status == Booking.Status.BOOKED and now < booking.starts_at
    return None if stands else Outcome.OVER


def _is_of_this_state(answer: itip.Answer, booking: Booking) -> bool:
    """A number that we never gave out, or none for a talk that has changed: nobody can tell what was answered."""
    return answer.sequence == booking.sequence or (answer.sequence is None and not booking.sequence)


def _zone_of(mail: IncomingMail, booking: Booking) -> ZoneInfo:
    """Of times without a zone: of who speaks."""
    is_candidate = mail.sender.lower() == booking.candidate.email.lower()
    return booking.candidate.zone if is_candidate else zone_named(booking.advisor.time_zone)


def _party_of(answer: itip.Answer, mail: IncomingMail, booking: Booking) -> Party | None:
    """Only who sent the mail speaks (RFC 5546, 6.1.2); what somebody answers for another is a letter."""
    if answer.attendee != mail.sender.lower():
        return None
    addresses = {booking.advisor.user.email.lower(): Party.ADVISOR, booking.candidate.email.lower(): Party.CANDIDATE}
    return addresses.get(answer.attendee)


def _count(answer: itip.Answer, mail: IncomingMail, booking: Booking, party: Party, now: datetime) -> str:
    """Of two answers to the same state the latest counts (RFC 5546, 2.1.5); one from the future is of this moment."""
    said, proposed = _said(answer, booking)
    if said is None:
        return _hand_on(mail, _whole(answer, mail, booking))
    stamped_at = min(answer.stamped_at or mail.received_at, mail.received_at)
    kept = CalendarAnswer.objects.filter(booking=booking, party=party, sequence=booking.sequence).first()
    if kept and stamped_at < kept.stamped_at:
        return _end_but_for_words(mail, Outcome.OLD, answer, booking)
    is_news = kept is None or (said, proposed) != (kept.answer, kept.proposed_starts_at)
    proposal = _judged(booking, party, proposed, now) if proposed else None
    CalendarAnswer.objects.update_or_create(
        booking=booking,
        party=party,
        defaults={
            "answer": said,
            "sequence": booking.sequence,
            "stamped_at": stamped_at,
            "received_at": mail.received_at,
            "proposed_starts_at": proposed,
            "proposed_is_free": proposal.is_free if proposal else None,
        },
    )
    if is_news:
        audit.record(ACTIONS[said], booking, actor=_actor(booking, party), now=now)
        outbox.withdraw(about=key_of(booking), kinds=QUESTIONS[party], now=now)  # about what was said before
        outbox.post(*_letters(booking, party, said, proposal, mail), now=now)
    return _end_but_for_words(mail, said, answer, booking)


def _said(answer: itip.Answer, booking: Booking) -> tuple[Said | None, datetime | None]:
    """Who proposes the moment that the talk has, says yes or no to it; a length or place is for a person."""
    if answer.proposed_starts_at and answer.proposed_starts_at != booking.starts_at:
        return Said.COUNTER, answer.proposed_starts_at
    if answer.proposed_ends_at not in (None, booking.ends_at) and answer.partstat == "TENTATIVE":
        return None, None
    return (Said(answer.partstat.lower()), None) if answer.partstat else (None, None)


def _judged(booking: Booking, party: Party, starts_at: datetime, now: datetime) -> Proposal:
    judge = judge_for_candidate if party == Party.CANDIDATE else judge_for_advisor
    return judge(booking, starts_at, Policy.objects.current(), now=now)


def _letters(booking: Booking, party: Party, said: Said, proposal: Proposal | None, mail: IncomingMail) -> list[Draft]:
    """What is asked about it; the same question a few times at most, whoever keeps on changing their mind."""
    policy, is_candidate = Policy.objects.current(), party == Party.CANDIDATE
    drafts = []
    if proposal:
        write = notifications.proposed_moment if is_candidate else notifications.advisor_proposed_moment
        drafts = [write(booking, policy, proposal, mail=mail.pk)]
    elif said == Said.DECLINED:
        ask = notifications.declined_in_calendar if is_candidate else notifications.advisor_declined_in_calendar
        drafts = [ask(booking, policy, mail=mail.pk)]
    return [draft for draft in drafts if _may_be_asked(draft, booking)]


def _may_be_asked(draft: Draft, booking: Booking) -> bool:
    """Not too often about this state of the talk, nor about the same moment; what was withdrawn in time was not asked,
    but it was written.
    """
    of_state = f"{draft.kind}:booking={booking.pk}:sequence={booking.sequence}:"
    same = f"{draft.dedupe_key.rpartition(':')[0]}:"
    written = Message.objects.filter(about=draft.about, kind=draft.kind, dedupe_key__startswith=of_state)
    asked = written.filter(dedupe_key__startswith=same).exclude(state=Message.State.SUPPRESSED)
    return written.count() < MOST_LETTERS and asked.count() < MOST_QUESTIONS


def _locked(about: str) -> Booking | None:
    """The talk as it is now, and nobody else changes it; a booking waits for its invitation."""
    found = Booking.objects.filter(pk=number_of(about, "booking"))
    invitation_id = found.values_list("invitation_id", flat=True).first()
    if invitation_id is None:
        return None
    lock_invitation(invitation_id)
    locked = found.select_for_update(no_key=True, of=("self",))
    return locked.select_related("invitation__application__candidate", "advisor__user").get()


def _actor(booking: Booking, party: Party) -> Actor:
    return Actor.of(booking.candidate if party == Party.CANDIDATE else booking.advisor.user, origin="calendar")


def _end(mail: IncomingMail, outcome: str) -> str:
    store.end(mail, outcome=outcome)
    return outcome


def _end_but_for_words(mail: IncomingMail, outcome: str, answer: itip.Answer, booking: Booking) -> str:
    """The answer has had its effect, or has none; a word that somebody typed beside it goes on all the same."""
    _end(mail, outcome)
    if answer.comment and mail.sender.lower() != booking.advisor.user.email.lower():
        said = _in_words(answer, booking) if outcome in Said.values else ""  # of one that counts
        _hand_on(mail, "\n\n".join(filter(None, (said, answer.comment))))
    return outcome


def _whole(answer: itip.Answer, mail: IncomingMail, booking: Booking) -> str:
    """For a person: what the program says, what was typed beside it, and the mail around it."""
    word = "" if answer.comment in mail.text else answer.comment
    return "\n\n".join(filter(None, (_in_words(answer, booking), word, mail.text)))


def _in_words(answer: itip.Answer, booking: Booking) -> str:
    said, proposed = _said(answer, booking)
    return notifications.said_in_calendar(said or "", proposed, language=Policy.objects.current().default_language)


def _words(mail: IncomingMail) -> str:
    """Of an answer that we cannot read: what was typed, and the mail around it."""
    word = itip.words_in(mail.calendar)
    return "\n\n".join(filter(None, ("" if word in mail.text else word, mail.text)))


def _hand_on(mail: IncomingMail, text: str) -> Outcome:
    """What a person said, or may have said, is for a person: as a letter it waits to be brought to the advisor."""
    IncomingMail.objects.filter(pk=mail.pk).update(
        kind=Kind.LETTER, handled_at=None, subject=mail.subject, text=text, calendar="", outcome=""
    )
    return Outcome.LETTER
