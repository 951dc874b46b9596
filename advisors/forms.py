from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from advisors.models import Advisor
from advisors.slots import Span


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
        """In the advisor's own zone; whole days end at midnight after the last day."""
        said, zone = self.cleaned_data, ZoneInfo(advisor.time_zone)
        last_day = said["last_day"] or said["first_day"]
        start = datetime.combine(said["first_day"], said["from_time"] or time.min, tzinfo=zone)
        until = datetime.combine(last_day, said["until_time"] or time.min, tzinfo=zone)
        if not said["until_time"]:
            until += timedelta(days=1)  # of the wall clock: to the next midnight
        return Span(start.astimezone(UTC), until.astimezone(UTC))


def in_reach(day: date | None) -> date | None:
    """A slip of the pen such as the year 0026 or 20261 is not a day that a calendar can hold."""
    if day is not None and not 2000 <= day.year <= 2200:
        raise forms.ValidationError(_("Check the year."))
    return day
