from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from core.formatting import printable
from talks.survey_questions import GROUPS, QUESTIONS, QuestionGroup, SurveyQuestion

MAX_NOTE_LENGTH = 20000
MAX_ANSWER_LENGTH = 1000


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Notes"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "maxlength": MAX_NOTE_LENGTH, "autocomplete": "off"}),
        help_text=_("Write as if the candidate reads along."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    window = forms.UUIDField(widget=forms.HiddenInput)

    def clean_text(self) -> str:
        """Check the length after normalising line breaks, which a browser sends as two characters and counts as one."""
        text = printable(self.cleaned_data["text"])
        if len(text) > MAX_NOTE_LENGTH:
            raise forms.ValidationError(_("These notes are too long. Keep what matters for a next talk."))
        return text


class CopyForm(forms.Form):
    """Version of the note and time of the copy that the user saw when deciding."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen_at = forms.DateTimeField(widget=forms.HiddenInput)


class SurveyForm(forms.Form):
    """Form with all survey questions. All are optional, so no label says that its question is."""

    is_all_optional = True

    def __init__(self, data: Mapping[str, Any] | None, *, answers: Mapping[str, str]) -> None:
        super().__init__(data, initial=dict(answers))
        self.was_answered = bool(answers)
        for code, question in QUESTIONS.items():
            self.fields[code] = _field_of(question, is_answered=code in answers)

    def clean(self) -> dict[str, Any]:
        if not (self.was_answered or self.errors or self.answers()):
            raise forms.ValidationError(_("You have not answered anything yet. Nothing is fine too: close this page."))
        return self.cleaned_data

    def groups(self) -> Iterator[tuple[QuestionGroup, list[BoundField]]]:
        for group in GROUPS:
            yield group, [self[question.code] for question in group.questions]

    def answers(self) -> dict[str, str]:
        """Answers that were given, by question code."""
        given = {code: printable(self.cleaned_data[code]).strip() for code in QUESTIONS}
        return {code: answer for code, answer in given.items() if answer}


def _field_of(question: SurveyQuestion, *, is_answered: bool) -> forms.Field:
    """Form field of a question. A radio button cannot be deselected, so an answered question has "No answer"."""
    if not question.choices:
        return forms.CharField(
            label=str(question.text),
            required=False,
            max_length=MAX_ANSWER_LENGTH,
            widget=forms.TextInput() if question.is_short else forms.Textarea(attrs={"rows": 4}),
            help_text="" if question.is_short else _("Please write no names, of yourself or of others."),
        )
    return forms.ChoiceField(
        label=str(question.text),
        required=False,
        choices=[*question.choices, *([("", _("No answer"))] if is_answered else [])],
        widget=forms.RadioSelect(attrs={"class": "rows beside" if question.is_scale else "rows"}),
    )
