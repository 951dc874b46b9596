"""Around a text: the letter that goes instead of it, and what the advisor hears of it. See reminders.py for itself."""

from django.utils import translation

from advisors.models import TalkChannel
from bookings.models import Booking
from bookings.notifications.context import for_advisor
from bookings.notifications.sms_status import failure_of
from organisation.models import Policy
from outbox.compose import letter, staff
from outbox.drafts import Draft
from outbox.models import Message


def text_failed(booking: Booking, policy: Policy, words: dict[str, object]) -> Draft:
    """To the candidate, instead of a reminder by text that did not arrive; `words` as `for_candidate` gives them."""
    return letter(
        "bookings/text_failed",
        to=booking.candidate.reader,
        policy=policy,
        words=words,
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}",
        useless_after=booking.starts_at,
    )


def advisor_text_failed(booking: Booking, policy: Policy) -> Draft:
    failure = failure_of(booking)
    with translation.override(policy.default_language):
        reason = str(Message.Reason(failure.reason).label) if failure and failure.reason else ""
    words = {
        **for_advisor(booking, policy),
        "reason": reason,
        "has_letter": bool(failure and failure.has_letter),
        "is_doubtful": bool(failure and failure.doubts_number and booking.channel == TalkChannel.PHONE),
    }
    return letter(
        "bookings/advisor_text_failed",
        to=staff(booking.advisor.user, policy),
        policy=policy,
        words=words,
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}",
        useless_after=booking.starts_at,
    )


def advisor_text_answer(booking: Booking, policy: Policy) -> Draft:
    """Not the words of the answer: they may say more than a mail should hold. They stand in the file.

    Once for each state of the talk: who answers thirty times is read there as well.
    """
    to = staff(booking.advisor.user, policy)
    return letter(
        "bookings/advisor_text_answer",
        to=to,
        policy=policy,
        words=for_advisor(booking, policy),
        about=booking,
        once=f"booking={booking.pk}:sequence={booking.sequence}:{to.key}",
        useless_after=booking.starts_at,
    )
