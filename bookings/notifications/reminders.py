"""The day before: a mail to everybody, a text to who asked for one. Just before it: a note to the advisor.
Afterwards, when nobody said how it went: a question to the advisor."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from advisors.models import Advisor
from bookings.models import Booking
from bookings.notifications.context import for_advisor, for_candidate
from bookings.notifications.sms_fallbacks import text_failed
from bookings.schedule import mail_useless_after, text_useless_after
from bookings.short_codes import address_of, code_of
from bookings.wording import address_in_words
from core.actors import key_of
from core.gsm7 import FIRST_NAME, fits, is_readable, normalise
from organisation.models import Policy
from outbox.compose import letter, staff
from outbox.drafts import Draft
from outbox.templates import render_text

TODAY = ":today"  # at the end of the key of a mail of the day itself


def mail_reminder(booking: Booking, policy: Policy, *, is_today: bool = False) -> Draft:
    """Says "tomorrow", or "today" when nobody worked yesterday."""
    candidate = booking.candidate
    return letter(
        "bookings/reminder",
        to=candidate.reader,
        policy=policy,
        words={**for_candidate(booking, policy), "is_today": is_today},
        about=booking,
        once=f"{_state(booking)}:mail{TODAY if is_today else ''}",
        useless_after=mail_useless_after(booking.starts_at, candidate.zone, is_today=is_today),
    )


def text_reminder(booking: Booking, policy: Policy, *, now: datetime) -> Draft:
    """With a letter that stands by for it; a text that is too late already has had the mail of that day."""
    candidate = booking.candidate
    useless_after = text_useless_after(booking.starts_at, candidate.zone, policy.times)
    words = for_candidate(booking, policy)  # once for both: thousands may be due in the same minute
    return Draft(
        kind="reminder",
        channel="sms",
        dedupe_key=f"reminder:{_state(booking)}:sms",
        about=key_of(booking),
        person_key=key_of(candidate),
        language=candidate.language,
        recipient=str(booking.phone),
        recipient_name=candidate.full_name,
        text=_short_text(booking, policy, words),
        time_zone=candidate.time_zone,
        useless_after=useless_after,
        fallback=text_failed(booking, policy, words) if now < useless_after else None,
    )


def advisor_note(booking: Booking, policy: Policy) -> Draft:
    """To who holds it; without the candidate's name, which stands in the file."""
    to = staff(booking.advisor.user, policy)
    place = address_in_words(booking.location) if booking.location else ""
    return letter(
        "bookings/advisor_note",
        to=to,
        policy=policy,
        words={**for_advisor(booking, policy), "place": place},
        about=booking,
        once=f"{_state(booking)}:{to.key}",
        useless_after=booking.starts_at,
    )


def advisor_outcome(booking: Booking, policy: Policy) -> Draft:
    """To who held it, or did not: the file does not say yet. Of use until it does."""
    to = staff(booking.advisor.user, policy)
    words = for_advisor(booking, policy)
    once = f"{_state(booking)}:{to.key}"
    return letter("bookings/advisor_outcome", to=to, policy=policy, words=words, about=booking, once=once)


def _short_text(booking: Booking, policy: Policy, words: dict[str, object]) -> str:
    """One segment of GSM-7: the advisor's whole name when that fits, else the first name, if need be shortened."""
    language = booking.candidate.language
    own = {"short_url": address_of(code_of(booking.uid)), "video_url": booking.advisor.video_url}
    text = ""
    for name in _names_of(booking.advisor, language):
        text = normalise(
            render_text(
                f"bookings/sms_{booking.channel}",
                language=language,
                context=words | own | {"advisor_name": name},
            )
        )
        if fits(text):
            break
    return text


def _names_of(advisor: Advisor, language: str) -> tuple[str, ...]:
    """From long to short; the last has at most FIRST_NAME characters. Of a name in another script too little would be
    left, or somebody else's name."""
    if not is_readable(advisor.name):
        with translation.override(language):
            return _("your advisor"), _("advisor")
    whole_name = normalise(advisor.name)  # before it is cut
    first_name = whole_name.split()[0]
    return whole_name, first_name, first_name[:FIRST_NAME]


def _state(booking: Booking) -> str:
    return f"booking={booking.pk}:sequence={booking.sequence}"
