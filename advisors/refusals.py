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
    sentence = _("The absence ends before it starts, or is already over. Choose a later end.")


class AbsenceTooLong(Refusal):
    code = "absence_too_long"
    sentence = _("The absence is longer than two years. Choose an earlier end.")


class OpeningWithoutChannel(Refusal):
    code = "opening_without_channel"
    sentence = _("Choose at least one way to talk in these hours.")


class LocationNeeded(Refusal):
    code = "location_needed"
    sentence = _("Talks at the office need a location. Choose one.")


class VideoRoomNeeded(Refusal):
    code = "video_room_needed"
    sentence = _("Talks by video need the address of a video room. It is kept with the career advisor's details.")


class YearUnclear(Refusal):
    code = "year_unclear"
    sentence = _("Check the year.")


class HourSkipped(Refusal):
    code = "hour_skipped"
    sentence = _("This time does not exist on this day: the clock goes forward in that hour.")
