"""What happens to each talk that stands in the way of other hours."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from advisors.form_fields import DateInput, in_reach
from bookings.appointments.forms import AdvisorCancelForm, MomentField
from bookings.availability.slot_listing import moment_of, value_of
from bookings.reassignment.change_hours import Answer, What
from bookings.reassignment.conflicts import Colleague, Hit
from core.formatting import one_line, printable
from organisation.templatetags.formatting import at_time, in_words

FIELD = re.compile(r"talk_(?P<booking>\d{1,18})")
CHOICE = re.compile(r"(?P<what>keep|hand_over|offer)(?::(?P<to>\d{1,18}))?(?:@(?P<seen>[\w:+.-]{1,40}))?")


class ImpactForm(forms.Form):
    word = forms.CharField(
        label=gettext_lazy("A word to the candidates"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Stands in the letters, below the news. It goes to who gets a colleague or other moments."
        ),
    )

    def __init__(self, data: Any = None, *, hits: list[Hit]) -> None:
        super().__init__(data)
        self.hits = hits
        for hit in hits:
            self.fields[f"talk_{hit.booking.pk}"] = forms.ChoiceField(
                label=_label(hit),
                choices=_choices(hit),
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose what happens with this talk."),
                    "invalid_choice": _("This is not possible any more. Choose again."),
                },
            )

    @property
    def rows(self) -> list[tuple[Hit, forms.BoundField]]:
        return [(hit, self[f"talk_{hit.booking.pk}"]) for hit in self.hits]

    def clean_word(self) -> str:
        return printable(self.cleaned_data["word"])


def answers_in(data: Mapping[str, str]) -> dict[int, Answer]:
    """By the number of the booking; what is no answer is left out."""
    found = ((FIELD.fullmatch(name), CHOICE.fullmatch(data[name])) for name in data)
    return {
        int(name["booking"]): Answer(
            What(choice["what"]), int(choice["to"]) if choice["to"] else None, _seen(choice["seen"])
        )
        for name, choice in found
        if name and choice
    }


def _seen(said: str | None) -> datetime | None:
    try:
        return moment_of(said) if said else None
    except ValueError:
        return None


def is_answer(name: str) -> bool:
    return name == "word" or FIELD.fullmatch(name) is not None


def _label(hit: Hit) -> str:
    """Different for each talk, since errors name it."""
    moment = hit.booking.starts_at
    return _("%(day)s, %(time)s: what happens with this talk?") % {
        "day": capfirst(in_words(moment)),
        "time": at_time(moment),
    }


def _choices(hit: Hit) -> list[tuple[str, str]]:
    """With the moment that is shown: when the talk moves in the meantime, they no longer count."""
    seen = value_of(hit.booking.starts_at)
    hand_over = [
        (f"{What.HAND_OVER}:{one.advisor_id}@{seen}", _("Hand to %(name)s, who is free then") % {"name": one.name})
        for one in hit.colleagues
    ]
    keep = (f"{What.KEEP}@{seen}", str(_("Keep: the talk goes on as planned")))
    offer = (f"{What.OFFER}@{seen}", str(_("Offer the candidate three other moments; this talk is cancelled")))
    return [keep] if hit.has_started or hit.is_barred else [keep, *hand_over, offer]


class HolidaysForm(forms.Form):
    are_closed = forms.BooleanField(label=gettext_lazy("Closed on Dutch public holidays"), required=False)


class ClosedDayForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Date"), widget=DateInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=60,
        help_text=gettext_lazy("Advisors read it in their agenda. Candidates do not."),
    )

    def clean_day(self) -> date | None:
        return in_reach(self.cleaned_data["day"])

    def clean_reason(self) -> str:
        return one_line(self.cleaned_data["reason"])


class ReassignForm(AdvisorCancelForm):
    """To whom, at the moment that the page showed."""

    to = forms.ChoiceField(
        label=gettext_lazy("Who is free then?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a colleague."),
            "invalid_choice": gettext_lazy("This colleague is no longer free at that moment. Choose somebody else."),
        },
    )
    seen = MomentField()

    def __init__(self, *args: Any, colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(str(one.advisor_id), one.name) for one in colleagues]  # type: ignore[attr-defined]
