"""A form in which a provider brings a mail as it came, in one field: of that field what we keep of any mail.

Django reads 6 MB of fields, and a photo from a telephone is larger.
"""

from io import BytesIO

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import FIELD, FILE, ChunkIter, LazyStream, Parser
from django.utils.encoding import force_str

from outbox.inbound.size_limit import trim

RAW = {"email", "body-mime"}  # of SendGrid and of Mailgun
CHUNK = 64 * 1024
FORM = "multipart/form-data"


def raw_form_of(request: HttpRequest) -> QueryDict | None:
    """Its fields; None when it is another form, or brings a mail taken apart, with files.

    Raises RequestDataTooBig and TooManyFieldsSent for what stands beside the mail, as Django does.
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
        content = trim(BytesIO(stream.read())).content if name in RAW else stream.read(left + 1)
        left -= 0 if name in RAW else len(content)
        if left < 0:
            raise RequestDataTooBig
        form.appendlist(name, content.decode("utf-8", "replace"))
        if len(form) > settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            raise TooManyFieldsSent
    form._mutable = False
    return form if RAW & form.keys() else None
