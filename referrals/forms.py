from typing import Any

from django import forms
from django.forms.models import ModelChoiceIteratorValue
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from core.paging import numbered_page
from referrals.models import Referral
from referrals.queries import vacancies_for, with_words
from vacancies.models import Vacancy

PAGE_SIZE = 20  # vacancies
MAX_DIGITS = 18  # of a key


class IntroductionForm(forms.Form):
    introduction = forms.CharField(
        label=_("Text for the recruiter"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a few words for the recruiter.")},
    )


class ReferForm(IntroductionForm):
    vacancy = forms.ModelChoiceField(
        label=_("Vacancy"),
        queryset=Vacancy.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose a vacancy."),
            "invalid_choice": _("This vacancy has been closed or proposed in the meantime. Choose another one."),
        },
    )
    field_order = ["vacancy", "introduction"]

    def __init__(self, *args: Any, booking: Booking, words: str = "", page: str | None = None, **kwargs: Any) -> None:
        """`words`: search text; `page`: number of the page of the vacancies found. A chosen vacancy stays in view."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["vacancy"]
        introduction = self.fields["introduction"]
        field.queryset = vacancies_for(booking)
        self.words = words
        self.page = numbered_page(with_words(field.queryset, words), page, size=PAGE_SIZE)
        shown = list(self.page)
        chosen = str(self["vacancy"].value() or "")
        if chosen.isdecimal() and len(chosen) <= MAX_DIGITS and int(chosen) not in {vacancy.pk for vacancy in shown}:
            shown = [*field.queryset.filter(pk=chosen), *shown]
        field.choices = [(ModelChoiceIteratorValue(vacancy.pk, vacancy), vacancy.title) for vacancy in shown]
        introduction.help_text = _(
            "Two or three sentences: what this person can do and wants. Nothing about health or about the rejection."
        )


class AnswerForm(forms.Form):
    """Answer of the recruiter: the accept button sends `accepts`; declining needs a reason."""

    accepts = forms.BooleanField(required=False)
    reason = forms.CharField(
        label=_("Why does it not fit now?"),
        help_text=_("The candidate and the advisor can read this. Name one concrete thing that the job asks."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why it does not fit. The candidate may read this.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("accepts"):
            self.fields["reason"].required = False


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=Referral.Outcome.choices,
        widget=forms.RadioSelect,
        help_text=_("Tell the candidate yourself first. We send candidate and advisor a short mail right away."),
        error_messages={"required": _("Choose what came of it.")},
    )
