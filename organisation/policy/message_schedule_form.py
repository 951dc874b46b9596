"""Form of the message schedule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import active_language, format_time
from core.message_schedule import DEFAULT_SCHEDULE, LIMITS, MessageSchedule, Value, contradictions
from core.timezones import EMPLOYER_ZONE

TIME_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S", "%H"]
EMPLOYER_CLOCK = gettext_lazy("On the clock of the employer.")
CANDIDATE_CLOCK = gettext_lazy("On the clock of the place where the candidate is.")


@dataclass(frozen=True)
class Section:
    title: Promise
    clock: Promise
    fields: Mapping[str, tuple[Promise, Promise | str]]  # label and help text by name


@dataclass(frozen=True)
class ScheduleField:
    """Field with the default to which it can be reset, as text; empty when it has its default."""

    field: BoundField
    default: str


SECTIONS = (
    Section(
        gettext_lazy("Invitations"),
        EMPLOYER_CLOCK,
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
        CANDIDATE_CLOCK,
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
        CANDIDATE_CLOCK,
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
        CANDIDATE_CLOCK,
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
        EMPLOYER_CLOCK,
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


class MessageScheduleForm(forms.Form):
    """Every field of MessageSchedule, with its default."""

    def __init__(self, data: Mapping[str, Any] | None, *, times: MessageSchedule) -> None:
        super().__init__(data, initial=vars(times))
        for section in SECTIONS:
            for name, (label, hint) in section.fields.items():
                self.fields[name] = _field(name, label, hint)

    def sections(self) -> Iterator[tuple[Section, list[ScheduleField]]]:
        for section in SECTIONS:
            yield section, [ScheduleField(self[name], self._default_text(name)) for name in section.fields]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, (least, most) in LIMITS.items():
            if name in data and not least <= data[name] <= most:
                message = _("Choose something from %(least)s to %(most)s.")
                self.add_error(name, message % {"least": _to_text(least), "most": _to_text(most)})
        if not self.errors:
            self._refuse_contradictions()
        return data

    def _refuse_contradictions(self) -> None:
        """Report each contradiction at the field that was changed."""
        times = self.times()
        for sooner, later in contradictions(times):
            if sooner in self.changed_data and later not in self.changed_data:
                self._refuse(sooner, _("This is too late: “%(other)s” says %(time)s."), other=later, times=times)
            else:
                self._refuse(later, _("This is too early: “%(other)s” says %(time)s."), other=sooner, times=times)

    def _refuse(self, name: str, message: str, *, other: str, times: MessageSchedule) -> None:
        self.add_error(name, message % {"other": self.fields[other].label, "time": _to_text(getattr(times, other))})

    def times(self) -> MessageSchedule:
        return MessageSchedule(**{name: value for name, value in self.cleaned_data.items() if name in LIMITS})

    def _default_text(self, name: str) -> str:
        default = getattr(DEFAULT_SCHEDULE, name)
        return "" if self[name].value() in (default, to_input(default)) else _to_text(default)


def to_input(value: Value) -> str:
    """Value as the field shows it."""
    return f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _field(name: str, label: Promise, hint: Promise | str) -> forms.Field:
    default = getattr(DEFAULT_SCHEDULE, name)
    usually = _("Usually %(value)s.") % {"value": _to_text(default)}
    help_text = f"{hint} {usually}" if hint else usually
    if isinstance(default, time):
        widget = forms.TimeInput(format="%H:%M")
        widget.input_type = "time"
        return forms.TimeField(widget=widget, input_formats=TIME_FORMATS, label=str(label), help_text=help_text)
    return forms.IntegerField(widget=forms.NumberInput(attrs={"class": "short"}), label=str(label), help_text=help_text)


def _to_text(value: Value) -> str:
    return format_time(value, active_language(), EMPLOYER_ZONE) if isinstance(value, time) else str(value)
