"""Serializers: bodies and parameters of requests, and the responses in the OpenAPI schema."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from advisors.models import TalkChannel
from bookings.appointments.forms import MAX_KEY, MAX_YEAR, MIN_YEAR
from bookings.models import Booking, Topic
from bookings.requests import BookingRequest
from core.errors import InvalidPhone
from core.formatting import printable
from core.phones import parse_phone

Serializer = serializers.Serializer


class StartField(serializers.DateTimeField):
    """Start of a slot, with a time zone and a year between MIN_YEAR and MAX_YEAR."""

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and not value.rstrip().endswith(("Z", "z")) and value[-6:-5] not in ("+", "-"):
            raise serializers.ValidationError("Name the time zone, such as 2026-11-24T09:30:00+01:00.", code="naive")
        try:
            starts_at = super().to_internal_value(value)
        except OverflowError as error:
            raise serializers.ValidationError("This moment is out of range.", code="range") from error
        if not MIN_YEAR <= starts_at.year <= MAX_YEAR:
            raise serializers.ValidationError("This moment is out of range.", code="range")
        return starts_at


class MoveBody(Serializer[Any]):
    """A slot as listed; without `advisor` the first one free."""

    starts_at = StartField()
    channel = serializers.ChoiceField(choices=TalkChannel.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    advisor = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_KEY)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)

    def validate_phone(self, text: str) -> str:
        try:
            return parse_phone(text, demo=settings.DEMO)
        except InvalidPhone as refusal:
            raise serializers.ValidationError(str(refusal), code=refusal.code) from refusal

    def booking_request(self, default_language: str) -> BookingRequest:
        data = self.validated_data
        return BookingRequest(
            starts_at=data["starts_at"],
            channel=data["channel"],
            language=data.get("language", default_language),
            advisor_id=data.get("advisor"),
            phone=data.get("phone", ""),
            wants_sms=data.get("wants_sms", False),
            topic_ids=tuple(topic.pk for topic in data.get("topics", ())),
            question=printable(data.get("question", "")),
        )


class BookingBody(MoveBody):
    wants_sms = serializers.BooleanField(
        required=False, help_text="Only when the candidate agreed to a text message by a tick of their own."
    )
    topics = serializers.SlugRelatedField(
        slug_field="code", queryset=Topic.objects.filter(is_active=True), many=True, required=False
    )
    question = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class SlotListParams(Serializer[Any]):
    channel = serializers.ChoiceField(choices=TalkChannel.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    advisor = serializers.IntegerField(required=False, min_value=1, max_value=MAX_KEY)
    since = StartField(required=False)

    def slot_filter(self) -> dict[str, Any]:
        """Keyword arguments of `bookings.availability.queries.bookable_slots`."""
        data = self.validated_data
        return {
            "channel": data.get("channel"),
            "language": data.get("language"),
            "advisor_id": data.get("advisor"),
        }


class SlotSerializer(Serializer[Any]):
    starts_at = serializers.DateTimeField(help_text="UTC")
    ends_at = serializers.DateTimeField(help_text="UTC")
    advisor = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.CharField(), help_text="Each a `channel`.")


class SlotListSerializer(Serializer[Any]):
    next = serializers.URLField(allow_null=True, help_text="Where the slots go on; null after the last one.")
    slots = SlotSerializer(many=True)


class AdvisorSerializer(Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField(), help_text="Each a `language`.")
    channels = serializers.ListField(child=serializers.CharField(), help_text="Each a `channel`.")


class BookingSerializer(Serializer[Any]):
    status = serializers.ChoiceField(choices=Booking.Status.choices)
    starts_at = serializers.DateTimeField(help_text="UTC")
    ends_at = serializers.DateTimeField(help_text="UTC")
    advisor = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=TalkChannel.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    cancelled_by = serializers.ChoiceField(choices=Booking.CancelledBy.choices, allow_null=True)
    moved_count = serializers.IntegerField()


class InvitationSerializer(Serializer[Any]):
    key = serializers.UUIDField()
    application = serializers.CharField(help_text="The external id under which you reported the rejection.")
    sent_at = serializers.DateTimeField(help_text="UTC")
    open_until = serializers.DateField(help_text="The last day on which can be booked.")
    is_withdrawn = serializers.BooleanField()
    booking = BookingSerializer(allow_null=True)


class InvitationDetailSerializer(InvitationSerializer):
    advisors = AdvisorSerializer(many=True)


class ProblemSerializer(Serializer[Any]):
    """RFC 9457, as application/problem+json."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # a field of the body, not the property of DRF


class SlotTakenSerializer(ProblemSerializer):
    alternatives = SlotSerializer(many=True, required=False)
