"""Forms for uploading a CSV file and for importing it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candidates.csv_import.parser import MAX_BYTES, CsvTable, parse_csv
from candidates.errors import FileUnreadable


class IntakeForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("At most 5 MB and 10,000 lines, saved as CSV UTF-8."),
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

    @property
    def only_valid(self) -> bool:
        return bool(self.cleaned_data["which"] == self.VALID)
