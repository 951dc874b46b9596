"""The timetable as an application manager fills it in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import time_in_words
from core.message_schedule import LIMITS, USUAL, Times, Value, contradictions
from core.timezones import HOME

CLOCKS = ["%H:%M", "%H.%M", "%H:%M:%S", "%H"]
OUR_CLOCK = gettext_lazy("On the clock of the employer.")
THEIR_CLOCK = gettext_lazy("On the clock of the place where the candidate is.")


@dataclass(frozen=True)
class Section:
    title: Promise
    clock: Promise
    words: Mapping[str, tuple[Promise, Promise | str]]  # label and hint of every moment


@dataclass(frozen=True)
class Line:
    """A field, and the words to which it can be set back; empty when it is as usual."""

    field: BoundField
    usual: str


SECTIONS = (
    Section(
        gettext_lazy("Invitations"),
        OUR_CLOCK,
        {
            "invitations_from": (
                gettext_lazy("Invitations leave from"),
                gettext_lazy("On working days, and never on the day on which somebody was turned down."),
            ),
            "invitations_until": (gettext_lazy("Invitations leave until"), ""),
            "invitations_until_on_friday": (
                gettext_lazy("On Friday until"),
                gettext_lazy("So that somebody can still be reached before the weekend."),
            ),
            "invitation_reminder_after_days": (
                gettext_lazy("Reminder of an invitation after (days)"),
                gettext_lazy("Once, to who did not react, within the same hours. 0: no reminder."),
            ),
        },
    ),
    Section(
        gettext_lazy("Before a talk"),
        THEIR_CLOCK,
        {
            "mail_reminder_at": (gettext_lazy("Reminder by mail, the day before, at"), ""),
            "text_reminder_at": (
                gettext_lazy("Reminder by text message, the day before, at"),
                gettext_lazy("To who asked for one."),
            ),
            "texts_from": (
                gettext_lazy("Text messages leave from"),
                gettext_lazy("A text waits until then, or stays here when it would come too late."),
            ),
            "texts_until": (gettext_lazy("Text messages leave until"), ""),
        },
    ),
    Section(
        gettext_lazy("Waiting list"),
        THEIR_CLOCK,
        {
            "offers_from": (
                gettext_lazy("A moment that came free is offered from"),
                gettext_lazy("Only these hours count for the time to answer."),
            ),
            "offers_until": (gettext_lazy("A moment that came free is offered until"), ""),
        },
    ),
    Section(
        gettext_lazy("After a talk"),
        THEIR_CLOCK,
        {
            "survey_after_working_days": (
                gettext_lazy("Survey after (working days)"),
                gettext_lazy("Once, after a talk that was marked as held. 0: no survey."),
            ),
            "survey_at": (gettext_lazy("Survey leaves at"), ""),
        },
    ),
    Section(
        gettext_lazy("Colleagues"),
        OUR_CLOCK,
        {
            "advisor_note_minutes_before": (
                gettext_lazy("Note to the advisor before a talk (minutes)"),
                gettext_lazy("With the way to the file. 0: no note."),
            ),
            "outcome_after_working_days": (
                gettext_lazy("Question to the advisor how a talk went, after (working days)"),
                gettext_lazy("Once, when nobody marked it as held or missed. 0: no question."),
            ),
            "outcome_from": (gettext_lazy("Question to the advisor from"), ""),
            "recruiter_answer_days": (
                gettext_lazy("A recruiter answers an introduction within (working days)"),
                gettext_lazy("For who agrees from now on."),
            ),
            "recruiter_reminder_from": (
                gettext_lazy("Reminder to the recruiter from"),
                gettext_lazy("Once, on the working day after."),
            ),
        },
    ),
)


class TimetableForm(forms.Form):
    """Every moment of `Times`, with what is usual."""

    def __init__(self, data: Mapping[str, Any] | None, *, times: Times) -> None:
        super().__init__(data, initial=vars(times))
        for section in SECTIONS:
            for name, (label, hint) in section.words.items():
                self.fields[name] = _field(name, label, hint)

    def sections(self) -> Iterator[tuple[Section, list[Line]]]:
        for section in SECTIONS:
            yield section, [Line(self[name], self._way_back(name)) for name in section.words]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, (least, most) in LIMITS.items():
            if name in data and not least <= data[name] <= most:
                said = _("Choose something from %(least)s to %(most)s.")
                self.add_error(name, said % {"least": _in_words(least), "most": _in_words(most)})
        if not self.errors:
            self._refuse_contradictions()
        return data

    def _refuse_contradictions(self) -> None:
        times = self.times()
        for sooner, later in contradictions(times):
            if sooner in self.changed_data and later not in self.changed_data:
                self._refuse(sooner, _("This is too late: “%(other)s” says %(time)s."), other=later, times=times)
            else:
                self._refuse(later, _("This is too early: “%(other)s” says %(time)s."), other=sooner, times=times)

    def _refuse(self, name: str, said: str, *, other: str, times: Times) -> None:
        """At the field that was changed, where somebody looks."""
        self.add_error(name, said % {"other": self.fields[other].label, "time": _in_words(getattr(times, other))})

    def times(self) -> Times:
        return Times(**{name: value for name, value in self.cleaned_data.items() if name in LIMITS})

    def _way_back(self, name: str) -> str:
        usual = getattr(USUAL, name)
        shown = self[name].value()
        return "" if shown in (usual, typed(usual)) else _in_words(usual)


def typed(value: Value) -> str:
    """As it stands in the field."""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _field(name: str, label: Promise, hint: Promise | str) -> forms.Field:
    usual = getattr(USUAL, name)
    said = _("Usually %(value)s.") % {"value": _in_words(usual)}
    help_text = f"{hint} {said}" if hint else said
    if isinstance(usual, time):
        widget = forms.TimeInput(format="%H:%M")
        widget.input_type = "time"
        return forms.TimeField(widget=widget, input_formats=CLOCKS, label=str(label), help_text=help_text)
    return forms.IntegerField(widget=forms.NumberInput(attrs={"class": "short"}), label=str(label), help_text=help_text)


def _in_words(value: Value) -> str:
    return time_in_words(value, get_language() or "nl", HOME) if isinstance(value, time) else str(value)
