"""Form fields that normalise what was typed before they validate it."""

from typing import Any

from django import forms
from django.core.validators import validate_email

from core.formatting import one_line
from core.mail_addresses import parse_address
from core.text_input import normalise


class LineField(forms.CharField):
    """Text without line breaks, control characters and invisible characters."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class TextField(forms.CharField):
    """Text of several lines without invisible characters."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "").strip()


class AddressField(forms.EmailField):
    """Mail address, also of an internationalised domain."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        try:
            return parse_address(text) if text.strip() else ""
        except ValueError as error:
            raise forms.ValidationError(validate_email.message, code="invalid") from error
