"""Forms of the takeover: the colleague and the period, then an action per booking."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from advisors.form_fields import AbsenceForm
from advisors.models import Advisor
from bookings.availability.slot_listing import format_start, parse_start
from bookings.reassignment.change_hours import ConflictAction
from bookings.reassignment.takeover_plan import TakeoverRow
from core.formatting import printable

MAX_SPAN = timedelta(days=31)
SEEN = re.compile(r"seen_(?P<booking>\d{1,18})")


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when it runs
    def label_from_instance(self, advisor: Advisor) -> str:
        return advisor.name


class TakeoverForm(AbsenceForm):
    """A colleague and a period, entered like an absence."""

    colleague = ColleagueField(label=_("Whose talks?"), queryset=Advisor.objects.none(), empty_label=_("Choose"))
    field_order = ["colleague"]

    def __init__(self, *args: Any, me: Advisor | None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        others = Advisor.objects.select_related("user").order_by("user__name", "pk")
        self.fields["colleague"].queryset = others.exclude(pk=me.pk) if me else others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        span = self.span(data["colleague"])
        if span.end <= max(span.start, self.now):
            self.add_error("last_day", _("This time is already over, or ends before it starts. Choose a later end."))
        elif span.end - span.start > MAX_SPAN + timedelta(hours=1):  # the hour is for a change to winter time
            self.add_error("last_day", _("Choose a month at most. You can do this again for the time after it."))
        return data


class TakeoverBookingsForm(forms.Form):
    """One action per booking, each with a hidden field for the start that the page showed."""

    remark = forms.CharField(
        label=_("A word to the candidates"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in every letter that this sends, below the news."),
    )
    is_absence = forms.BooleanField(
        label="", required=False, help_text=_("Otherwise candidates can choose the moments that become free.")
    )

    def __init__(
        self, data: Any = None, *, rows: list[TakeoverRow], me: Advisor | None, colleague: Advisor, kept: Any = None
    ) -> None:
        """`kept` is the data of an earlier submission, to fill the form again."""
        initial = (
            {"remark": kept.get("remark", ""), "is_absence": "is_absence" in kept} if kept else {"is_absence": True}
        )
        super().__init__(data, initial=initial)
        self.bookings = rows
        self.fields["is_absence"].label = _("Also enter this time as an absence of %(name)s") % {"name": colleague.name}
        for row in rows:
            self._add(row, me, (kept or {}).get(_action_field(row), ""))

    @property
    def rows(self) -> list[tuple[TakeoverRow, forms.BoundField, forms.BoundField]]:
        return [(row, self[_action_field(row)], self[_seen_field(row)]) for row in self.bookings]

    def clean_remark(self) -> str:
        return printable(self.cleaned_data["remark"])

    def _add(self, row: TakeoverRow, me: Advisor | None, chosen: str) -> None:
        choices = _choices(row, me)
        self.fields[_action_field(row)] = forms.ChoiceField(
            label=_("What happens with this talk?"),
            choices=choices,
            initial=chosen if chosen in dict(choices) else _proposed_action(row),
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose what happens with this talk."),
                "invalid_choice": _("This is not possible any more. Choose again."),
            },
        )
        seen = format_start(row.conflict.booking.starts_at)
        self.fields[_seen_field(row)] = forms.CharField(required=False, initial=seen, widget=forms.HiddenInput)


def parse_seen_starts(data: Mapping[str, str]) -> dict[int, datetime]:
    """Read the starts that the page showed, by booking key. Raises ValidationError."""
    found = ((SEEN.fullmatch(name), data[name]) for name in data)
    try:
        return {int(name["booking"]): parse_start(value) for name, value in found if name}
    except ValueError as error:
        raise ValidationError("invalid start") from error


def _action_field(row: TakeoverRow) -> str:
    return f"talk_{row.conflict.booking.pk}"


def _seen_field(row: TakeoverRow) -> str:
    return f"seen_{row.conflict.booking.pk}"


def _proposed_action(row: TakeoverRow) -> str:
    if row.conflict.is_restricted or row.conflict.has_started:
        return ConflictAction.KEEP
    proposed = row.proposed_advisor_id
    return f"{ConflictAction.REASSIGN}:{proposed}" if proposed else ConflictAction.OFFER


def _choices(row: TakeoverRow, me: Advisor | None) -> list[tuple[str, str | Promise]]:
    """Choices with the advisor who takes over first."""
    keep: tuple[str, str | Promise] = (ConflictAction.KEEP.value, _("Leave it as it is"))
    if row.conflict.is_restricted or row.conflict.has_started:
        return [keep]
    colleagues = sorted(row.conflict.colleagues, key=lambda one: me is None or one.advisor_id != me.pk)
    mine = me.pk if me else None
    reassign: list[tuple[str, str | Promise]] = [
        (
            f"{ConflictAction.REASSIGN}:{one.advisor_id}",
            _("I take it") if one.advisor_id == mine else _("%(name)s takes it") % {"name": one.name},
        )
        for one in colleagues
    ]
    return [
        *reassign,
        (ConflictAction.OFFER.value, _("Cancel, and offer three other moments with our apology")),
        keep,
    ]
