from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from advisors.availability.errors import HourSkipped
from advisors.availability.local_time import to_utc
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
        return validate_year(self.cleaned_data["first_day"])

    def clean_last_day(self) -> date | None:
        return validate_year(self.cleaned_data["last_day"])

    def span(self, advisor: Advisor) -> Span:
        """Absence in the advisor's time zone; whole days end at midnight after the last day.

        Raises ValidationError on the field of a time that the clock skips.
        """
        cleaned, zone = self.cleaned_data, ZoneInfo(advisor.time_zone)
        last_day = cleaned["last_day"] or cleaned["first_day"]
        start = self._time("from_time", cleaned["first_day"], zone) or _midnight(cleaned["first_day"], zone)
        until = self._time("until_time", last_day, zone) or _midnight(last_day + timedelta(days=1), zone)
        return Span(start, until)

    def _time(self, field: str, day: date, zone: ZoneInfo) -> datetime | None:
        if self.cleaned_data[field] is None:
            return None
        try:
            return to_utc(zone, day, self.cleaned_data[field])
        except HourSkipped as refusal:
            raise forms.ValidationError({field: str(refusal)}) from refusal


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Midnight in UTC. Where the clock skips midnight, the day starts an hour later: the same instant."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def validate_year(day: date | None) -> date | None:
    """Refuse years that are typing errors, such as 0026 or 20261."""
    if day is not None and not 2000 <= day.year <= 2200:
        raise forms.ValidationError(_("Check the year."))
    return day
