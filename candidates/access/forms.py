"""Forms of the candidate's private pages, and of a recruiter who corrects an address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_fields import AddressField
from core.formatting import active_language
from core.timezones import zone_choices


class AddressForm(forms.Form):
    """Mail address that the candidate gave on the phone."""

    email = AddressField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Let the candidate spell it. Is it right as it stands? Save it, and we try once more."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    use_required_attribute = False


class NewLinkForm(forms.Form):
    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("The address with which you applied."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Where are you?"), help_text=_("We then say every time as your clock shows it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["time_zone"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(zone_choices(active_language()))
