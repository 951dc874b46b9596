"""Texts leave by Twilio."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from outbox.models import Message
from outbox.transports import Database, Hopeless, Passing, Transport, Trouble

TIMEOUT_SECONDS = 10
LOOK_BACK = 20  # of the latest texts to a number, when one may have left already
# https://www.twilio.com/docs/api/errors
OPTED_OUT = 21610
OUR_OWN_FAULT = {21212, 21603, 21606, 21659, 21660, 21701, 21703}  # the sender or service that we configured
NUMBER = {21211, 21214, 21408, 21612, 21614}  # no such number, no mobile, or a country that is not open
Reason = Message.Reason


def transport() -> Transport:
    return Twilio() if settings.TWILIO_ACCOUNT_SID else Database()


class Http(TwilioHttpClient):
    """Twilio's own client; `TWILIO_API_URL` lets it talk to a stand-in, for which Twilio has no setting."""

    def request(self, method: str, url: str, **how: Any) -> Response:  # type: ignore[override]  # as twilio does
        if settings.TWILIO_API_URL:
            stand_in = urlsplit(settings.TWILIO_API_URL)
            url = urlsplit(url)._replace(scheme=stand_in.scheme, netloc=stand_in.netloc).geturl()
        return super().request(method, url, **how)


class Twilio:
    def __init__(self) -> None:
        self._http = Http(timeout=TIMEOUT_SECONDS)
        account = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
        self._client = Client(*account, http_client=self._http)  # type: ignore[no-untyped-call]

    def send(self, message: Message, *, now: datetime) -> str:
        """Returns Twilio's id of the text. Raises Trouble."""
        sender = settings.TWILIO_FROM
        origin = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        try:
            return self._sent_before(message) or str(
                self._client.messages.create(to=message.recipient, body=message.text, **origin).sid
            )
        except (TwilioRestException, TwilioServiceException) as error:
            raise trouble_of(error) from error
        except requests.RequestException as error:
            raise Passing(Reason.AWAY, is_away=True, is_uncertain=not _never_arrived(error)) from error

    def close(self) -> None:
        if self._http.session:
            self._http.session.close()

    def _sent_before(self, message: Message) -> str:
        """The id of a text that left although we did not hear so; texts have no Message-ID that would show a double."""
        if not message.is_uncertain:
            return ""
        latest = self._client.messages.list(to=message.recipient, limit=LOOK_BACK)
        since = (text for text in latest if text.date_created and text.date_created >= message.created_at)
        return next((str(text.sid) for text in since if text.body and text.body.endswith(message.text)), "")


def trouble_of(error: TwilioRestException | TwilioServiceException) -> Trouble:
    """Only a 400 is about this text; 401, 403 and 404 are about our account, 429 and 5xx about Twilio."""
    code = error.code or error.status
    if error.status == 429 or error.status >= 500:
        return Passing(Reason.BUSY, code=code, is_away=True)
    if error.status != 400 or code in OUR_OWN_FAULT:
        return Passing(Reason.SETTINGS, code=code, is_away=True)
    if code == OPTED_OUT:
        return Hopeless(Reason.OPTED_OUT, code=code)
    return Hopeless(Reason.ADDRESS if code in NUMBER else Reason.REFUSED, code=code)


def _never_arrived(error: requests.RequestException) -> bool:
    """The connection was never made, so nothing can have left."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
