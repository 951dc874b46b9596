"""Form fields shared by booking forms."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidPhone
from core.phones import parse_phone


class PhoneField(forms.CharField):
    """Phone number, cleaned to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "short"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Phone number"), required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return parse_phone(super().clean(value), demo=settings.DEMO)
        except InvalidPhone as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
