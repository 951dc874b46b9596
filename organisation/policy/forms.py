"""Forms of the application manager: policy, locations, departments, API clients, filter of the audit log."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.form_fields import AddressField
from core.formatting import active_language
from core.phones import country_choices, to_e164
from organisation.audit_labels import ACTIONS
from organisation.models import ApiClient, Department, Location, Policy

MAX_VALUES = {"sms_per_day": 100_000, "sms_per_number": 50, "sms_price": 10, "sms_budget": 1_000_000}
SHORT_NAME = re.compile(r"[A-Za-z0-9À-ÖØ-öø-ÿ .,'&()+/-]+")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = forms.CharField(label=_("Phone number for candidates"), required=False, max_length=30)
    languages = forms.MultipleChoiceField(
        label=_("Languages of letters and talks"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )

    sms_countries = forms.MultipleChoiceField(
        label=_("Countries to which texts may go"),
        help_text=_("To other numbers we send no texts: mail only. Tick nothing to send no texts at all."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Policy
        field_classes = {"sender_email": AddressField}
        fields = [
            "employer_name",
            "short_name",
            "website",
            "sender_name",
            "sender_email",
            "eligibility",
            "session_minutes",
            "buffer_minutes",
            "buffer_before_minutes",
            "step_minutes",
            "share_window_days",
            "hold_hours",
            "notice_hours",
            "horizon_days",
            "cancel_until_hours",
            "invitation_valid_days",
            "invitations_per_day",
            "default_language",
            "sms_per_day",
            "sms_per_number",
            "sms_price",
            "sms_budget",
            "second_factor_required",
            "second_factor_grace_days",
        ]
        help_texts = {
            "employer_name": _("As candidates know you."),
            "sender_name": _("A real person. Candidates answer to this name."),
            "sender_email": _("Letters come from this address, and answers go to it."),
            "share_window_days": _("Whoever had fewest talks in this time, for the hours they were open, is next."),
            "hold_hours": _("For who is on the waiting list. The night does not count."),
            "sms_per_day": _("Above it nothing leaves until the next day, and application managers get a mail."),
            "sms_per_number": _("A reminder is one. Whoever moves a talk often may need a few."),
            "sms_price": _("As your provider charges for one message of 160 characters."),
            "sms_budget": _("Above it nothing leaves until the next month."),
            "second_factor_required": _("A code from an app, or a passkey, next to the password."),
        }
        widgets = {
            "eligibility": forms.RadioSelect,
            **{
                name: forms.NumberInput(attrs={"class": "short"})
                for name in (
                    "session_minutes",
                    "buffer_minutes",
                    "buffer_before_minutes",
                    "step_minutes",
                    "share_window_days",
                    "hold_hours",
                    "notice_hours",
                    "horizon_days",
                    "cancel_until_hours",
                    "invitation_valid_days",
                    "invitations_per_day",
                    *MAX_VALUES,
                )
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("employer_name", "short_name", "sender_name", "sender_email"):
            self.fields[name].required = True
        for name, limit in MAX_VALUES.items():
            self.fields[name].validators += [MinValueValidator(0), MaxValueValidator(limit)]
        sms_countries = self.instance.sms_countries
        countries = country_choices(active_language(), first=sms_countries)
        self.fields["sms_countries"].choices = countries  # type: ignore[attr-defined]
        self.texted = ", ".join(name for code, name in countries if code in sms_countries)
        self.initial.update(
            phone=str(self.instance.phone or ""),
            languages=self.instance.languages,
            sms_countries=sms_countries,
        )

    def clean_short_name(self) -> str:
        name = str(self.cleaned_data["short_name"])
        if not SHORT_NAME.fullmatch(name):
            raise forms.ValidationError(_("Use letters, digits, spaces and . , ' & ( ) + / - only."))
        return name

    def clean_phone(self) -> str:
        text = str(self.cleaned_data["phone"]).strip()
        try:
            return to_e164(text, region=settings.PHONENUMBER_DEFAULT_REGION, allow_demo=settings.DEMO) if text else ""
        except ValueError as error:
            raise forms.ValidationError(_("This is not a phone number. Write it like 020 123 45 67.")) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "languages" in data and data.get("default_language") not in data["languages"]:
            self.add_error("default_language", _("Choose one of the languages that you ticked."))
        return data

    def policy(self) -> Policy:
        """Policy with the values of the form, not stored yet."""
        policy: Policy = self.instance
        policy.phone = self.cleaned_data["phone"]
        policy.languages = self.cleaned_data["languages"]
        countries = self.cleaned_data["sms_countries"]
        if set(countries) != set(policy.sms_countries):  # their order has no meaning
            policy.sms_countries = countries
        return policy


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Retention periods of candidates, messages and audit entries."""

    class Meta:
        model = Policy
        fields = ["retention_days", "message_retention_days", "audit_retention_months"]
        help_texts = {
            "retention_days": _("From the end of the procedure or the last contact. The law allows 28 at most."),
            "message_retention_days": _("When, to whom and about what. The text is gone once a message has left."),
            "audit_retention_months": _("A year at least."),
        }
        widgets = {name: forms.NumberInput(attrs={"class": "short"}) for name in fields}


class LocationForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Location
        fields = ["name", "address", "postal_code", "city", "room", "has_wheelchair_access", "is_active"]
        help_texts = {
            "name": _("For example the main entrance, or the name of the building."),
            "room": _("So that somebody who was never here finds the way."),
            "is_active": _("A location that is not in use cannot be chosen any more. Talks that stand stay."),
        }
        widgets = {"postal_code": forms.TextInput(attrs={"class": "short"})}


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Department
        fields = ["name", "is_active"]
        help_texts = {"is_active": _("A department that is not in use cannot be chosen any more.")}


class ApiClientForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ApiClient
        fields = ["name", "source"]


class AuditFilterForm(forms.Form):
    """Filter of the audit log; an empty field does not filter."""

    action = forms.ChoiceField(label=_("What happened"), required=False)
    about = forms.CharField(label=_("About"), required=False, max_length=60)
    actor = forms.CharField(label=_("By"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(((code, str(label)) for code, label in ACTIONS.items()), key=lambda choice: choice[1].lower())
        self.fields["action"] = forms.ChoiceField(
            label=_("What happened"), required=False, choices=[("", _("Everything")), *choices]
        )

    def lookups(self) -> dict[str, str]:
        """Filled-in fields by name; empty when the form is not valid."""
        if not self.is_valid():
            return {}
        return {name: value.strip() for name, value in self.cleaned_data.items() if value.strip()}
