"""Form in which a recruiter enters or changes a rejection."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candidates.drafts import PersonDraft, RejectionDraft
from candidates.models import Rejection, RejectionReason, Stage
from candidates.names import clean_name
from candidates.rejections.validation import MAX_LENGTHS, FieldError, date_order_errors, field_errors
from core.form_fields import AddressField, LineField, TextField
from core.phones import parse_phone
from organisation.models import User
from vacancies.models import Requirement, Vacancy

STRENGTHS = ("strength_1", "strength_2", "strength_3")
NEEDED_LATER = ("reason", "component", "explanation", "strength_1", "notified_on", "notified_by")
DATES = ("applied_on", "decided_on", "notified_on")


class NameField(LineField):
    """Part of a name; a placeholder such as `.` counts as empty."""

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, widget=widget, required=False)


def _line(label: Any, *, limit: int, required: bool = False, help_text: Any = "") -> LineField:
    return LineField(label=label, max_length=limit, required=required, help_text=help_text)


class RejectionForm(forms.Form):
    """A rejection; it may be saved before it is complete."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    first_name = NameField(
        label=_("First name"),
        max_length=MAX_LENGTHS["first_name"],
        required=False,
        help_text=_("Somebody with one name: fill in one of the two."),
    )
    infix = _line(_("Infix"), limit=MAX_LENGTHS["infix"])
    last_name = NameField(label=_("Last name"), max_length=MAX_LENGTHS["last_name"], required=False)
    email = AddressField(label=_("E-mail address"), max_length=MAX_LENGTHS["email"])
    phone = _line(_("Phone number"), limit=40)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)
    vacancy = forms.ModelChoiceField(label=_("Vacancy"), queryset=Vacancy.objects.none())
    applied_on = _day(_("Applied on"))
    stage = forms.ChoiceField(label=_("How far it came"), choices=[("", "---------"), *Stage.choices])
    rejected_by = forms.ChoiceField(
        label=_("Who decided"), choices=Rejection.RejectedBy.choices, widget=forms.RadioSelect, initial="organisation"
    )
    reason = forms.ModelChoiceField(label=_("Reason"), queryset=RejectionReason.objects.none(), required=False)
    component = forms.ChoiceField(
        label=_("Requirement on which it failed"),
        required=False,
        help_text=_("Choose one that belongs to the vacancy."),
    )
    new_component = _line(
        _("Another requirement"),
        limit=MAX_LENGTHS["component"],
        help_text=_("Only if it is not in the list. It is added to the vacancy."),
    )
    explanation = TextField(
        label=_("Explanation"),
        max_length=MAX_LENGTHS["explanation"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The candidate reads this. One point, about the work, that somebody can do something with."),
    )
    strength_1 = _line(_("Strength"), limit=MAX_LENGTHS["strength_1"], help_text=_("Something that you saw or heard."))
    strength_2 = _line(_("Second strength"), limit=MAX_LENGTHS["strength_2"])
    strength_3 = _line(_("Third strength"), limit=MAX_LENGTHS["strength_3"])
    decided_on = _day(_("Decided on"))
    notified_on = _day(_("Told on"), _("Leave this empty as long as the candidate does not know."))
    notified_by = forms.ChoiceField(
        label=_("Told how"), choices=[("", "---------"), *Rejection.Notice.choices], required=False
    )

    def __init__(self, *args: Any, recruiter: User, rejection: Rejection | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(rejection))
        super().__init__(*args, **kwargs)
        vacancies = _vacancies(recruiter, rejection)
        offered = Q(is_active=True) | Q(pk=rejection.reason_id if rejection else None)
        reasons = RejectionReason.objects.filter(offered).prefetch_related("labels")
        self.fields["vacancy"].queryset = vacancies  # type: ignore[attr-defined]
        self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]
        self.fields["component"].choices = _components(vacancies)  # type: ignore[attr-defined]
        for name in NEEDED_LATER:
            self.fields[name].widget.is_needed_later = True

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        given = {name: values[name] for name in ("first_name", "last_name", "phone", *DATES) if name in values}
        self._add(field_errors(given, today=timezone.localdate(), demo=settings.DEMO))
        self._add(date_order_errors(applied_on=values.get("applied_on"), decided_on=values.get("decided_on")))
        component, vacancy = self._component(), values.get("vacancy")
        if component and vacancy and component.vacancy_id != vacancy.pk:
            self.add_error("component", _("This requirement belongs to another vacancy. Choose one of this vacancy."))
        return values

    def draft(self, *, recruiter_id: int) -> RejectionDraft:
        values, component = self.cleaned_data, self._component()
        reason, phone = values["reason"], parse_phone(values["phone"], demo=settings.DEMO)
        person = {name: values[name] for name in ("first_name", "infix", "last_name", "email", "language")}
        return RejectionDraft(
            external_id=f"form:{values['once']}" if values["once"] else "",
            person=PersonDraft(**person, phone=phone),
            vacancy_id=values["vacancy"].pk,
            recruiter_id=recruiter_id,
            stage=values["stage"],
            rejected_by=values["rejected_by"],
            reason_code=reason.code if reason else "",
            component=values["new_component"] or (component.code if component else ""),
            may_add_component=bool(values["new_component"]),
            explanation=values["explanation"],
            strengths=tuple(text for name in STRENGTHS if (text := values[name])),
            applied_on=values["applied_on"],
            decided_on=values["decided_on"],
            notified_on=values["notified_on"],
            notified_by=values["notified_by"],
        )

    def _add(self, errors: Iterable[FieldError]) -> None:
        for error in errors:
            self.add_error(error.field, forms.ValidationError(error.message, code=error.code))

    def _component(self) -> Requirement | None:
        key = self.cleaned_data.get("component")
        return Requirement.objects.filter(pk=key).first() if key else None


def _vacancies(recruiter: User, rejection: Rejection | None) -> QuerySet[Vacancy]:
    """Open vacancies of the recruiter, and the present vacancy of this rejection."""
    own = Q(recruiter=recruiter, status=Vacancy.Status.OPEN)
    return Vacancy.objects.filter(own | Q(pk=rejection.application.vacancy_id if rejection else None))


def _components(vacancies: QuerySet[Vacancy]) -> list[tuple[str, Any]]:
    """Requirements grouped by vacancy, so that the choice works without JavaScript."""
    groups = [
        (vacancy.title, [(str(one.pk), one.label) for one in vacancy.requirements.all()])
        for vacancy in vacancies.prefetch_related("requirements")
    ]
    return [("", "---------"), *(group for group in groups if group[1])]


def _initial(rejection: Rejection | None) -> dict[str, Any]:
    if rejection is None:
        return {"once": uuid4().hex}
    application, candidate = rejection.application, rejection.application.candidate
    texts = [strength.text for strength in rejection.strengths.all()]
    return {
        "first_name": candidate.first_name,
        "infix": candidate.infix,
        "last_name": candidate.last_name,
        "email": candidate.email,
        "phone": candidate.phone.as_national if candidate.phone else "",
        "language": candidate.language,
        "vacancy": application.vacancy_id,
        "applied_on": application.applied_on,
        "stage": application.stage,
        "rejected_by": rejection.rejected_by,
        "reason": rejection.reason_id,
        "component": str(rejection.component_id or ""),
        "explanation": rejection.explanation,
        "decided_on": rejection.decided_on,
        "notified_on": rejection.notified_on,
        "notified_by": rejection.notified_by,
        **dict(zip(STRENGTHS, texts, strict=False)),
    }
