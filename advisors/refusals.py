from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from advisors.slots import Slot
from organisation.refusals import Refusal


class SlotTaken(Refusal):
    """The wished moment is not free (any more). `alternatives` are moments that are free now."""

    code = "slot_taken"
    sentence = _("This moment is no longer free. Please choose another one.")

    def __init__(self, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__()
        self.alternatives = tuple(alternatives)


class OpeningInvalid(Refusal):
    code = "opening_invalid"
    sentence = _("These hours end before they start. Choose a later end.")


class OpeningOverlaps(Refusal):
    code = "opening_overlaps"
    sentence = _("These hours overlap with other hours on that day. Change one of them.")


class AbsenceInvalid(Refusal):
    code = "absence_invalid"
    sentence = _("The absence ends before it starts. Choose a later end.")
