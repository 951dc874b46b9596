"""Form with a candidate's preferences for the waitlist."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from advisors.models import TalkChannel, Weekday
from bookings.appointments.forms import PhoneField
from bookings.availability.options import BookingOptions
from bookings.models import WaitlistEntry
from bookings.waitlist.services import WaitlistRequest
from outbox.sms.provider import sms_is_enabled

BESIDE = {"class": "rows beside"}


class WaitlistForm(forms.Form):
    """Preferences, limited to what can be offered, and the opt-in for SMS."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("On which days can you?"),
        help_text=_("Choose nothing when every day is fine."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs=BESIDE),
        required=False,
    )
    day_parts = forms.MultipleChoiceField(
        label=_("At what time of the day?"),
        help_text=_("Morning is until 12 o'clock, afternoon until 6 o'clock. Choose nothing when every time is fine."),
        choices=WaitlistEntry.DayPart.choices,
        widget=forms.CheckboxSelectMultiple(attrs=BESIDE),
        required=False,
    )
    channels = forms.MultipleChoiceField(
        label=_("How do you want to talk?"),
        help_text=_("Choose nothing when every way is fine."),
        widget=forms.CheckboxSelectMultiple(attrs=BESIDE),
        required=False,
    )
    language = forms.ChoiceField(label=_("In which language?"), widget=forms.RadioSelect(attrs=BESIDE))
    wants_sms = forms.BooleanField(
        label=_("Yes, send me a text message when a moment comes free"),
        help_text=_("Only as long as you are on the waiting list. We use your number for nothing else."),
        required=False,
    )
    phone = PhoneField(help_text=_("We need your number for a text message only."))

    use_required_attribute = False

    def __init__(
        self,
        data: QueryDict | None,
        *,
        entry: WaitlistEntry | None,
        options: BookingOptions,
        weekdays: list[int],
        language: str,
        known_phone: str,
    ) -> None:
        super().__init__(data, initial=_initial(entry, language=language))
        self.known_phone = str(entry.phone) if entry and entry.phone else known_phone
        if self.known_phone:
            self.fields["phone"].label = _("Another phone number")
        if not sms_is_enabled():
            del self.fields["wants_sms"], self.fields["phone"]
        days = [(day.value, day.label) for day in Weekday if day in weekdays]
        channels = [pair for pair in TalkChannel.choices if pair[0] in (options.channels or TalkChannel.values)]
        spoken = [(code, name) for code, name in settings.LANGUAGES if code in (options.languages or [language])]
        self._set_choices(weekdays=days, channels=channels, language=spoken)
        if len(spoken) == 1:
            self.initial["language"] = spoken[0][0]
            self.fields["language"].widget = forms.HiddenInput()

    def waitlist_request(self) -> WaitlistRequest:
        data: dict[str, Any] = self.cleaned_data
        wants_sms = data.get("wants_sms", False)
        return WaitlistRequest(
            weekdays=tuple(data["weekdays"]),
            day_parts=tuple(data["day_parts"]),
            channels=tuple(data["channels"]),
            language=data["language"],
            phone=(data["phone"] or self.known_phone) if wants_sms else "",
            wants_sms=wants_sms,
        )

    def _set_choices(self, **choices: list[tuple[Any, Any]]) -> None:
        for name, pairs in choices.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]


def _initial(entry: WaitlistEntry | None, *, language: str) -> dict[str, Any]:
    if entry is None:
        return {"language": language}
    return {
        "weekdays": entry.weekdays,
        "day_parts": entry.day_parts,
        "channels": entry.channels,
        "language": entry.language,
        "wants_sms": entry.wants_sms,
    }
