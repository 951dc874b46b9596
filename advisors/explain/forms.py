from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from advisors.availability.local_time import moment_in
from advisors.form_fields import DateInput, TimeInput, in_reach
from advisors.models import Advisor, TalkChannel
from core.errors import Refusal


class WhyForm(forms.Form):
    """Which day, and perhaps which moment, is to be explained, as a candidate would ask for it."""

    advisor = forms.TypedChoiceField(label=_("Career advisor"), coerce=int)
    day = forms.DateField(label=_("Date"), widget=DateInput)
    time = forms.TimeField(label=_("Time"), widget=TimeInput, required=False)
    channel = forms.ChoiceField(label=_("How"), choices=[("", _("Any way")), *TalkChannel.choices], required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Any language")), *settings.LANGUAGES], required=False
    )

    def __init__(self, *args: Any, advisor: Advisor | None, others: list[Advisor], **kwargs: Any) -> None:
        """With `others` one of them is to be chosen; otherwise it is about `advisor`."""
        super().__init__(*args, **kwargs)
        self.about = advisor
        if others:
            field = self.fields["advisor"]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [(one.pk, one.name) for one in others]
        else:
            del self.fields["advisor"]

    def clean_day(self) -> date | None:
        return in_reach(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if self.about is None or not said.get("day") or not said.get("time"):
            return said
        try:
            said["moment"] = moment_in(ZoneInfo(self.about.time_zone), said["day"], said["time"])
        except Refusal as refusal:
            self.add_error("time", str(refusal))
        return said
