from django import forms
from django.utils.translation import gettext_lazy as _


class NewLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("The address with which you applied."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
