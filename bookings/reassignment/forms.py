"""Forms for conflicts, closed days and the reassignment of one booking."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from advisors.form_fields import DateInput, validate_year
from bookings.appointments.forms import AdvisorCancelForm, SlotStartField
from bookings.availability.slot_listing import format_start, parse_start
from bookings.reassignment.change_hours import ConflictAction, Resolution
from bookings.reassignment.conflicts import Colleague, Conflict
from core.formatting import one_line, printable
from organisation.templatetags.formatting import at_time, in_words

FIELD = re.compile(r"talk_(?P<booking>\d{1,18})")
CHOICE = re.compile(
    r"(?P<action>keep|hand_over|offer)(?::(?P<advisor>\d{1,18}))?(?:@(?P<seen_starts_at>[\w:+.-]{1,40}))?"
)


class ConflictForm(forms.Form):
    """One action per conflicting booking, and a text for the candidates."""

    remark = forms.CharField(
        label=gettext_lazy("A word to the candidates"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Stands in the letters, below the news. It goes to who gets a colleague or other moments."
        ),
    )

    def __init__(self, data: Any = None, *, conflicts: list[Conflict]) -> None:
        super().__init__(data)
        self.conflicts = conflicts
        for conflict in conflicts:
            self.fields[f"talk_{conflict.booking.pk}"] = forms.ChoiceField(
                label=_label(conflict),
                choices=_choices(conflict),
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose what happens with this talk."),
                    "invalid_choice": _("This is not possible any more. Choose again."),
                },
            )

    @property
    def rows(self) -> list[tuple[Conflict, forms.BoundField]]:
        return [(conflict, self[f"talk_{conflict.booking.pk}"]) for conflict in self.conflicts]

    def clean_remark(self) -> str:
        return printable(self.cleaned_data["remark"])


def parse_resolutions(data: Mapping[str, str]) -> dict[int, Resolution]:
    """Read resolutions by booking key; invalid fields and values are left out."""
    found = ((FIELD.fullmatch(name), CHOICE.fullmatch(data[name])) for name in data)
    return {
        int(name["booking"]): Resolution(
            ConflictAction(choice["action"]),
            int(choice["advisor"]) if choice["advisor"] else None,
            _parse_seen(choice["seen_starts_at"]),
        )
        for name, choice in found
        if name and choice
    }


def _parse_seen(text: str | None) -> datetime | None:
    try:
        return parse_start(text) if text else None
    except ValueError:
        return None


def is_resolution_field(name: str) -> bool:
    return name == "remark" or FIELD.fullmatch(name) is not None


def _label(conflict: Conflict) -> str:
    """Field label with the start, because the error summary repeats the label."""
    starts_at = conflict.booking.starts_at
    return _("%(day)s, %(time)s: what happens with this talk?") % {
        "day": capfirst(in_words(starts_at)),
        "time": at_time(starts_at),
    }


def _choices(conflict: Conflict) -> list[tuple[str, str]]:
    """Choices that carry the start on the page, so that they are invalid once the booking has moved."""
    seen = format_start(conflict.booking.starts_at)
    reassign = [
        (
            f"{ConflictAction.REASSIGN}:{one.advisor_id}@{seen}",
            _("Hand to %(name)s, who is free then") % {"name": one.name},
        )
        for one in conflict.colleagues
    ]
    keep = (f"{ConflictAction.KEEP}@{seen}", str(_("Keep: the talk goes on as planned")))
    offer = (
        f"{ConflictAction.OFFER}@{seen}",
        str(_("Offer the candidate three other moments; this talk is cancelled")),
    )
    return [keep] if conflict.has_started or conflict.is_restricted else [keep, *reassign, offer]


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
        return validate_year(self.cleaned_data["day"])

    def clean_reason(self) -> str:
        return one_line(self.cleaned_data["reason"])


class ReassignForm(AdvisorCancelForm):
    """The colleague who takes over; `seen` is the start that the page showed."""

    to = forms.ChoiceField(
        label=gettext_lazy("Who is free then?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a colleague."),
            "invalid_choice": gettext_lazy("This colleague is no longer free at that moment. Choose somebody else."),
        },
    )
    seen = SlotStartField()

    def __init__(self, *args: Any, colleagues: Iterable[Colleague], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(str(one.advisor_id), one.name) for one in colleagues]  # type: ignore[attr-defined]
