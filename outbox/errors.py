"""Refusals to send a message again, or to stop it."""

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class MessageNotEnded(Refusal):
    code = "message_not_ended"
    sentence = _("Only a message that failed or was stopped can be sent again.")


class MessageOutdated(Refusal):
    """Its subject was cancelled or changed since."""

    code = "message_no_longer_true"
    sentence = _("What this message tells has changed since. It is not sent again.")


class MessageExpired(Refusal):
    code = "message_too_late"
    sentence = _("It is too late for this message: nobody has any use for it now.")


class MessageBodyErased(Refusal):
    code = "message_words_gone"
    sentence = _("The words of this message are not kept any more, so it cannot be sent again.")


class MessageIsFallback(Refusal):
    code = "message_stands_by"
    sentence = _("This letter stands by for a text message and does what happens to that text.")


class FallbackAlreadySent(Refusal):
    """The recipient would be told the same twice."""

    code = "message_told_otherwise"
    sentence = _("A letter has left in place of this text. The receiver knows it already.")


class MessageBeingSent(Refusal):
    code = "message_leaving_now"
    sentence = _("This message is leaving at this moment. It cannot be called back.")


class MessageNotQueued(Refusal):
    code = "message_not_waiting"
    sentence = _("This message does not wait any more, so there is nothing to stop.")


class NothingToResend(Refusal):
    code = "message_nothing_to_repeat"
    sentence = _("None of these messages can be sent again now.")
