"""Rules for the fields of a rejection, the same for form, CSV file and API.

Each of these parses its own input, and names an error in its own words where its framework has them: required and
longest text come from `REQUIRED` and `MAX_LENGTHS`, everything else from `field_errors`. Values in, errors out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.forms import Field
from django.utils.translation import gettext as _

from candidates.names import clean_name
from core.errors import InvalidPhone
from core.formatting import one_line
from core.mail_addresses import parse_address
from core.phones import parse_phone

REQUIRED = ("candidate_id", "email", "vacancy_id", "stage")
NAMES = ("first_name", "last_name")  # of which one is required
MAX_LENGTHS = {  # characters
    "candidate_id": 120,
    "first_name": 200,
    "infix": 40,
    "last_name": 200,
    "email": 254,
    "vacancy_id": 120,
    "job_title": 120,
    "department": 120,
    "reason_code": 120,
    "component": 160,
    "explanation": 2000,
    "strength_1": 300,
    "strength_2": 300,
    "strength_3": 300,
}
DEFAULT_MAX_LENGTH = 1000


@dataclass(frozen=True)
class FieldError:
    field: str
    code: str
    message: str


def field_errors(
    values: Mapping[str, str | date | None], *, demo: bool, today: date | None = None
) -> Iterator[FieldError]:
    """The first error of each value that is given, in their order; a field that is absent is not judged.

    Without `today` dates may lie ahead: an applicant tracking system reports what it has, in its own time zone. With
    `demo` the invented range of phone numbers is allowed.
    """
    for field, value in values.items():
        error = _day_error(field, value, today) if isinstance(value, date) else _text_error(field, value or "", demo)
        if error:
            yield error
    yield from _name_errors(values)


def _name_errors(values: Mapping[str, str | date | None]) -> Iterator[FieldError]:
    """An error of the first name when neither name is one; a single name is enough."""
    given = [name for name in NAMES if name in values]
    if given and not any(clean_name(str(values[name] or "")) for name in given):
        yield FieldError(given[0], "required", _("Fill in a first name or a last name."))


def date_order_errors(*, applied_on: date | None, decided_on: date | None) -> Iterator[FieldError]:
    if applied_on and decided_on and decided_on < applied_on:
        yield FieldError("decided_on", "before_application", _("This is before the day of the application."))


def _day_error(field: str, day: date, today: date | None) -> FieldError | None:
    if today is None or day <= today:
        return None
    return FieldError(field, "in_future", _("This day is in the future."))


def _text_error(field: str, text: str, demo: bool) -> FieldError | None:
    if not one_line(text):
        empty = str(Field.default_error_messages["required"])
        return FieldError(field, "required", empty) if field in REQUIRED else None
    limit = MAX_LENGTHS.get(field, DEFAULT_MAX_LENGTH)
    if len(text) > limit:
        message = _("This is too long: {count} characters, at most {limit}.").format(count=len(text), limit=limit)
        return FieldError(field, "too_long", message)
    if field in ("email", "recruiter_email"):
        return _email_error(field, text)
    return _phone_error(field, text, demo) if field == "phone" else None


def _email_error(field: str, text: str) -> FieldError | None:
    try:
        parse_address(text)
    except ValueError:
        message = _("“{text}” is not an e-mail address.").format(text=one_line(text)[:40])
        return FieldError(field, "invalid_email", message)
    return None


def _phone_error(field: str, text: str, demo: bool) -> FieldError | None:
    try:
        parse_phone(text, demo=demo)
    except InvalidPhone as refusal:
        return FieldError(field, refusal.code, str(refusal))
    return None
