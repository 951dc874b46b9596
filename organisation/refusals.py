"""Every "no" of the house is a Refusal, with a sentence that a candidate may read."""

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A wish that cannot be granted. `code` goes to programs and the audit trail, `sentence` to people."""

    code = "refused"
    sentence = _("This is not possible.")

    def __str__(self) -> str:
        return str(self.sentence)


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
