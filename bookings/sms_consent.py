"""SMS consent: for the reminder of a booking, and for waitlist offers."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from advisors.models import TalkChannel
from bookings.errors import MobileNeeded, PhoneNeeded, SmsCountryNotAllowed, SmsDisabled, SmsOptedOut
from bookings.models import Booking, WaitlistEntry
from candidates.contact import give_consent, scopes_consented_after, withdraw_consent, withdraw_consents
from candidates.models import Consent
from core.actors import object_key
from core.phones import country_of, is_mobile
from organisation.models import Policy
from outbox import services as outbox
from outbox.sms.opt_outs import is_opted_out
from outbox.sms.provider import sms_is_enabled

SMS_CONSENT_VERSION = "sms-2026-11"
OFFERS_CONSENT_VERSION = "sms-waitlist-2026-11"


def check_number(phone: str, *, channel: str, wants_sms: bool) -> None:
    """Check that the channel and the SMS have the number they need. Raises PhoneNeeded, MobileNeeded."""
    if (channel == TalkChannel.PHONE or wants_sms) and not phone:
        raise PhoneNeeded
    if wants_sms and not is_mobile(phone):
        raise MobileNeeded


def check_sms_allowed(phone: str, policy: Policy) -> None:
    """Check that SMS may be sent to this number. Raises SmsDisabled, SmsCountryNotAllowed, SmsOptedOut."""
    if not sms_is_enabled():
        raise SmsDisabled
    if country_of(phone) not in policy.sms_countries:
        raise SmsCountryNotAllowed
    if is_opted_out(phone):
        raise SmsOptedOut


def give_sms_consent(booking: Booking, *, now: datetime) -> None:
    give_consent(
        candidate=booking.candidate,
        purpose=Consent.Purpose.SMS,
        text_version=SMS_CONSENT_VERSION,
        language=booking.candidate.language,
        scope=object_key(booking),
        now=now,
    )


def withdraw_sms_consent(booking: Booking, *, now: datetime) -> None:
    """Withdraw the consent, as easily as it was given (GDPR art. 7.3), and cancel a queued SMS reminder."""
    withdraw_consent(candidate=booking.candidate, purpose=Consent.Purpose.SMS, scope=object_key(booking), now=now)
    outbox.withdraw(about=object_key(booking), kinds=("reminder",), transport="sms", now=now)


def give_offer_sms_consent(entry: WaitlistEntry, *, now: datetime) -> None:
    """Record the consent to SMS offers for as long as the candidate is on the waitlist."""
    candidate = entry.invitation.candidate
    give_consent(
        candidate=candidate,
        purpose=Consent.Purpose.SMS,
        text_version=OFFERS_CONSENT_VERSION,
        language=candidate.language,
        scope=object_key(entry),
        now=now,
    )


def withdraw_offer_sms_consent(entry: WaitlistEntry, *, now: datetime) -> None:
    """Withdraw the consent and cancel queued SMS offers."""
    withdraw_consent(
        candidate=entry.invitation.candidate, purpose=Consent.Purpose.SMS, scope=object_key(entry), now=now
    )
    for hold in entry.invitation.holds.offered():
        outbox.withdraw(about=object_key(hold), transport="sms", now=now)


def end_sms_consent(number: str, *, said_at: datetime, now: datetime) -> None:
    """End every SMS consent for this number (E.164) that was given before the STOP reply.

    Queued SMS were already cancelled when the reply came in. After START the number can be used again. Runs in the
    caller's transaction.
    """
    for rows in (Booking.objects.filter(phone=number), WaitlistEntry.objects.filter(phone=number)):
        _end_sms_consent(rows, said_at=said_at, now=now)


def _end_sms_consent(rows: QuerySet[Any], *, said_at: datetime, now: datetime) -> None:
    """End the consent of these bookings or waitlist entries, except where it was given again since."""
    keys = {object_key(one): one.pk for one in rows.only("pk")}
    anew = scopes_consented_after(said_at, purpose=Consent.Purpose.SMS, scopes=keys)
    rows.filter(pk__in=[pk for scope, pk in keys.items() if scope not in anew]).update(wants_sms=False)
    withdraw_consents(purpose=Consent.Purpose.SMS, scopes=keys.keys() - anew, now=now)
