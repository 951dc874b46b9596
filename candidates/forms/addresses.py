from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    """The mail address that a candidate said on the phone."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Let the candidate spell it. Is it right as it stands? Save it, and we try once more."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    use_required_attribute = False
