"""The phone number of a candidate."""

from django.conf import settings

from candidates.errors import PhoneUnclear
from core.phones import e164


def phone_of(text: str, *, demo: bool) -> str:
    """The number in E.164 (`+31612345678`), read as Dutch when it names no country; an empty text stays empty.

    Raises PhoneUnclear. With `demo` the invented range +316000NNNNN passes too.
    """
    if not text.strip():
        return ""
    try:
        return e164(text, region=settings.PHONENUMBER_DEFAULT_REGION, with_invented=demo)
    except ValueError as error:
        raise PhoneUnclear from error
