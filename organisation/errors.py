"""Refusals of settings, staff accounts, API clients and closed days."""

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class TextDoesNotFit(Refusal):
    """The short name and the short link together do not fit in one text message."""

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


class OwnRequest(Refusal):
    code = "own_request"
    sentence = _("You asked for this role yourself. Another application manager or a manager has to confirm it.")


class MayNotSignIn(Refusal):
    code = "may_not_sign_in"
    sentence = _("This account is switched off. Switch it on before you invite this colleague.")


class ClosedDayOver(Refusal):
    code = "closed_day_over"
    sentence = _("This day is over. Choose today or a later day.")


class ClosedDayTooFar(Refusal):
    code = "closed_day_too_far"
    sentence = _("This day is more than three years ahead. Check the year.")
