from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advisors.models import Advisor, Opening, TalkChannel, Weekday
from advisors.rota import Hours
from advisors.slots import Span
from organisation.models import Location


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OpeningForm(forms.Form):
    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    starts = forms.TimeField(label=_("From"), widget=TimeInput)
    ends = forms.TimeField(label=_("Until"), widget=TimeInput)
    channels = forms.MultipleChoiceField(
        label=_("How"), choices=TalkChannel.choices, widget=forms.CheckboxSelectMultiple, required=True
    )
    location = forms.ModelChoiceField(
        label=_("Location"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("No location"),
        help_text=_("Only needed for talks at the office."),
    )

    def __init__(self, *args: Any, opening: Opening | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        location = self.fields["location"]
        assert isinstance(location, forms.ModelChoiceField)
        kept = opening.location_id if opening else None
        location.queryset = Location.objects.filter(Q(is_active=True) | Q(pk=kept))

    def hours(self) -> Hours:
        said = self.cleaned_data
        location = said["location"]
        return Hours(
            weekday=said["weekday"],
            starts=said["starts"],
            ends=said["ends"],
            channels=frozenset(said["channels"]),
            location_id=location.pk if location else None,
        )


def opening_words(opening: Opening) -> dict[str, Any]:
    """What the form starts with."""
    fields = ("weekday", "starts", "ends", "channels", "location")
    return {field: getattr(opening, field) for field in fields}


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

    def clean_first_day(self) -> date:
        first_day: date = self.cleaned_data["first_day"]
        return _in_reach(first_day)

    def clean_last_day(self) -> date | None:
        last_day: date | None = self.cleaned_data["last_day"]
        return _in_reach(last_day) if last_day else None

    def span(self, advisor: Advisor) -> Span:
        """In the advisor's own zone; whole days end at midnight after the last day."""
        said, zone = self.cleaned_data, ZoneInfo(advisor.time_zone)
        last_day = said["last_day"] or said["first_day"]
        start = datetime.combine(said["first_day"], said["from_time"] or time.min, tzinfo=zone)
        until = datetime.combine(last_day, said["until_time"] or time.min, tzinfo=zone)
        if not said["until_time"]:
            until += timedelta(days=1)  # of the wall clock: to the next midnight
        return Span(start.astimezone(UTC), until.astimezone(UTC))


def _in_reach(day: date) -> date:
    """A slip of the pen such as the year 0026 or 20261 is not a day that a calendar can hold."""
    if not 2000 <= day.year <= 2200:
        raise forms.ValidationError(_("Check the year."))
    return day
