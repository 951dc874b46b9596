"""Whose talks are taken over, of which time, and what happens with each."""

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
from bookings.availability.slot_listing import moment_of, value_of
from bookings.reassignment.change_hours import What
from bookings.reassignment.takeover_plan import Row
from core.formatting import printable

LONGEST = timedelta(days=31)
SEEN = re.compile(r"seen_(?P<booking>\d{1,18})")


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes none when it runs
    def label_from_instance(self, advisor: Advisor) -> str:
        return advisor.name


class TakeoverForm(AbsenceForm):
    """A colleague and a stretch of time, as an absence has it."""

    colleague = ColleagueField(label=_("Whose talks?"), queryset=Advisor.objects.none(), empty_label=_("Choose"))
    field_order = ["colleague"]

    def __init__(self, *args: Any, me: Advisor | None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        others = Advisor.objects.select_related("user").order_by("user__name", "pk")
        self.fields["colleague"].queryset = others.exclude(pk=me.pk) if me else others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        span = self.span(said["colleague"])
        if span.end <= max(span.start, self.now):
            self.add_error("last_day", _("This time is already over, or ends before it starts. Choose a later end."))
        elif span.end - span.start > LONGEST + timedelta(hours=1):  # a month in which the clock changes
            self.add_error("last_day", _("Choose a month at most. You can do this again for the time after it."))
        return said


class TalksForm(forms.Form):
    """What happens with each talk; the moment at which it was seen travels along."""

    word = forms.CharField(
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
        self, data: Any = None, *, rows: list[Row], me: Advisor | None, colleague: Advisor, kept: Any = None
    ) -> None:
        """`kept` is what was chosen before something changed."""
        said = {"word": kept.get("word", ""), "is_absence": "is_absence" in kept} if kept else {"is_absence": True}
        super().__init__(data, initial=said)
        self.talks = rows
        self.fields["is_absence"].label = _("Also enter this time as an absence of %(name)s") % {"name": colleague.name}
        for row in rows:
            self._add(row, me, (kept or {}).get(f"talk_{row.hit.booking.pk}", ""))

    @property
    def rows(self) -> list[tuple[Row, forms.BoundField, forms.BoundField]]:
        return [(row, self[_talk(row)], self[_seen(row)]) for row in self.talks]

    def clean_word(self) -> str:
        return printable(self.cleaned_data["word"])

    def _add(self, row: Row, me: Advisor | None, chosen: str) -> None:
        choices = _choices(row, me)
        self.fields[_talk(row)] = forms.ChoiceField(
            label=_("What happens with this talk?"),
            choices=choices,
            initial=chosen if chosen in dict(choices) else _proposed(row),
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose what happens with this talk."),
                "invalid_choice": _("This is not possible any more. Choose again."),
            },
        )
        moment = value_of(row.hit.booking.starts_at)
        self.fields[_seen(row)] = forms.CharField(required=False, initial=moment, widget=forms.HiddenInput)


def seen_in(data: Mapping[str, str]) -> dict[int, datetime]:
    """The moments that stood on the page, by the number of the booking; raises ValidationError."""
    found = ((SEEN.fullmatch(name), data[name]) for name in data)
    try:
        return {int(name["booking"]): moment_of(value) for name, value in found if name}
    except ValueError as error:
        raise ValidationError("no moment") from error


def _talk(row: Row) -> str:
    return f"talk_{row.hit.booking.pk}"


def _seen(row: Row) -> str:
    return f"seen_{row.hit.booking.pk}"


def _proposed(row: Row) -> str:
    if row.hit.is_barred or row.hit.has_started:
        return What.KEEP
    return f"{What.HAND_OVER}:{row.proposed}" if row.proposed else What.OFFER


def _choices(row: Row, me: Advisor | None) -> list[tuple[str, str | Promise]]:
    """Whoever takes over comes first."""
    keep: tuple[str, str | Promise] = (What.KEEP.value, _("Leave it as it is"))
    if row.hit.is_barred or row.hit.has_started:
        return [keep]
    colleagues = sorted(row.hit.colleagues, key=lambda one: me is None or one.advisor_id != me.pk)
    mine = me.pk if me else None
    hand_over: list[tuple[str, str | Promise]] = [
        (
            f"{What.HAND_OVER}:{one.advisor_id}",
            _("I take it") if one.advisor_id == mine else _("%(name)s takes it") % {"name": one.name},
        )
        for one in colleagues
    ]
    return [
        *hand_over,
        (What.OFFER.value, _("Cancel, and offer three other moments with our apology")),
        keep,
    ]
