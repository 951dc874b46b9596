"""What Twilio posts to a StatusCallback: its fields, signed by Twilio's own validator.

https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (a form; the fields)
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks (which statuses)
https://www.twilio.com/docs/usage/webhooks/webhooks-security (X-Twilio-Signature: of the address up to its query)
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (what stands after # is for Twilio alone)
"""

from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

DONE = ("delivered", "undelivered")


def fields_of(text, status, *, code=None):
    """`text` is a Message resource as the API gives it."""
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


def tell(url, text, status, *, code=None, token, web=""):
    """The status of the answer; None when nobody answered. `web` is who answers for the host of the url."""
    fields, url = fields_of(text, status, code=code), urldefrag(url).url
    signed = {"X-Twilio-Signature": signature_of(url, fields, token=token)}
    kind = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1"}
    there = url if not web else web + urlsplit(url).path
    asked = Request(there, data=urlencode(fields).encode(), headers=signed | kind)
    try:
        with urlopen(asked, timeout=15) as answered:
            return answered.status
    except HTTPError as refused:
        return refused.code
    except OSError:
        return None
