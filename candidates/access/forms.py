from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.timezones import zones_in_words


class AddressForm(forms.Form):
    """The mail address that a candidate said on the phone."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Let the candidate spell it. Is it right as it stands? Save it, and we try once more."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    use_required_attribute = False


class NewLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The address with which you applied."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Where are you?"), help_text=_("We then say every time as your clock shows it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["time_zone"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(zones_in_words(get_language() or "nl"))
