from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class NotStartedYet(Refusal):
    code = "talk_not_started"
    sentence = _("This talk has not started yet. You can say how it went once it has.")


class TalkCancelled(Refusal):
    code = "talk_cancelled"
    sentence = _("This talk was cancelled, so it cannot be marked.")


class TooLateToCorrect(Refusal):
    code = "too_late_to_correct"
    sentence = _("A mark can be corrected on the same day only.")


class CopyChanged(Refusal):
    code = "note_copy_changed"
    sentence = _("This text changed in the other window a moment ago. Read it once more.")
