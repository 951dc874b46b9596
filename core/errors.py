"""Refusal, the base class of every error that a user may read, and errors of more than one app."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A request that cannot be granted. `code` goes to API clients and the audit trail, `sentence` to people."""

    code = "refused"
    sentence = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.sentence)


def sentence_for_code(code: str) -> str:
    """Sentence of the Refusal with this code; empty when the code is unknown or the sentence needs values."""
    found = next((one for one in _subclasses(Refusal) if one.code == code), None)
    sentence = str(found.sentence) if found else ""
    return "" if "%(" in sentence else sentence


def _subclasses(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    yield refusal
    for one in refusal.__subclasses__():
        yield from _subclasses(one)


class InvalidPhone(Refusal):
    code = "phone_unclear"
    sentence = _("We cannot read this phone number. Write it like 06 12 34 56 78, or start with + and the country.")
