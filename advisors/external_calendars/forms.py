from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advisors.external_calendars.connect import ConnectionRequest
from advisors.models import ExternalCalendar

NAME: dict[str, Any] = {"label": _("Name"), "max_length": 80, "help_text": _("For yourself, such as Outlook or Home.")}
SECRET = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class IcsForm(forms.Form):
    name = forms.CharField(**NAME)
    address = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={**SECRET, "inputmode": "url"}),
        help_text=_("The whole address; it starts with https:// or webcal://. After saving we show only its host."),
    )

    def connection(self) -> ConnectionRequest:
        return ConnectionRequest(kind=ExternalCalendar.Kind.ICS, **self.cleaned_data)


class CalDavForm(forms.Form):
    name = forms.CharField(**NAME)
    address = forms.CharField(
        label=_("Address of the calendar"),
        max_length=2000,
        widget=forms.TextInput(attrs={**SECRET, "inputmode": "url"}),
        help_text=_("Of one calendar, not of the whole account. You find it in the settings of that calendar."),
    )
    username = forms.CharField(label=_("User name"), max_length=200, widget=forms.TextInput(attrs=SECRET))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off"}, render_value=True
        ),  # keep it when another field has an error
        help_text=_("Make a separate app password if you can: you can take it back without changing your own."),
    )
    gets_talks = forms.BooleanField(
        label=_("Write my talks into it"),
        required=False,
        help_text=_("Without names of candidates. A talk that moves or is cancelled moves or goes there too."),
    )

    def connection(self) -> ConnectionRequest:
        return ConnectionRequest(kind=ExternalCalendar.Kind.CALDAV, **self.cleaned_data)


FORMS: dict[str, Any] = {ExternalCalendar.Kind.ICS.value: IcsForm, ExternalCalendar.Kind.CALDAV.value: CalDavForm}
