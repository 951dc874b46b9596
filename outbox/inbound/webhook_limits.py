"""Limits for the fields of a webhook request with an inbound mail, before anymail parses them.

The email package parses long headers in quadratic time: a From of 244 kB takes minutes. Bodies and attachments stay.
"""

import json
from io import BytesIO
from typing import Any

from django.http import HttpRequest

from outbox.inbound.size_limit import trim

MAX_VALUE = 2_000  # characters; a header that we use is shorter
MAX_ITEMS = 200  # recipients, headers, attachments
# Names of the providers for bodies and files, in lower case; raw mails are trimmed.
_BODIES = frozenset(
    {
        *("text", "html", "textbody", "htmlbody", "rawtextbody", "rawhtmlbody", "text-part", "html-part"),
        *("body-plain", "body-html", "stripped-text", "stripped-html", "strippedtextreply", "extractedmarkdownmessage"),
        *("content", "data", "email_rfc822"),
    }
)
_FILES = ("attachment", "inlineattachment")  # Mailjet numbers them
_RAW_MAILS = frozenset({"rawemail", "raw_msg", "raw", "email", "body-mime", "headers"})
_JSON = frozenset({"message-headers", "mandrill_events", "envelope", "attachment-info", "content-ids"})


def limit_fields(request: HttpRequest) -> None:
    """Cut the values of a request that are longer than any header that we use. Raises ValueError for invalid JSON."""
    if request.content_type == "application/json":
        request._body = json.dumps(_limited("", json.loads(request.body))).encode()
        return
    form = request.POST.copy()
    for name, values in list(form.lists()):
        form.setlist(name, [_limited_text(name.lower(), str(value)) for value in values])
    request._post = form  # type: ignore[attr-defined]  # where Django itself keeps the form


def _limited(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _limited_text(name, value)
    if isinstance(value, list):
        return [_limited(name, one) for one in value[:MAX_ITEMS]]
    if isinstance(value, dict):
        return {key[:MAX_VALUE]: _limited(key.lower(), one) for key, one in list(value.items())[:MAX_ITEMS]}
    return value


def _limited_text(name: str, text: str) -> str:
    if len(text) <= MAX_VALUE or name in _BODIES or (name.startswith(_FILES) and name not in _JSON):
        return text
    if name in _JSON:
        return json.dumps(_limited("", json.loads(text)))
    return trim(BytesIO(text.encode())).content.decode("utf-8", "replace") if name in _RAW_MAILS else text[:MAX_VALUE]
