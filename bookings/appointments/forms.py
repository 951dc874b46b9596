"""Forms of candidates and advisors about one appointment: filter, slot, contact details and preparation."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from advisors.models import TalkChannel
from bookings.availability.options import BookableAdvisor, BookingOptions, SlotFilter
from bookings.availability.slot_listing import parse_start
from bookings.errors import PhoneNeeded
from bookings.models import Booking, Topic
from bookings.requests import BookingRequest
from bookings.schedule import is_before_sms_reminder
from core.errors import InvalidPhone
from core.formatting import printable
from core.phones import is_mobile, parse_phone
from organisation.models import Policy
from outbox.sms.provider import sms_is_enabled

MAX_KEY = 2**63 - 1
MIN_YEAR, MAX_YEAR = 2000, 2200  # later or earlier input is a typing error


class PhoneField(forms.CharField):
    """Phone number, cleaned to E.164."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "short"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Phone number"), required=False, max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return parse_phone(super().clean(value), demo=settings.DEMO)
        except InvalidPhone as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal


class SlotFilterForm(forms.Form):
    """Filter of the slot picker; every field is optional."""

    channel = forms.ChoiceField(choices=TalkChannel.choices, required=False)
    advisor = forms.TypedChoiceField(label=_("With whom?"), coerce=int, empty_value=None)  # empty means any advisor
    language = forms.ChoiceField(
        label=_("In which language?"), widget=forms.RadioSelect(attrs={"class": "rows beside"}), required=False
    )
    since = forms.DateField(required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, options: BookingOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(advisor.advisor_id, _advisor_label(advisor, options)) for advisor in options.advisors]
        self.fields["advisor"].choices = [("", _("The first one free")), *names]  # type: ignore[attr-defined]
        spoken = [(code, name) for code, name in settings.LANGUAGES if code in options.languages]
        self.fields["language"].choices = spoken  # type: ignore[attr-defined]

    def slot_filter(self, default: SlotFilter) -> SlotFilter:
        """Filter as submitted; missing and invalid fields are taken from `default`."""
        self.is_valid()
        data = self.cleaned_data
        return SlotFilter(
            channel=data.get("channel") or default.channel,
            language=data.get("language") or default.language,
            advisor_id=data.get("advisor") if "advisor" in self.data else default.advisor_id,
        )


def _advisor_label(advisor: BookableAdvisor, options: BookingOptions) -> str:
    if advisor.advisor_id == options.previous_advisor_id:
        return _("%(name)s, whom you spoke before") % {"name": advisor.name}
    return advisor.name


