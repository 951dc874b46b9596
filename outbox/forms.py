from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _


class ReaderForm(forms.Form):
    """Whose letters and texts to show."""

    def __init__(self, data: QueryDict | None, *, readers: Iterable[tuple[str, str]]) -> None:
        """`readers`: address or number, and name."""
        super().__init__(data)
        named = [(recipient, f"{name} ({recipient})" if name else recipient) for recipient, name in readers]
        self.fields["to"] = forms.ChoiceField(label=_("To"), required=False, choices=[("", _("Everybody")), *named])
