"""Refusals of the booking services, each with a sentence that a candidate or a colleague may read."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class InvitationClosed(Refusal):
    code = "invitation_closed"
    sentence = _("This invitation has ended. You can no longer choose a moment here.")


class AlreadyBooked(Refusal):
    code = "already_booked"
    sentence = _("You already have an appointment. You can move it to another moment.")


class AlreadyCompleted(AlreadyBooked):
    code = "already_talked"
    sentence = _("You have had this talk already. Would you like to talk again? Please call us.")


class BookingNotActive(Refusal):
    code = "not_standing"
    sentence = _("This appointment has already ended or was cancelled.")


class TooLateToMove(Refusal):
    code = "too_late_to_move"
    sentence = _("It is too late to move this appointment. You can still cancel it, or call us.")


class AlreadyStarted(Refusal):
    code = "already_started"
    sentence = _("This appointment has already started. Please call us.")


class BookingOver(Refusal):
    code = "talk_over"
    sentence = _("This talk is over and cannot be changed any more. Mark it as held or as missed instead.")


class PhoneNeeded(Refusal):
    code = "phone_needed"
    sentence = _("We need a phone number to call you or to send you a text message.")


class MobileNeeded(Refusal):
    code = "mobile_needed"
    sentence = _("We can only send a text message to a mobile number. Fill one in, or leave the text message out.")


class SmsDisabled(MobileNeeded):
    code = "no_texts"
    sentence = _("We send no text messages. You do get everything by mail.")


class SmsCountryNotAllowed(MobileNeeded):
    code = "country_not_texted"
    sentence = _("We send no text messages to numbers of this country. You do get everything by mail.")


class SmsOptedOut(MobileNeeded):
    code = "texts_stopped"
    sentence = _(
        "You stopped our text messages to this number. Answer START to the last one, and then ask for texts here again."
    )


class TooLateToReassign(Refusal):
    code = "talk_started"
    sentence = _("This talk has already started, so it stays with its advisor.")


class BookingChanged(Refusal):
    code = "talk_changed"
    sentence = _("This talk was changed in the meantime. Look at it again before you decide.")


class ColleagueNotFree(Refusal):
    code = "colleague_not_free"
    sentence = _("This colleague is no longer free at that moment. Choose somebody else, or another moment.")


class AdvisorNotEligible(Refusal):
    code = "may_not_hold"
    sentence = _("This colleague cannot hold this talk. Choose somebody else.")


class ConflictOfInterest(Refusal):
    code = "gave_rejection"
    sentence = _("You gave this rejection as recruiter. An application manager decides what happens with this talk.")


class TakeoverStopped(Refusal):
    """A takeover was rolled back. `cause` is the refusal, of the booking that starts at `starts_at` or of the plan."""

    code = "takeover_stopped"
    sentence = _("Something changed in the meantime, so nothing was done. Look at the list again.")

    def __init__(self, *, cause: Refusal, starts_at: datetime | None = None) -> None:
        super().__init__()
        self.cause, self.starts_at = cause, starts_at
