"""Post status callbacks as Twilio does: its fields, signed by Twilio's own validator.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (a form; the fields)
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks (which statuses)
https://www.twilio.com/docs/usage/webhooks/webhooks-security (X-Twilio-Signature: of the URL without its fragment)
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (the fragment is for Twilio alone)
"""

from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

from tests.processes import HANG_SECONDS

DONE = ("delivered", "undelivered")


def callback_fields(text, status, *, code=None):
    """Fields of a callback; `text` is a Message resource of the API."""
    fields = {
        "AccountSid": text["account_sid"],
        "ApiVersion": text["api_version"],
        "From": text["from"] or "+31600000900",
        "MessageSid": text["sid"],
        "MessageStatus": status,
        "SmsSid": text["sid"],
        "SmsStatus": status,
        "To": text["to"],
    }
    fields |= {"MessagingServiceSid": text["messaging_service_sid"]} if text["messaging_service_sid"] else {}
    fields |= {"ErrorCode": str(code)} if code else {}
    return fields | ({"RawDlrDoneDate": "2611231001"} if status in DONE else {})


def signature_of(url, fields, *, token):
    return RequestValidator(token).compute_signature(url, fields)


def post_callback(url, text, status, *, code=None, token, web=""):
    """Post a callback; returns the HTTP status, None without a response. `web` overrides the host of the url."""
    fields, url = callback_fields(text, status, code=code), urldefrag(url).url
    signed = {"X-Twilio-Signature": signature_of(url, fields, token=token)}
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1"}
    target = url if not web else web + urlsplit(url).path
    request = Request(target, data=urlencode(fields).encode(), headers=signed | kind)
    try:
        with urlopen(request, timeout=HANG_SECONDS) as response:
            return response.status
    except HTTPError as error:
        return error.code
    except OSError:
        return None
