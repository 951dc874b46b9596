from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from advisors.forms import DateInput, in_reach
from organisation.wording import one_line


class HolidaysForm(forms.Form):
    are_closed = forms.BooleanField(label=_("Closed on Dutch public holidays"), required=False)


class ClosedDayForm(forms.Form):
    day = forms.DateField(label=_("Date"), widget=DateInput)
    reason = forms.CharField(
        label=_("Why"), max_length=60, help_text=_("Advisors read it in their agenda. Candidates do not.")
    )

    def clean_day(self) -> date | None:
        return in_reach(self.cleaned_data["day"])

    def clean_reason(self) -> str:
        return one_line(self.cleaned_data["reason"])
