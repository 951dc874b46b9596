"""Form fields that several booking forms share."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from candidates.errors import PhoneUnclear
from candidates.phones import phone_of


class PhoneField(forms.CharField):
    """Read as E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "short"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Phone number"), required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return phone_of(super().clean(value), demo=settings.DEMO)
        except PhoneUnclear as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
