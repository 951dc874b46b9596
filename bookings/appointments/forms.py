"""What a candidate sends: how to talk, a moment, and what to talk about."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from advisors.models import TalkChannel
from bookings.availability.options import Choice, Host, Offer
from bookings.availability.slot_listing import moment_of
from bookings.errors import PhoneNeeded
from bookings.form_fields import PhoneField
from bookings.models import Booking, Topic
from bookings.requests import Wish
from bookings.schedule import text_is_ahead
from core.formatting import printable
from core.phones import is_mobile
from organisation.models import Policy
from outbox.sms.enabled import texts_leave

BIGGEST_KEY = 2**63 - 1
OLDEST_YEAR, LATEST_YEAR = 2000, 2200  # beyond these a moment is a slip or a joke


class ChoiceForm(forms.Form):
    """How to talk; every part may be left out."""

    channel = forms.ChoiceField(choices=TalkChannel.choices, required=False)
    advisor = forms.TypedChoiceField(label=_("With whom?"), coerce=int, empty_value=None)  # empty is a choice too
    language = forms.ChoiceField(
        label=_("In which language?"), widget=forms.RadioSelect(attrs={"class": "rows beside"}), required=False
    )
    since = forms.DateField(required=False)

    use_required_attribute = False

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(host.advisor_id, _name_in(offer, host)) for host in offer.hosts]
        self.fields["advisor"].choices = [("", _("The first one free")), *names]  # type: ignore[attr-defined]
        spoken = [(code, name) for code, name in settings.LANGUAGES if code in offer.languages]
        self.fields["language"].choices = spoken  # type: ignore[attr-defined]

    def choice(self, otherwise: Choice) -> Choice:
        """What was asked; what is missing or not understood is as `otherwise`."""
        self.is_valid()
        asked = self.cleaned_data
        return Choice(
            channel=asked.get("channel") or otherwise.channel,
            language=asked.get("language") or otherwise.language,
            advisor_id=asked.get("advisor") if "advisor" in self.data else otherwise.advisor_id,
        )


def _name_in(offer: Offer, host: Host) -> str:
    if host.advisor_id == offer.spoken_before:
        return _("%(name)s, whom you spoke before") % {"name": host.name}
    return host.name


class MomentField(forms.CharField):
    """`2026-11-24T08:30Z`; whether it is free is for the service to say."""

    widget = forms.HiddenInput
    default_error_messages = {"invalid": _("We do not know this moment. Please choose another one.")}

    def to_python(self, value: Any) -> datetime | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = moment_of(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not OLDEST_YEAR <= moment.year <= LATEST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment

    def run_validators(self, value: Any) -> None:
        """A moment has no characters to count."""


class MomentForm(forms.Form):
    """The moment and the way to talk, as chosen on the page before."""

    slot = MomentField(error_messages={"required": _("Choose a moment first.")})
    channel = forms.ChoiceField(choices=TalkChannel.choices, widget=forms.HiddenInput)
    language = forms.ChoiceField(choices=settings.LANGUAGES, widget=forms.HiddenInput)
    advisor = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY, widget=forms.HiddenInput)

    @property
    def moment_problem(self) -> str:
        """In one sentence what is wrong with the moment or the way to talk; empty when nothing is."""
        if self.errors.get("slot"):
            return str(self.errors["slot"][0])
        odd = {"channel", "language", "advisor"} & set(self.errors)
        return str(_("We did not understand your choice. Please choose again.")) if odd else ""

    def wish(self) -> Wish:
        known = self.cleaned_data
        return Wish(
            starts_at=known["slot"], channel=known["channel"], language=known["language"], advisor_id=known["advisor"]
        )


class PhoneForm(MomentForm):
    """Asks for a number only when we have to call and do not know one."""

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
        """The number that was typed, or else the one that we know; none when there is no need."""
        return (self.cleaned_data["phone"] or self.known_phone) if needed else ""

    def wish(self) -> Wish:
        wish = super().wish()
        return replace(wish, phone=self.number(needed=wish.channel == TalkChannel.PHONE))


class PreparationForm(forms.Form):
    """What the candidate wants to talk about; nothing is obliged."""

    topics = forms.ModelMultipleChoiceField(
        label=_("What do you want to talk about?"),
        queryset=Topic.objects.filter(is_active=True),
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
    """The same for an appointment that stands, and whether we may send a text message about it."""

    wants_sms = forms.BooleanField(
        label=_("Send me a text message the day before"),
        help_text=_("You may change this until we send it. We use your number for nothing else."),
        required=False,
    )
    phone = PhoneField(help_text=_("We need your number for a text message only."))

    def __init__(self, data: QueryDict | None, *, booking: Booking, now: datetime) -> None:
        kept = {"topics": booking.topics.all(), "question": booking.question, "wants_sms": booking.wants_sms}
        super().__init__(data, initial=kept)
        self.known_phone = str(booking.phone or booking.candidate.phone)
        times = Policy.objects.current().times
        is_ahead = text_is_ahead(booking.starts_at, booking.candidate.zone, times, now=now)
        if not (texts_leave() and (booking.wants_sms or is_ahead)):
            del self.fields["wants_sms"]
        if "wants_sms" not in self.fields or booking.channel == TalkChannel.PHONE or is_mobile(self.known_phone):
            del self.fields["phone"]

    @property
    def place_of_phone(self) -> str:
        """The field at which a word about the number belongs."""
        return "phone" if "phone" in self.fields else "wants_sms"

    def number(self) -> str:
        return self.cleaned_data.get("phone") or self.known_phone


class DetailsForm(PreparationForm, PhoneForm):
    """Everything for a booking."""

    wants_sms = forms.BooleanField(
        label=_("Yes, send me a text message the day before"),
        help_text=_("You get one message about this appointment. We use your number for nothing else."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not texts_leave():
            del self.fields["wants_sms"]

    def wish(self) -> Wish:
        wish, wants_sms = super().wish(), self.cleaned_data.get("wants_sms", False)
        needed = wants_sms or wish.channel == TalkChannel.PHONE
        return replace(
            wish,
            phone=self.number(needed=needed),
            wants_sms=wants_sms,
            topic_ids=self.topic_ids(),
            question=self.cleaned_data["question"],
        )


class AdvisorCancelForm(forms.Form):
    word = forms.CharField(
        label=_("A word to the candidate"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands in the letter, below the news. For example why, and that it is not about the candidate."),
    )

    def clean_word(self) -> str:
        return printable(self.cleaned_data["word"])


class RescheduleForm(AdvisorCancelForm):
    """Another moment, instead of the one that the page showed."""

    slot = MomentField(label=_("New moment"), error_messages={"required": _("Choose a moment first.")})
    seen = MomentField()
