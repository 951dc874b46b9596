"""Filter forms of the message pages. An unknown value counts as no filter."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from outbox.labels import KINDS
from outbox.models import Message

EVERYBODY = "everybody"


class RecipientForm(forms.Form):
    """Filter of the demo outbox by recipient."""

    def __init__(self, data: QueryDict | None, *, recipients: Iterable[tuple[str, str]]) -> None:
        """`recipients` are (address or number, name)."""
        super().__init__(data)
        named = [(recipient, f"{name} ({recipient})" if name else recipient) for recipient, name in recipients]
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
    ("unclear", _("With a report that we could not read")),
    ("standby", _("Standing by")),
]


class MessagesForm(forms.Form):
    """Filter of the messages."""

    shown = forms.ChoiceField(label=_("State"), choices=SHOWN, required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("E-mail and text message")), *Message.Transport.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        kinds = sorted(((code, str(label)) for code, label in KINDS.items()), key=lambda kind: kind[1].lower())
        self.fields["kind"] = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *kinds])

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class ResendForm(forms.Form):
    """Kind and reason of the failed messages to resend."""

    kind = forms.CharField(max_length=40, required=False)
    reason = forms.ChoiceField(choices=Message.Reason.choices, required=False)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class PeriodForm(forms.Form):
    """Period of the statistics."""

    days = forms.ChoiceField(label=_("Of the last"), choices=[("7", _("7 days")), ("30", _("30 days"))], required=False)

    def wanted_days(self) -> int:
        """Number of days; 7 by default and for an unknown value."""
        self.is_valid()
        return int(self.cleaned_data.get("days") or 7)
