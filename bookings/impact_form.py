"""What happens to each talk that stands in the way of other hours."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.impact import Hit
from bookings.services.changing_hours import Answer, What
from organisation.wording import printable

FIELD = re.compile(r"talk_(?P<booking>\d{1,18})")
CHOICE = re.compile(r"(?P<what>keep|hand_over|offer)(?::(?P<to>\d{1,18}))?")


class ImpactForm(forms.Form):
    word = forms.CharField(
        label=_("A word to the candidates"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the letters, below the news. It goes to who gets a colleague or other moments."),
    )

    def __init__(self, data: Any = None, *, hits: list[Hit]) -> None:
        super().__init__(data)
        self.hits = hits
        for hit in hits:
            self.fields[f"talk_{hit.booking.pk}"] = forms.ChoiceField(
                label=_("What happens with this talk?"),
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
        int(name["booking"]): Answer(What(choice["what"]), int(choice["to"]) if choice["to"] else None)
        for name, choice in found
        if name and choice
    }


def is_answer(name: str) -> bool:
    return name == "word" or FIELD.fullmatch(name) is not None


def _choices(hit: Hit) -> list[tuple[str, str]]:
    hand_over = [
        (f"{What.HAND_OVER}:{colleague.advisor_id}", _("Hand to %(name)s, who is free then") % {"name": colleague.name})
        for colleague in hit.colleagues
    ]
    keep = (What.KEEP.value, str(_("Keep: the talk goes on as planned")))
    offer = (What.OFFER.value, str(_("Offer the candidate three other moments; this talk is cancelled")))
    return [keep] if hit.has_started else [keep, *hand_over, offer]
