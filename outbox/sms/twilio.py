"""Texts leave by Twilio: its official client, and what its answers mean."""

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
from outbox.channels import Hopeless, Passing, Trouble
from outbox.models import Message
from outbox.provider_ids import is_earlier, marked
from outbox.sms.error_codes import OUR_OWN_FAULT, REASONS, reason_of

TIMEOUT_SECONDS = 10
LOOK_BACK = 20  # of the latest texts to a number, when one may have left already
CLOCKS_DIFFER = timedelta(minutes=2)  # between Twilio's and ours, at most
SHORTEST_WAIT, LONGEST_WAIT = 60, 36_000  # seconds in Twilio's queue
# Three times more after any failure; by default only when no connection was made:
# https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
TRY_AGAIN = "#rc=3&rp=all"
GONE_WRONG = {"failed", "undelivered", "canceled"}
Errors = TwilioRestException | TwilioServiceException
Reason = Message.Reason


class Http(TwilioHttpClient):
    """Twilio's own client; `TWILIO_API_URL` lets it talk to a stand-in, for which Twilio has no setting."""

    retry_after = ""  # what it last asked us: "120"

    def request(self, method: str, url: str, **how: Any) -> Response:  # type: ignore[override]  # as twilio does
        if settings.TWILIO_API_URL:
            stand_in = urlsplit(settings.TWILIO_API_URL)
            url = urlsplit(url)._replace(scheme=stand_in.scheme, netloc=stand_in.netloc).geturl()
        response: Response = super().request(method, url, **how)
        self.retry_after = (response.headers or {}).get("Retry-After", "")
        return response


@dataclass(frozen=True)
class Fate:
    """What became of a text, in Twilio's words; `code` is empty when nothing went wrong."""

    status: str
    code: str


class Twilio:
    def __init__(self) -> None:
        self._http = Http(timeout=TIMEOUT_SECONDS)
        account = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        self._client = Client(*account, http_client=self._http)  # type: ignore[no-untyped-call]

    def send(self, message: Message, *, now: datetime, last_look: Callable[[], None]) -> str:
        """Returns Twilio's id of the text. Raises Trouble."""
        with self._trouble(now):
            return self._sent_before(message) or self._send(message, now, last_look)

    def fate_of(self, provider_id: str, *, now: datetime) -> Fate:
        """https://www.twilio.com/docs/messaging/api/message-resource#fetch-a-message-resource. Raises Trouble."""
        with self._trouble(now):
            text = self._client.messages(provider_id).fetch()
        return Fate(status=str(text.status), code=str(text.error_code or ""))

    def close(self) -> None:
        if self._http.session:
            self._http.session.close()

    @contextmanager
    def _trouble(self, now: datetime) -> Iterator[None]:
        """What may go wrong on the way, in the outbox's own words."""
        try:
            yield
        except (TwilioRestException, TwilioServiceException) as error:
            raise trouble_of(error, after=backoff.asked_by(self._http.retry_after, now=now)) from error
        except requests.RequestException as error:
            raise Passing(Reason.AWAY, is_away=True, is_uncertain=not _never_arrived(error)) from error

    def _send(self, message: Message, now: datetime, last_look: Callable[[], None]) -> str:
        """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""
        sender = settings.TWILIO_FROM
        how: dict[str, Any] = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        if is_reachable():
            how["status_callback"] = callback_of(message)
        if message.useless_after:
            seconds = int((message.useless_after - now).total_seconds())
            how["validity_period"] = min(max(seconds, SHORTEST_WAIT), LONGEST_WAIT)
        last_look()
        return str(self._client.messages.create(to=message.recipient, body=message.text, **how).sid)

    def _sent_before(self, message: Message) -> str:
        """The id of a text that left although we did not hear so; texts have no Message-ID that would show a double.

        A callback may have told it meanwhile; else we look among the texts to that number, but not at those that are
        another message of ours. Raises Hopeless when it left and came to nothing.
        """
        if not message.is_uncertain:
            return ""
        known = Message.objects.filter(pk=message.pk).values_list("provider_id", flat=True).get()
        if known and not is_earlier(known):
            return known
        since = message.created_at - CLOCKS_DIFFER
        for text in self._client.messages.list(to=message.recipient, limit=LOOK_BACK):
            is_earlier_one = known == marked(str(text.sid))
            if not is_earlier_one and _is_the_same(text, message, since) and _adopt(message, str(text.sid)):
                if str(text.status) in GONE_WRONG:
                    raise Hopeless(reason_of(text.error_code), code=text.error_code)
                return str(text.sid)
        return ""


def is_reachable() -> bool:
    """Whether Twilio can call back: it refuses an address that is not on the internet with 21609."""
    return settings.PUBLIC_URL.startswith("https://") or bool(settings.TWILIO_API_URL)


def callback_of(message: Message) -> str:
    """Where Twilio reports. What it signs ends with the query string, so the fragment is no part of that:
    https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    return settings.PUBLIC_URL + reverse("outbox:text_status", args=[message.key]) + TRY_AGAIN


def trouble_of(error: Errors, *, after: timedelta | None = None) -> Trouble:
    """Only a 400 is about this text; 401, 403 and 404 are about our account, 429 and 5xx about Twilio.

    After a server error it may have taken the text all the same.
    """
    code = error.code or error.status
    if error.status == 429 or error.status >= 500:
        return Passing(Reason.BUSY, code=code, is_away=True, is_uncertain=error.status >= 500, after=after)
    if error.status != 400 or code in OUR_OWN_FAULT:
        return Passing(Reason.SETTINGS, code=code, is_away=True)
    return Hopeless(REASONS.get(code, Reason.REFUSED), code=code)


def _is_the_same(text: MessageInstance, message: Message, since: datetime) -> bool:
    """A trial account writes something before the words."""
    when = text.date_created
    return bool(when and when >= since and text.body and text.body.endswith(message.text))


def _adopt(message: Message, provider_id: str) -> bool:
    """The id is this message's, unless it is another's."""
    others = Message.objects.filter(provider_id=provider_id).exclude(pk=message.pk)
    return bool(Message.objects.filter(~Exists(others), pk=message.pk).update(provider_id=provider_id))


def _never_arrived(error: requests.RequestException) -> bool:
    """The connection was never made, so nothing can have left."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, SSLError):  # a certificate or a version; a line that drops may have carried it
        return not any(isinstance(one, ssl.SSLEOFError) for one in reason.args)
    return isinstance(reason, NewConnectionError)
