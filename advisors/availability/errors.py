from collections.abc import Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advisors.availability.slots import Slot
from core.errors import Refusal
from core.formatting import active_language, format_day, format_time


class SlotTaken(Refusal):
    """The requested slot is not free (any more). `alternatives` are slots that are free now."""

    code = "slot_taken"
    sentence = _("This moment is no longer free. Please choose another one.")

    def __init__(self, alternatives: Sequence[Slot] = ()) -> None:
        super().__init__()
        self.alternatives = tuple(alternatives)


class OpeningInvalid(Refusal):
    code = "opening_invalid"
    sentence = _("These hours end before they start. Choose a later end.")


class OpeningOverlaps(Refusal):
    """These hours overlap other hours on `day`, which last from `starts` until `ends`."""

    code = "opening_overlaps"
    sentence = _("On %(day)s these hours overlap with other hours: %(starts)s until %(ends)s. Change one of them.")

    def __init__(self, *, day: date, starts: time, ends: time) -> None:
        super().__init__()
        self.day, self.starts, self.ends = day, starts, ends

    def __str__(self) -> str:
        language, zone = active_language(), ZoneInfo(settings.TIME_ZONE)
        starts, ends = (format_time(time, language, zone) for time in (self.starts, self.ends))
        return str(self.sentence) % {"day": format_day(self.day, language, zone), "starts": starts, "ends": ends}


class RuleNotSupported(Refusal):
    """`part` is the part of the recurrence rule that is not supported."""

    code = "rule_not_supported"
    sentence = _("We cannot follow this part of the rule: %(part)s. Write it like FREQ=MONTHLY;BYDAY=1WE.")

    def __init__(self, *, part: str) -> None:
        super().__init__()
        self.part = part

    def __str__(self) -> str:
        return str(self.sentence) % {"part": self.part}


class OpeningOver(Refusal):
    code = "opening_over"
    sentence = _("This date is over. Choose today or a later date.")


class OpeningNeverOpens(Refusal):
    code = "opening_never_opens"
    sentence = _("These hours are valid until a day before they start. Choose a later end.")


class TooManyOpenings(Refusal):
    code = "too_many_openings"
    sentence = _("There are a hundred blocks of hours already. First close one that is not needed any more.")


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
