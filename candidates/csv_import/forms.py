"""Forms for uploading a CSV file, for its unknown departments and for importing it."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candidates.csv_import.capacity import Capacity
from candidates.csv_import.parser import MAX_BYTES, CsvTable, parse_csv
from candidates.errors import FileUnreadable
from core.formatting import active_language, format_day
from core.timezones import EMPLOYER_ZONE

ADD = "+"  # no department has this name


class IntakeForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("At most 25 MB and 50,000 lines, saved as CSV UTF-8."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,
        max_length=None,
    )

    def clean(self) -> dict[str, Any]:
        """Parse the file, of which at most one byte more than is allowed is read."""
        file = self.cleaned_data.get("file")
        if file is not None:
            try:
                self.cleaned_data["table"] = parse_csv(file.read(MAX_BYTES + 1))
            except FileUnreadable as refusal:
                self.add_error("file", str(refusal))
        return self.cleaned_data

    @property
    def table(self) -> CsvTable:
        table: CsvTable = self.cleaned_data["table"]
        return table


class ImportForm(forms.Form):
    ALL, VALID = "all", "good"

    which = forms.ChoiceField(
        label=_("What do you want to import?"),
        choices=[(ALL, _("Everything, or nothing at all")), (VALID, _("Only the good lines"))],
        widget=forms.RadioSelect,
        initial=ALL,
    )

    spread = forms.BooleanField(required=False)

    def __init__(self, *args: Any, capacity: Capacity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not capacity.is_tight:
            del self.fields["spread"]
            return
        number, day = capacity.spread_per_day, capacity.spread_until
        words = {"number": number, "day": format_day(day, active_language(), EMPLOYER_ZONE)}
        label = gettext("Spread the invitations: at most %(number)s a working day, the oldest first, until %(day)s")
        self.fields["spread"].label = label % words

    @property
    def only_valid(self) -> bool:
        return bool(self.cleaned_data["which"] == self.VALID)

    @property
    def is_spread(self) -> bool:
        return bool(self.cleaned_data.get("spread"))


class DepartmentsForm(forms.Form):
    """For each department that is not known: the one that is meant, or the wish to add it."""

    def __init__(self, *args: Any, unknown: Sequence[str], known: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unknown = unknown
        for number, name in enumerate(unknown):
            near = get_close_matches(name, known, n=1)
            add = (ADD, gettext("Add “%(name)s” as a new department") % {"name": name})
            choices = [("", "---------"), *((one, one) for one in known), add]
            self.fields[f"department_{number}"] = forms.ChoiceField(
                label=gettext("“%(name)s” is") % {"name": name},
                choices=choices,
                required=False,
                initial=near[0] if near else "",
            )

    @property
    def chosen(self) -> dict[str, str]:
        """Department by the unknown name, of the names for which one was chosen."""
        answers = ((name, self.cleaned_data[f"department_{number}"]) for number, name in enumerate(self._unknown))
        return {name: name if answer == ADD else answer for name, answer in answers if answer}
