"""Process replies of calendar programs to our invites (RFC 5546, 3.2.3 REPLY and 3.2.7 COUNTER).

A reply counts when it is for the current sequence of the booking and was sent by the attendee that it names. It is
stored and shown, and a message asks about it; it cancels and moves nothing. Every other text that a person may have
meant is forwarded to the advisor.
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
from bookings.calendar.itip import ProposedTime
from bookings.locks import lock_invitation
from bookings.models import Booking, CalendarReply
from bookings.replies.proposed_times import check_for_advisor, check_for_candidate
from core.actors import Actor, object_key, pk_from_key
from core.timezones import zone_for_name
from organisation import audit
from organisation.models import Policy
from outbox import services as outbox
from outbox.drafts import MessageDraft
from outbox.inbound import store
from outbox.models import IncomingMail, Message

logger = logging.getLogger(__name__)
Kind = IncomingMail.Kind
Party = CalendarReply.Party
Answer = CalendarReply.Answer
ACTIONS = {
    Answer.ACCEPTED: "answer.accept",
    Answer.TENTATIVE: "answer.tentative",
    Answer.DECLINED: "answer.decline",
    Answer.COUNTER: "answer.propose",
}
QUESTIONS = {
    Party.CANDIDATE: ("declined_in_calendar", "proposed_moment"),
    Party.ADVISOR: ("advisor_declined_in_calendar", "advisor_proposed_moment"),
}
MAX_SAME_QUESTIONS = 3  # about the same time
MAX_QUESTIONS = 12  # per sequence of a booking, against programs that keep proposing other times


class CalendarReplyOutcome(StrEnum):
    """Stored outcome of a reply that did not count; for one that did, the answer is stored."""

    NOT_ASKED = "not_asked"  # another iTIP method
    UNKNOWN = "unknown"  # not a booking of ours, or not the one of the reply address
    OLD = "old"  # the booking or the reply was changed since
    OVER = "over"
    LETTER = "letter"  # forwarded to the advisor


def process_calendar_replies(*, now: datetime) -> int:
    """Process the replies that came in; return the number of mails."""
    return store.process_new(Kind.CALENDAR, partial(_process, now=now), now=now)


@transaction.atomic
def _process(mail_id: int, *, now: datetime) -> bool:
    mail = store.claim(mail_id, now=now)
    if mail is None:
        return False
    outcome = _handle(mail, now)
    logger.info("calendar reply %s about %s: %s", mail.pk, mail.about, outcome)
    return True


def _handle(mail: IncomingMail, now: datetime) -> str:
    booking = _lock(mail.about)
    if booking is None:
        return _finish(mail, CalendarReplyOutcome.UNKNOWN)
    reply = itip.parse_reply(mail.calendar, zone=_sender_zone(mail, booking), sender=mail.sender)
    if isinstance(reply, itip.ReplyProblem):
        is_other_method = reply == itip.ReplyProblem.OTHER_METHOD
        return (
            _finish(mail, CalendarReplyOutcome.NOT_ASKED) if is_other_method else _forward(mail, _unparsed_text(mail))
        )
    if outcome := _rejected(reply, booking, now):
        return _finish_and_forward_comment(mail, outcome, reply, booking)
    party = _party_of(reply, mail, booking)
    if party and _is_current(reply, booking):
        return _record(reply, mail, booking, party, now)
    others = Advisor.objects.exclude(pk=booking.advisor_id)
    if others.filter(user__email__iexact=reply.attendee).exists():  # an advisor from whom the booking was reassigned
        return _finish_and_forward_comment(mail, CalendarReplyOutcome.OLD, reply, booking)
    return _forward(mail, _full_text(reply, mail, booking))


def _rejected(reply: itip.ItipReply, booking: Booking, now: datetime) -> CalendarReplyOutcome | None:
    if reply.uid.partition("@")[0].lower() != str(booking.uid):
        return CalendarReplyOutcome.UNKNOWN
    if reply.sequence is not None and reply.sequence < booking.sequence:
        return CalendarReplyOutcome.OLD
    is_upcoming = booking.status == Booking.Status.BOOKED and now < booking.starts_at
    return None if is_upcoming else CalendarReplyOutcome.OVER


def _is_current(reply: itip.ItipReply, booking: Booking) -> bool:
    """True for the current sequence; a missing number only counts for a booking that never changed."""
    return reply.sequence == booking.sequence or (reply.sequence is None and not booking.sequence)


def _sender_zone(mail: IncomingMail, booking: Booking) -> ZoneInfo:
    """Time zone of the sender, for times without a zone."""
    is_candidate = mail.sender.lower() == booking.candidate.email.lower()
    return booking.candidate.zone if is_candidate else zone_for_name(booking.advisor.time_zone)


def _party_of(reply: itip.ItipReply, mail: IncomingMail, booking: Booking) -> Party | None:
    """Party that sent the reply; None when the attendee is not the sender of the mail (RFC 5546, 6.1.2)."""
    if reply.attendee != mail.sender.lower():
        return None
    addresses = {booking.advisor.user.email.lower(): Party.ADVISOR, booking.candidate.email.lower(): Party.CANDIDATE}
    return addresses.get(reply.attendee)


def _record(reply: itip.ItipReply, mail: IncomingMail, booking: Booking, party: Party, now: datetime) -> str:
    """Store the reply and ask about it if it is new.

    The latest reply for a sequence counts (RFC 5546, 2.1.5); a stamp in the future is taken as now.
    """
    answer, proposed = _answer_of(reply, booking)
    if answer is None:
        return _forward(mail, _full_text(reply, mail, booking))
    stamped_at = min(reply.stamped_at or mail.received_at, mail.received_at)
    stored = CalendarReply.objects.filter(booking=booking, party=party, sequence=booking.sequence).first()
    if stored and stamped_at < stored.stamped_at:
        return _finish_and_forward_comment(mail, CalendarReplyOutcome.OLD, reply, booking)
    is_new = stored is None or (answer, proposed) != (stored.answer, stored.proposed_starts_at)
    proposal = _check_proposed(booking, party, proposed, now) if proposed else None
    CalendarReply.objects.update_or_create(
        booking=booking,
        party=party,
        defaults={
            "answer": answer,
            "sequence": booking.sequence,
            "stamped_at": stamped_at,
            "received_at": mail.received_at,
            "proposed_starts_at": proposed,
            "proposed_is_free": proposal.is_free if proposal else None,
        },
    )
    if is_new:
        audit.record(ACTIONS[answer], booking, actor=_actor(booking, party), now=now)
        outbox.withdraw(about=object_key(booking), kinds=QUESTIONS[party], now=now)  # about the previous reply
        outbox.post(*_questions(booking, party, answer, proposal, mail), now=now)
    return _finish_and_forward_comment(mail, answer, reply, booking)


def _answer_of(reply: itip.ItipReply, booking: Booking) -> tuple[Answer | None, datetime | None]:
    """Answer and proposed start; (None, None) when another duration is proposed, which a person must read.

    A proposal of the current start is an ordinary answer.
    """
    if reply.proposed_starts_at and reply.proposed_starts_at != booking.starts_at:
        return Answer.COUNTER, reply.proposed_starts_at
    if reply.proposed_ends_at not in (None, booking.ends_at) and reply.partstat == "TENTATIVE":
        return None, None
    return (Answer(reply.partstat.lower()), None) if reply.partstat else (None, None)


def _check_proposed(booking: Booking, party: Party, starts_at: datetime, now: datetime) -> ProposedTime:
    check = check_for_candidate if party == Party.CANDIDATE else check_for_advisor
    return check(booking, starts_at, Policy.objects.current(), now=now)


def _questions(
    booking: Booking, party: Party, answer: Answer, proposal: ProposedTime | None, mail: IncomingMail
) -> list[MessageDraft]:
    """Message that asks about the reply, unless too many were sent."""
    policy, is_candidate = Policy.objects.current(), party == Party.CANDIDATE
    drafts = []
    if proposal:
        write = notifications.time_proposed if is_candidate else notifications.advisor_time_proposed
        drafts = [write(booking, policy, proposal, mail=mail.pk)]
    elif answer == Answer.DECLINED:
        ask = notifications.calendar_declined if is_candidate else notifications.advisor_calendar_declined
        drafts = [ask(booking, policy, mail=mail.pk)]
    return [draft for draft in drafts if _may_be_asked(draft, booking)]


def _may_be_asked(draft: MessageDraft, booking: Booking) -> bool:
    """Limit the messages per sequence, and those about the same time; the latter without the suppressed ones."""
    of_sequence = f"{draft.kind}:booking={booking.pk}:sequence={booking.sequence}:"
    same = f"{draft.dedupe_key.rpartition(':')[0]}:"
    written = Message.objects.filter(about=draft.about, kind=draft.kind, dedupe_key__startswith=of_sequence)
    asked = written.filter(dedupe_key__startswith=same).exclude(state=Message.State.SUPPRESSED)
    return written.count() < MAX_QUESTIONS and asked.count() < MAX_SAME_QUESTIONS


def _lock(about: str) -> Booking | None:
    """Lock the invitation, then the booking of an object key; None when there is no such booking."""
    found = Booking.objects.filter(pk=pk_from_key(about, "booking"))
    invitation_id = found.values_list("invitation_id", flat=True).first()
    if invitation_id is None:
        return None
    lock_invitation(invitation_id)
    locked = found.select_for_update(no_key=True, of=("self",))
    return locked.select_related("invitation__application__candidate", "advisor__user").get()


def _actor(booking: Booking, party: Party) -> Actor:
    return Actor.of(booking.candidate if party == Party.CANDIDATE else booking.advisor.user, origin="calendar")


def _finish(mail: IncomingMail, outcome: str) -> str:
    store.finish(mail, outcome=outcome)
    return outcome


def _finish_and_forward_comment(mail: IncomingMail, outcome: str, reply: itip.ItipReply, booking: Booking) -> str:
    """Finish the reply, and forward its comment to the advisor unless the advisor wrote it."""
    _finish(mail, outcome)
    if reply.comment and mail.sender.lower() != booking.advisor.user.email.lower():
        sentence = _sentence(reply, booking) if outcome in Answer.values else ""  # only for a reply that counts
        _forward(mail, _paragraphs(sentence, reply.comment))
    return outcome


def _full_text(reply: itip.ItipReply, mail: IncomingMail, booking: Booking) -> str:
    """Text for the advisor: the reply as a sentence, its comment and the text of the mail."""
    comment = "" if reply.comment in mail.text else reply.comment
    return _paragraphs(_sentence(reply, booking), comment, mail.text)


def _sentence(reply: itip.ItipReply, booking: Booking) -> str:
    answer, proposed = _answer_of(reply, booking)
    return notifications.calendar_reply_sentence(
        answer or "", proposed, language=Policy.objects.current().default_language
    )


def _unparsed_text(mail: IncomingMail) -> str:
    """Text for the advisor when the reply cannot be parsed: its comment and the text of the mail."""
    comment = itip.comment_in(mail.calendar)
    return _paragraphs("" if comment in mail.text else comment, mail.text)


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _forward(mail: IncomingMail, text: str) -> CalendarReplyOutcome:
    """Make the mail an unhandled one with this text, which `forward_mail` sends to the advisor."""
    IncomingMail.objects.filter(pk=mail.pk).update(
        kind=Kind.LETTER, handled_at=None, subject=mail.subject, text=text, calendar="", outcome=""
    )
    return CalendarReplyOutcome.LETTER
