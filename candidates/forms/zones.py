from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from organisation.zones import zones_in_words


class ZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Where are you?"), help_text=_("We then say every time as your clock shows it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["time_zone"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = list(zones_in_words(get_language() or "nl"))
