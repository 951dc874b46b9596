from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advisors.availability.local_time import to_utc
from advisors.form_fields import DateInput, TimeInput, validate_year
from advisors.models import Advisor, TalkChannel
from core.errors import Refusal


class WhyForm(forms.Form):
    """Advisor, day and optional time to explain, with the channel and language that a candidate would choose."""

    advisor = forms.TypedChoiceField(label=_("Career advisor"), coerce=int)
    day = forms.DateField(label=_("Date"), widget=DateInput)
    time = forms.TimeField(label=_("Time"), widget=TimeInput, required=False)
    channel = forms.ChoiceField(label=_("How"), choices=[("", _("Any way")), *TalkChannel.choices], required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Any language")), *settings.LANGUAGES], required=False
    )

    def __init__(self, *args: Any, advisor: Advisor | None, others: list[Advisor], **kwargs: Any) -> None:
        """Create the form: with a choice from `others`, or about `advisor` when there are none."""
        super().__init__(*args, **kwargs)
        self.about = advisor
        if others:
            field = self.fields["advisor"]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [(one.pk, one.name) for one in others]
        else:
            del self.fields["advisor"]

    def clean_day(self) -> date | None:
        return validate_year(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.about is None or not cleaned.get("day") or not cleaned.get("time"):
            return cleaned
        try:
            cleaned["starts_at"] = to_utc(ZoneInfo(self.about.time_zone), cleaned["day"], cleaned["time"])
        except Refusal as refusal:
            self.add_error("time", str(refusal))
        return cleaned