class SlotStartField(forms.CharField):
    """Start of a slot in UTC, such as `2026-11-24T08:30Z`; the service checks that it is free."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": _("We do not know this moment. Please choose another one.")}

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            starts_at = parse_start(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not MIN_YEAR <= starts_at.year <= MAX_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return starts_at

    def run_validators(self, value: Any) -> None:
        """Skip the validators of CharField, which expect a string."""


class SlotForm(forms.Form):
    """The slot that was chosen in the slot picker."""

    slot = SlotStartField(error_messages={"required": _("Choose a moment first.")})
    channel = forms.ChoiceField(choices=TalkChannel.choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=settings.LANGUAGES, widget=forms.HiddenInput)
    advisor = forms.IntegerField(required=False, min_value=1, max_value=MAX_KEY, widget=forms.HiddenInput)

    @property
    def slot_error(self) -> str:
        """Message about an invalid slot, channel, language or advisor; empty when they are valid."""
        if self.errors.get("slot"):
            return str(self.errors["slot"][0])
        invalid = {"channel", "language", "advisor"} & set(self.errors)
        return str(_("We did not understand your choice. Please choose again.")) if invalid else ""

    def booking_request(self) -> BookingRequest:
        data = self.cleaned_data
        return BookingRequest(
            starts_at=data["slot"], channel=data["channel"], language=data["language"], advisor_id=data["advisor"]
        )


class SlotPhoneForm(SlotForm):
    """Slot and phone number; the number is required for a phone call when none is known."""

    phone = PhoneField()

    def __init__(self, *args: Any, known_phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_phone = known_phone
        if known_phone:
            self.fields["phone"].label = _("Another phone number")
        elif (self.data or self.initial).get("channel") == TalkChannel.PHONE:
            self.fields["phone"].required = True
            self.fields["phone"].error_messages["required"] = PhoneNeeded.sentence

    def number(self, *, needed: bool) -> str:
        """The entered number, or else the known one; empty unless `needed`."""
        return (self.cleaned_data["phone"] or self.known_phone) if needed else ""

    def booking_request(self) -> BookingRequest:
        request = super().booking_request()
        return replace(request, phone=self.number(needed=request.channel == TalkChannel.PHONE))


class PreparationForm(forms.Form):
    """Topics and question of the candidate; both optional."""

    topics = forms.ModelMultipleChoiceField(
        label=_("What do you want to talk about?"),
        queryset=Topic.objects.filter(is_active=True).prefetch_related("labels"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    question = forms.CharField(
        label=_("Is there something that you want to ask or tell us?"),
        help_text=_("Only the advisor reads this. At most 1000 characters."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        required=False,
    )

    def clean_question(self) -> str:
        return printable(self.cleaned_data["question"])

    def topic_ids(self) -> tuple[int, ...]:
        return tuple(topic.pk for topic in self.cleaned_data["topics"])


class AppointmentForm(PreparationForm):
    """Preparation of a booked appointment, with the opt-in for an SMS reminder while that can still be sent."""

    wants_sms = forms.BooleanField(
        label=_("Send me a text message the day before"),
        help_text=_("You may change this until we send it. We use your number for nothing else."),
        required=False,
    )
    phone = PhoneField(help_text=_("We need your number for a text message only."))

    def __init__(self, data: QueryDict | None, *, booking: Booking, now: datetime) -> None:
        initial = {"topics": booking.topics.all(), "question": booking.question, "wants_sms": booking.wants_sms}
        super().__init__(data, initial=initial)
        self.known_phone = str(booking.phone or booking.candidate.phone)
        times = Policy.objects.current().times
        is_ahead = is_before_sms_reminder(booking.starts_at, booking.candidate.zone, times, now=now)
        if not (sms_is_enabled() and (booking.wants_sms or is_ahead)):
            del self.fields["wants_sms"]
        if "wants_sms" not in self.fields or booking.channel == TalkChannel.PHONE or is_mobile(self.known_phone):
            del self.fields["phone"]

    @property
    def phone_error_field(self) -> str:
        """Field that shows an error about the phone number."""
        return "phone" if "phone" in self.fields else "wants_sms"

    def number(self) -> str:
        return self.cleaned_data.get("phone") or self.known_phone


class BookingForm(PreparationForm, SlotPhoneForm):
    """Slot, contact details and preparation of a new booking."""

    wants_sms = forms.BooleanField(
        label=_("Yes, send me a text message the day before"),
        help_text=_("You get one message about this appointment. We use your number for nothing else."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sms_is_enabled():
            del self.fields["wants_sms"]

    def booking_request(self) -> BookingRequest:
        request, wants_sms = super().booking_request(), self.cleaned_data.get("wants_sms", False)
        needed = wants_sms or request.channel == TalkChannel.PHONE
        return replace(
            request,
            phone=self.number(needed=needed),
            wants_sms=wants_sms,
            topic_ids=self.topic_ids(),
            question=self.cleaned_data["question"],
        )


class AdvisorCancelForm(forms.Form):
    """Remark of the advisor for the candidate."""

    remark = forms.CharField(
        label=_("A word to the candidate"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in the letter, below the news. For example why, and that it is not about the candidate."),
    )

    def clean_remark(self) -> str:
        return printable(self.cleaned_data["remark"])


class RescheduleForm(AdvisorCancelForm):
    """A new slot and a remark; `seen` is the start that the page showed."""

    slot = SlotStartField(label=_("New moment"), error_messages={"required": _("Choose a moment first.")})
    seen = SlotStartField()
