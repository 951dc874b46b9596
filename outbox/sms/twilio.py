"""Send SMS by Twilio, with its official client."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db.models import Exists
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from urllib3.exceptions import NewConnectionError, SSLError

from outbox import backoff
from outbox.backends import DeliveryError, PermanentError, TemporaryError
from outbox.message_ids import as_earlier, is_earlier
from outbox.models import Message
from outbox.sms.error_codes import CONFIGURATION_CODES, FAILED_STATUSES, REASON_BY_CODE, reason_of

TIMEOUT_SECONDS = 10
LOOK_BACK = 20  # latest SMS to a number among which one that may have been sent is looked up
TWILIO_CLOCK_SKEW = timedelta(minutes=2)  # between Twilio's clock and ours, at most
MIN_VALIDITY, MAX_VALIDITY = 60, 36_000  # seconds in Twilio's queue
# Three more callbacks after any failure; by default only when no connection was made:
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
CALLBACK_RETRIES = "#rc=3&rp=all"
TwilioError = TwilioRestException | TwilioServiceException
Reason = Message.Reason


class TwilioHttp(TwilioHttpClient):
    """Twilio's HTTP client; `TWILIO_API_URL` points it to a stand-in, for which Twilio has no setting."""

    retry_after = ""  # header of the last response: "120"

    def request(self, method: str, url: str, **options: Any) -> Response:  # type: ignore[override]  # as twilio does
        if settings.TWILIO_API_URL:
            stand_in = urlsplit(settings.TWILIO_API_URL)
            url = urlsplit(url)._replace(scheme=stand_in.scheme, netloc=stand_in.netloc).geturl()
        response: Response = super().request(method, url, **options)
        self.retry_after = (response.headers or {}).get("Retry-After", "")
        return response


@dataclass(frozen=True)
class SmsStatus:
    """Status of an SMS as Twilio names it; `code` is empty when nothing went wrong."""

    status: str
    code: str


class TwilioBackend:
    """Sends SMS and asks for their status; both raise DeliveryError."""

    def __init__(self) -> None:
        self._http = TwilioHttp(timeout=TIMEOUT_SECONDS)
        account = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        self._client = Client(*account, http_client=self._http)  # type: ignore[no-untyped-call]

    def send(self, message: Message, *, now: datetime, final_check: Callable[[], None]) -> str:
        """Send the SMS, unless an earlier attempt was accepted; returns Twilio's id of it."""
        with self._delivery_errors(now):
            return self._find_sent(message) or self._create(message, now, final_check)

    def fetch_status(self, provider_id: str, *, now: datetime) -> SmsStatus:
        """https://www.twilio.com/docs/messaging/api/message-resource#fetch-a-message-resource"""
        with self._delivery_errors(now):
            resource = self._client.messages(provider_id).fetch()
        return SmsStatus(status=str(resource.status), code=str(resource.error_code or ""))

    def close(self) -> None:
        if self._http.session:
            self._http.session.close()

    @contextmanager
    def _delivery_errors(self, now: datetime) -> Iterator[None]:
        """Translate errors of Twilio's client and of the connection."""
        try:
            yield
        except (TwilioRestException, TwilioServiceException) as error:
            retry_after = backoff.parse_retry_after(self._http.retry_after, now=now)
            raise to_delivery_error(error, retry_after=retry_after) from error
        except requests.RequestException as error:
            is_uncertain = not _never_connected(error)
            raise TemporaryError(Reason.AWAY, is_provider_down=True, is_uncertain=is_uncertain) from error

    def _create(self, message: Message, now: datetime, final_check: Callable[[], None]) -> str:
        """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""
        sender = settings.TWILIO_FROM
        options: dict[str, Any] = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        if can_be_called_back():
            options["status_callback"] = status_callback_url(message)
        if message.expires_at:
            seconds = int((message.expires_at - now).total_seconds())
            options["validity_period"] = min(max(seconds, MIN_VALIDITY), MAX_VALIDITY)
        final_check()
        return str(self._client.messages.create(to=message.recipient, body=message.text, **options).sid)

    def _find_sent(self, message: Message) -> str:
        """Id of an SMS that Twilio accepted although we did not hear so; "" when there is none.

        An SMS has no Message-ID by which a duplicate would show. A callback may have reported its id meanwhile;
        otherwise it is looked up among the SMS to that number, leaving out those of other messages of ours. Raises
        PermanentError when it was accepted and failed.
        """
        if not message.is_uncertain:
            return ""
        known = Message.objects.filter(pk=message.pk).values_list("provider_id", flat=True).get()
        if known and not is_earlier(known):
            return known
        since = message.created_at - TWILIO_CLOCK_SKEW
        for resource in self._client.messages.list(to=message.recipient, limit=LOOK_BACK):
            is_earlier_attempt = known == as_earlier(str(resource.sid))
            if is_earlier_attempt or not _is_same(resource, message, since) or not _adopt(message, str(resource.sid)):
                continue
            if str(resource.status) in FAILED_STATUSES:
                raise PermanentError(reason_of(resource.error_code), code=resource.error_code)
            return str(resource.sid)
        return ""


def can_be_called_back() -> bool:
    """Twilio refuses a callback address that is not on the internet (21609)."""
    return settings.PUBLIC_URL.startswith("https://") or bool(settings.TWILIO_API_URL)


def status_callback_url(message: Message) -> str:
    """URL for delivery reports. Twilio signs it without the fragment:
    https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    return settings.PUBLIC_URL + reverse("outbox:text_status", args=[message.key]) + CALLBACK_RETRIES


def to_delivery_error(error: TwilioError, *, retry_after: timedelta | None = None) -> DeliveryError:
    """Translate Twilio's response. Only a 400 is about this SMS; 401, 403 and 404 are about our account, 429 and 5xx
    about Twilio. After a 5xx the SMS may have been accepted all the same."""
    code = error.code or error.status
    if error.status == 429 or error.status >= 500:
        is_uncertain = error.status >= 500
        return TemporaryError(
            Reason.BUSY, code=code, is_provider_down=True, is_uncertain=is_uncertain, retry_after=retry_after
        )
    if error.status != 400 or code in CONFIGURATION_CODES:
        return TemporaryError(Reason.SETTINGS, code=code, is_provider_down=True)
    return PermanentError(REASON_BY_CODE.get(code, Reason.REFUSED), code=code)


def _is_same(resource: MessageInstance, message: Message, since: datetime) -> bool:
    """Compare the end of the body, because a trial account puts a text of its own before it."""
    created_at = resource.date_created
    return bool(created_at and created_at >= since and resource.body and resource.body.endswith(message.text))


def _adopt(message: Message, provider_id: str) -> bool:
    """Store the id for this message; False when it is another message's."""
    others = Message.objects.filter(provider_id=provider_id).exclude(pk=message.pk)
    return bool(Message.objects.filter(~Exists(others), pk=message.pk).update(provider_id=provider_id))


def _never_connected(error: requests.RequestException) -> bool:
    """True when no connection was made, so nothing can have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, SSLError):  # a certificate or a TLS version; SSLEOFError: the connection broke later
        return not any(isinstance(cause, ssl.SSLEOFError) for cause in reason.args)
    return isinstance(reason, NewConnectionError)
