"""Every "no" of the house is a Refusal, with a sentence that a candidate may read."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A wish that cannot be granted. `code` goes to programs and the audit trail, `sentence` to people."""

    code = "refused"
    sentence = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.sentence)


def code_in_words(code: str) -> str:
    """The sentence of the Refusal with this code; empty when there is none, or when it tells more than a code can."""
    found = next((one for one in _those_under(Refusal) if one.code == code), None)
    sentence = str(found.sentence) if found else ""
    return "" if "%(" in sentence else sentence


def _those_under(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    yield refusal
    for one in refusal.__subclasses__():
        yield from _those_under(one)


class TextDoesNotFit(Refusal):
    """The short name and the short address together leave a text message no room for its words."""

    code = "text_does_not_fit"
    sentence = _("Choose a short name of at most %(room)s characters: more does not fit in one text message.")

    def __init__(self, *, room: int) -> None:
        self.room = room

    def __str__(self) -> str:
        return str(self.sentence) % {"room": self.room}


class AddressDoesNotFit(Refusal):
    code = "address_does_not_fit"
    sentence = _("The web address of this site is too long for a text message. Ask your supplier for a shorter one.")


class NameTaken(Refusal):
    code = "name_taken"
    sentence = _("This name is in use already. Choose another name.")


class SourceReserved(Refusal):
    code = "source_reserved"
    sentence = _("This word is for what comes from our own screens and files. Choose another one.")


class EmailTaken(Refusal):
    code = "email_taken"
    sentence = _("There is already an account with this e-mail address.")


class LastApplicationManager(Refusal):
    code = "last_application_manager"
    sentence = _("Somebody has to keep the settings. First make a colleague application manager.")


class OwnAccess(Refusal):
    code = "own_access"
    sentence = _("You cannot close your own account or give up your own role. Ask another application manager.")


class MayNotSignIn(Refusal):
    code = "may_not_sign_in"
    sentence = _("This account is switched off. Switch it on before you invite this colleague.")


class SealBroken(Refusal):
    """Sealed with a SECRET_KEY that is no longer in use."""

    code = "seal_broken"
    sentence = _("The saved password can no longer be opened. Remove this calendar and add it again.")


class FetchFailed(Refusal):
    """An address that a person gave cannot be read; see organisation/fetching.py."""

    code = "fetch_failed"
    sentence = _("The address could not be read.")


class AddressInvalid(FetchFailed):
    code = "address_invalid"
    sentence = _("This is not a complete web address. Copy the whole address; it starts with https:// or webcal://.")


class AddressHasPassword(FetchFailed):
    code = "address_has_password"
    sentence = _("Leave the user name and the password out of the address.")


class AddressForbidden(FetchFailed):
    """Of this machine or an internal network, and not named in CALENDAR_HOSTS_ALLOWED."""

    code = "address_forbidden"
    sentence = _("This address lies in an internal network, and reading there is not allowed. Ask who runs this site.")


class AddressInsecure(FetchFailed):
    code = "address_insecure"
    sentence = _("The connection is not safe: use an address that starts with https://.")


class HostUnknown(FetchFailed):
    code = "host_unknown"
    sentence = _("There is no server with this name. Check the address.")


class NotAnswering(FetchFailed):
    code = "not_answering"
    sentence = _("The server does not answer.")


class TooSlow(FetchFailed):
    code = "too_slow"
    sentence = _("The server takes too long to answer.")


class TooLarge(FetchFailed):
    code = "too_large"
    sentence = _("The answer is too large to read.")


class TooManyRedirects(FetchFailed):
    code = "too_many_redirects"
    sentence = _("The address keeps leading to another address. Copy it again.")


class Moved(FetchFailed):
    code = "moved"
    sentence = _("The address leads to another address. Fill in that one.")


class SignInNeeded(FetchFailed):
    code = "sign_in_needed"
    sentence = _("The server does not let us in. Check the user name and the password, or publish the calendar again.")


class NotThere(FetchFailed):
    code = "not_there"
    sentence = _("There is nothing at this address any more. Copy it again.")


class ServerFails(FetchFailed):
    code = "server_fails"
    sentence = _("The server has a fault or is busy.")


class CertificateWrong(FetchFailed):
    code = "certificate_wrong"
    sentence = _("The server's certificate is not valid, so the connection is not safe.")


class AnswerUnreadable(FetchFailed):
    code = "answer_unreadable"
    sentence = _("The server answers something that cannot be read.")


class ClosedDayOver(Refusal):
    code = "closed_day_over"
    sentence = _("This day is over. Choose today or a later day.")


class ClosedDayTooFar(Refusal):
    code = "closed_day_too_far"
    sentence = _("This day is more than three years ahead. Check the year.")
