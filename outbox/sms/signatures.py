"""Verify the signature of Twilio's webhooks: https://www.twilio.com/docs/usage/webhooks/webhooks-security

The signed URL is the one that Twilio was given, so it is built from PUBLIC_URL, whatever a proxy makes of Host and
X-Forwarded-*. It is signed with the account's token (HMAC-SHA1), or with a key of your own (HMAC-SHA256,
https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys); while keys change, either will do.
"""

from django.conf import settings
from django.http import HttpRequest, QueryDict
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)


def is_from_twilio(request: HttpRequest) -> bool:
    """True when one of our secrets signed the request; never while none is set."""
    url = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get(SIGNATURE_HEADER, "")
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER, ""))  # type: ignore[no-untyped-call]
    secrets = [secret for secret in (settings.TWILIO_AUTH_TOKEN, settings.TWILIO_WEBHOOK_SECRET) if secret]
    return any(_is_signed(url, request.POST, signature, algorithm, secret) for secret in secrets)


def _is_signed(url: str, fields: QueryDict, signature: str, algorithm: str, secret: str) -> bool:
    validator = RequestValidator(secret)  # type: ignore[no-untyped-call]
    return bool(validator.validate(url, fields, signature, algorithm))  # type: ignore[no-untyped-call]
