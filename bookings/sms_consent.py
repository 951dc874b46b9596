"""The consent to text messages, the day before a talk or when a moment came free, and the number that they need."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from advisors.models import TalkChannel
from bookings.errors import CountryNotTexted, MobileNeeded, NoTexts, PhoneNeeded, TextsStopped
from bookings.models import Booking, WaitlistEntry
from candidates.contact import give_consent, scopes_agreed_after, withdraw_consent, withdraw_consents
from candidates.models import Consent
from core.actors import key_of
from core.phones import country_of, is_mobile
from organisation.models import Policy
from outbox import services as outbox
from outbox.sms.enabled import texts_leave
from outbox.sms.opt_outs import is_stopped

SMS_CONSENT_VERSION = "sms-2026-11"
OFFERS_CONSENT_VERSION = "sms-waitlist-2026-11"


def check_number(phone: str, *, channel: str, wants_sms: bool) -> None:
    """Raises PhoneNeeded, MobileNeeded."""
    if (channel == TalkChannel.PHONE or wants_sms) and not phone:
        raise PhoneNeeded
    if wants_sms and not is_mobile(phone):
        raise MobileNeeded


def check_texts(phone: str, policy: Policy) -> None:
    """Of a number that somebody asks texts for. Raises NoTexts, CountryNotTexted, TextsStopped."""
    if not texts_leave():
        raise NoTexts
    if country_of(phone) not in policy.sms_countries:
        raise CountryNotTexted
    if is_stopped(phone):
        raise TextsStopped


def agree_to_texts(booking: Booking, *, now: datetime) -> None:
    give_consent(
        candidate=booking.candidate,
        purpose=Consent.Purpose.SMS,
        text_version=SMS_CONSENT_VERSION,
        language=booking.candidate.language,
        scope=key_of(booking),
        now=now,
    )


def take_texts_back(booking: Booking, *, now: datetime) -> None:
    """As easy as giving (GDPR art. 7.3); a text that still waits is not sent."""
    withdraw_consent(candidate=booking.candidate, purpose=Consent.Purpose.SMS, scope=key_of(booking), now=now)
    outbox.withdraw(about=key_of(booking), kinds=("reminder",), channel="sms", now=now)


def agree_to_offers(entry: WaitlistEntry, *, now: datetime) -> None:
    """For as long as somebody is on the waiting list."""
    candidate = entry.invitation.candidate
    give_consent(
        candidate=candidate,
        purpose=Consent.Purpose.SMS,
        text_version=OFFERS_CONSENT_VERSION,
        language=candidate.language,
        scope=key_of(entry),
        now=now,
    )


def take_offers_back(entry: WaitlistEntry, *, now: datetime) -> None:
    """A text about an offer that still waits is not sent."""
    withdraw_consent(candidate=entry.invitation.candidate, purpose=Consent.Purpose.SMS, scope=key_of(entry), now=now)
    for held in entry.invitation.holds.offered():
        outbox.withdraw(about=key_of(held), channel="sms", now=now)


def end_texts(number: str, *, said_at: datetime, now: datetime) -> None:
    """Somebody answered STOP, which ends what anybody agreed to for this number (E.164) until then.

    What waited was stopped when the answer came in. After START they can ask for texts again. The caller has a
    transaction.
    """
    for rows in (Booking.objects.filter(phone=number), WaitlistEntry.objects.filter(phone=number)):
        _end_texts(rows, said_at=said_at, now=now)


def _end_texts(rows: QuerySet[Any], *, said_at: datetime, now: datetime) -> None:
    """Of these talks or places on the waiting list, but where somebody agreed anew since."""
    keys = {key_of(one): one.pk for one in rows.only("pk")}
    anew = scopes_agreed_after(said_at, purpose=Consent.Purpose.SMS, scopes=keys)
    rows.filter(pk__in=[pk for scope, pk in keys.items() if scope not in anew]).update(wants_sms=False)
    withdraw_consents(purpose=Consent.Purpose.SMS, scopes=keys.keys() - anew, now=now)
