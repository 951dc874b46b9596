"""Parser of webhook forms that carry a raw mail in one field, which is trimmed like any inbound mail.

Django accepts 6 MB of fields, less than a mail with one photo.
"""

from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import FIELD, FILE, ChunkIter, LazyStream, Parser
from django.utils.encoding import force_str

from outbox.inbound.size_limit import trim

RAW_MAIL_FIELDS = {"email", "body-mime"}  # SendGrid, Mailgun
CHUNK = 64 * 1024
FORM = "multipart/form-data"


def parse_raw_form(request: HttpRequest) -> QueryDict | None:
    """Parse the fields; None for another form, or one that carries the mail in parts, with files.

    Raises RequestDataTooBig and TooManyFieldsSent for the other fields, as Django does.
    """
    boundary = (request.content_params or {}).get("boundary", "")
    if request.content_type != FORM or not boundary:
        return None
    form, left = QueryDict(mutable=True), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for kind, headers, stream in Parser(LazyStream(ChunkIter(BytesIO(request.body), CHUNK)), boundary.encode()):
        if kind == FILE:
            return None
        if kind != FIELD:
            continue
        name = force_str(headers["content-disposition"][1]["name"], errors="replace").strip()
        content = trim(BytesIO(stream.read())).content if name in RAW_MAIL_FIELDS else stream.read(left + 1)
        left -= 0 if name in RAW_MAIL_FIELDS else len(content)
        if left < 0:
            raise RequestDataTooBig
        form.appendlist(name, content.decode("utf-8", "replace"))
        if len(form) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            raise TooManyFieldsSent
    form._mutable = False
    return form if RAW_MAIL_FIELDS & form.keys() else None
