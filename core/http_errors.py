"""Reasons why an address cannot be fetched, see core/http_client.py."""

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class FetchFailed(Refusal):
    code = "fetch_failed"
    sentence = _("The address could not be read.")


class AddressInvalid(FetchFailed):
    code = "address_invalid"
    sentence = _("This is not a complete web address. Copy the whole address; it starts with https:// or webcal://.")


class AddressHasPassword(FetchFailed):
    code = "address_has_password"
    sentence = _("Leave the user name and the password out of the address.")


class AddressForbidden(FetchFailed):
    """An address of this machine or an internal network that CALENDAR_HOSTS_ALLOWED does not list."""

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
