from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

EVERYBODY = "everybody"


class ReaderForm(forms.Form):
    """Whose letters and texts to show."""

    def __init__(self, data: QueryDict | None, *, readers: Iterable[tuple[str, str]]) -> None:
        """`readers`: address or number, and name."""
        super().__init__(data)
        named = [(recipient, f"{name} ({recipient})" if name else recipient) for recipient, name in readers]
        choices = [(EVERYBODY, _("Everybody")), *named]
        self.fields["to"] = forms.ChoiceField(label=_("Whose post"), choices=choices, initial=EVERYBODY)
