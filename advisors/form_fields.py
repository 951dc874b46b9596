from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from advisors.availability.errors import HourSkipped
from advisors.availability.local_time import moment_in
from advisors.availability.slots import Span
from advisors.models import Advisor


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AbsenceForm(forms.Form):
    first_day = forms.DateField(label=_("First day"), widget=DateInput)
    from_time = forms.TimeField(
        label=_("From"), widget=TimeInput, required=False, help_text=_("Leave empty for the whole day.")
    )
    last_day = forms.DateField(
        label=_("Last day"), widget=DateInput, required=False, help_text=_("Leave empty when it is one day.")
    )
    until_time = forms.TimeField(
        label=_("Until"), widget=TimeInput, required=False, help_text=_("Leave empty for the whole day.")
    )

    def clean_first_day(self) -> date | None:
        return in_reach(self.cleaned_data["first_day"])

    def clean_last_day(self) -> date | None:
        return in_reach(self.cleaned_data["last_day"])

    def span(self, advisor: Advisor) -> Span:
        """In the advisor's own zone; whole days end at midnight after the last day.

        Raises ValidationError, with its field, for a time in the hour that the clock skips.
        """
        said, zone = self.cleaned_data, ZoneInfo(advisor.time_zone)
        last_day = said["last_day"] or said["first_day"]
        start = self._moment("from_time", said["first_day"], zone) or _midnight(said["first_day"], zone)
        until = self._moment("until_time", last_day, zone) or _midnight(last_day + timedelta(days=1), zone)
        return Span(start, until)

    def _moment(self, field: str, day: date, zone: ZoneInfo) -> datetime | None:
        if self.cleaned_data[field] is None:
            return None
        try:
            return moment_in(zone, day, self.cleaned_data[field])
        except HourSkipped as refusal:
            raise forms.ValidationError({field: str(refusal)}) from refusal


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where the clock skips it the day begins an hour later, at the same moment."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def in_reach(day: date | None) -> date | None:
    """A slip of the pen such as the year 0026 or 20261 is not a day that a calendar can hold."""
    if day is not None and not 2000 <= day.year <= 2200:
        raise forms.ValidationError(_("Check the year."))
    return day
