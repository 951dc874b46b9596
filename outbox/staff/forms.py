from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outbox.labels import KINDS
from outbox.models import Message

EVERYBODY = "everybody"


class ReaderForm(forms.Form):
    """Whose letters and texts to show."""

    def __init__(self, data: QueryDict | None, *, readers: Iterable[tuple[str, str]]) -> None:
        """`readers`: address or number, and name."""
        super().__init__(data)
        named = [(recipient, f"{name} ({recipient})" if name else recipient) for recipient, name in readers]
        choices = [(EVERYBODY, _("Everybody")), *named]
        self.fields["to"] = forms.ChoiceField(label=_("Whose post"), choices=choices, initial=EVERYBODY)


SHOWN = [
    ("", _("Everything")),
    ("late", _("Late")),
    ("waiting", _("Waiting")),
    ("sending", _("Leaving now")),
    ("sent", _("Sent")),
    ("delivered", _("Delivered")),
    ("failed", _("Failed")),
    ("suppressed", _("Not sent")),
    ("uncertain", _("Perhaps sent twice")),
    ("standby", _("Standing by")),
]


class MessagesForm(forms.Form):
    """The filter of the messages; a field that is empty or odd asks nothing."""

    shown = forms.ChoiceField(label=_("State"), choices=SHOWN, required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("E-mail and text message")), *Message.Channel.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        kinds = sorted(((code, str(words)) for code, words in KINDS.items()), key=lambda kind: kind[1].lower())
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *kinds])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class AgainForm(forms.Form):
    """What failed, of one kind and for one reason; what is odd names nothing."""

    kind = forms.CharField(max_length=40, required=False)
    reason = forms.ChoiceField(choices=Message.Reason.choices, required=False)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class PeriodForm(forms.Form):
    days = forms.ChoiceField(label=_("Of the last"), choices=[("7", _("7 days")), ("30", _("30 days"))], required=False)

    def wanted_days(self) -> int:
        """A week, when nothing or something odd was asked."""
        self.is_valid()
        return int(self.cleaned_data.get("days") or 7)
