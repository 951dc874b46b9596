"""Forms for opening hours: recurring, or on one date."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from advisors.availability.opening_hours import Hours
from advisors.availability.recurrence import LONGEST_RULE
from advisors.form_fields import DateInput, TimeInput, validate_year
from advisors.hours.repeat_choices import Repeats, repeats_of, rule_of
from advisors.models import Opening, TalkChannel, Weekday
from organisation.models import Location

EXTRA, INSTEAD = "extra", "instead"


class OpeningForm(forms.Form):
    """Fields that both forms share. `hours()` is not validated: the service does that."""

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
    languages = forms.MultipleChoiceField(
        label=_("Only in these languages"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Empty: in every language that you talk in."),
    )
    session_minutes = forms.IntegerField(label=_("Length of a talk (minutes)"), min_value=5, max_value=120)
    step_minutes = forms.IntegerField(label=_("A talk may start every (minutes)"), min_value=5, max_value=240)
    buffer_before_minutes = forms.IntegerField(label=_("Time before a talk (minutes)"), min_value=0, max_value=120)
    buffer_minutes = forms.IntegerField(label=_("Time between talks (minutes)"), min_value=0, max_value=120)

    timing: ClassVar[tuple[str, ...]] = ("session_minutes", "step_minutes", "buffer_before_minutes", "buffer_minutes")
    advanced: ClassVar[tuple[str, ...]] = ("languages", *timing)

    def __init__(self, *args: Any, opening: Opening | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        location = self.fields["location"]
        assert isinstance(location, forms.ModelChoiceField)
        current = opening.location_id if opening else None
        location.queryset = Location.objects.filter(Q(is_active=True) | Q(pk=current))
        for name in self.timing:
            self.fields[name].required = False

    @property
    def shows_more(self) -> bool:
        """True when an advanced field has a value or an error."""
        return any(self[name].value() not in (None, "", []) or self[name].errors for name in self.advanced)

    def hours(self) -> Hours:
        """Opening hours as they were entered."""
        cleaned = self.cleaned_data
        location = cleaned["location"]
        return Hours(
            starts=cleaned["starts"],
            ends=cleaned["ends"],
            channels=frozenset(cleaned["channels"]),
            location_id=location.pk if location else None,
            languages=frozenset(cleaned["languages"]) or None,
            length=_minutes(cleaned["session_minutes"]),
            before=_minutes(cleaned["buffer_before_minutes"]),
            buffer=_minutes(cleaned["buffer_minutes"]),
            step=_minutes(cleaned["step_minutes"]),
            **self.when(),
        )

    def when(self) -> dict[str, Any]:
        """Fields of `Hours` that say on which days it applies."""
        raise NotImplementedError


class RecurringForm(OpeningForm):
    repeats = forms.ChoiceField(label=_("How often"), choices=Repeats.choices)
    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    rule = forms.CharField(
        label=_("Rule of your own (for who knows RRULE)"),
        required=False,
        max_length=LONGEST_RULE,
        help_text=_("For example FREQ=MONTHLY;BYDAY=1WE,3WE."),
    )
    valid_from = forms.DateField(
        label=_("From this day on"), widget=DateInput, required=False, help_text=_("Empty: from now on.")
    )
    valid_until = forms.DateField(
        label=_("Up to and including this day"), widget=DateInput, required=False, help_text=_("Empty: no end.")
    )

    @property
    def shows_rule(self) -> bool:
        names = "rule", "valid_from", "valid_until"
        asks_rule = self["repeats"].value() == Repeats.RULE
        return asks_rule or any(self[name].value() not in (None, "") or self[name].errors for name in names)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("repeats") == Repeats.RULE and not cleaned.get("rule"):
            self.add_error("rule", _("Write the rule, or choose another way in which these hours recur."))
        return cleaned

    def clean_valid_from(self) -> date | None:
        return validate_year(self.cleaned_data["valid_from"])

    def clean_valid_until(self) -> date | None:
        return validate_year(self.cleaned_data["valid_until"])

    def when(self) -> dict[str, Any]:
        cleaned, repeats = self.cleaned_data, Repeats(self.cleaned_data["repeats"])
        valid = {"valid_from": cleaned["valid_from"], "valid_until": cleaned["valid_until"]}
        if repeats == Repeats.WEEK:
            return {"weekday": cleaned["weekday"], **valid}
        rule = cleaned["rule"] if repeats == Repeats.RULE else rule_of(repeats, cleaned["weekday"])
        return {"weekday": None, "rule": rule, **valid}


class DatedForm(OpeningForm):
    day = forms.DateField(label=_("Date"), widget=DateInput)
    as_what = forms.ChoiceField(
        label=_("These hours are"),
        choices=[(EXTRA, _("Extra, next to my usual hours")), (INSTEAD, _("Instead of my usual hours of that day"))],
        widget=forms.RadioSelect,
        initial=EXTRA,
    )

    def clean_day(self) -> date | None:
        return validate_year(self.cleaned_data["day"])

    def when(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {"weekday": None, "day": cleaned["day"], "replaces": cleaned["as_what"] == INSTEAD}


def form_for(opening: Opening | None, data: Any, *, dated: bool = False, day: str | None = None) -> OpeningForm:
    """Form for a stored opening, or for a new one: on a date, or recurring on the weekday `day`."""
    if opening is None:
        return DatedForm(data) if dated else RecurringForm(data, initial={"weekday": day})
    initial = {
        name: getattr(opening, name) for name in ("starts", "ends", "channels", "location", *OpeningForm.advanced)
    }
    if opening.day is not None:
        initial |= {"day": opening.day, "as_what": INSTEAD if opening.replaces else EXTRA}
        return DatedForm(data, initial=initial, opening=opening)
    repeats, weekday = repeats_of(opening.rule)
    initial |= {"repeats": repeats.value, "valid_from": opening.valid_from, "valid_until": opening.valid_until}
    initial |= {"weekday": opening.weekday if weekday is None else weekday}
    initial |= {"rule": opening.rule if repeats == Repeats.RULE else ""}
    return RecurringForm(data, initial=initial, opening=opening)


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
