"""What programs send, and how the answers look in the description of the API."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from advisors.models import TalkChannel
from bookings.appointments.forms import BIGGEST_KEY, LATEST_YEAR, OLDEST_YEAR
from bookings.models import Booking, Topic
from bookings.requests import Wish
from candidates.errors import PhoneUnclear
from candidates.phones import phone_of
from core.formatting import printable

Shape = serializers.Serializer


class MomentBodyField(serializers.DateTimeField):
    """With a time zone, and of these centuries."""

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and not value.rstrip().endswith(("Z", "z")) and value[-6:-5] not in ("+", "-"):
            raise serializers.ValidationError("Name the time zone, such as 2026-11-24T09:30:00+01:00.", code="naive")
        try:
            moment = super().to_internal_value(value)
        except OverflowError as error:
            raise serializers.ValidationError("This moment is out of range.", code="range") from error
        if not OLDEST_YEAR <= moment.year <= LATEST_YEAR:
            raise serializers.ValidationError("This moment is out of range.", code="range")
        return moment


class MoveBody(Shape[Any]):
    """A slot as listed; without `advisor` the first one free."""

    starts_at = MomentBodyField()
    channel = serializers.ChoiceField(choices=TalkChannel.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    advisor = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=BIGGEST_KEY)
    phone = serializers.CharField(required=False, allow_blank=True, max_length=40)

    def validate_phone(self, text: str) -> str:
        try:
            return phone_of(text, demo=settings.DEMO)
        except PhoneUnclear as refusal:
            raise serializers.ValidationError(str(refusal), code=refusal.code) from refusal

    def wish(self, usual_language: str) -> Wish:
        asked = self.validated_data
        return Wish(
            starts_at=asked["starts_at"],
            channel=asked["channel"],
            language=asked.get("language", usual_language),
            advisor_id=asked.get("advisor"),
            phone=asked.get("phone", ""),
            wants_sms=asked.get("wants_sms", False),
            topic_ids=tuple(topic.pk for topic in asked.get("topics", ())),
            question=printable(asked.get("question", "")),
        )


class WishBody(MoveBody):
    wants_sms = serializers.BooleanField(
        required=False, help_text="Only when the candidate agreed to a text message by a tick of their own."
    )
    topics = serializers.SlugRelatedField(
        slug_field="code", queryset=Topic.objects.filter(is_active=True), many=True, required=False
    )
    question = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class SlotQuery(Shape[Any]):
    channel = serializers.ChoiceField(choices=TalkChannel.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    advisor = serializers.IntegerField(required=False, min_value=1, max_value=BIGGEST_KEY)

    def question(self) -> dict[str, Any]:
        """As `bookings.queries.slots_for` asks."""
        asked = self.validated_data
        return {
            "channel": asked.get("channel"),
            "language": asked.get("language"),
            "advisor_id": asked.get("advisor"),
        }


class SlotShape(Shape[Any]):
    starts_at = serializers.DateTimeField(help_text="UTC")
    ends_at = serializers.DateTimeField(help_text="UTC")
    advisor = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.CharField(), help_text="Each a `channel`.")


class SlotsShape(Shape[Any]):
    slots = SlotShape(many=True)


class AdvisorShape(Shape[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField(), help_text="Each a `language`.")
    channels = serializers.ListField(child=serializers.CharField(), help_text="Each a `channel`.")


class BookingShape(Shape[Any]):
    status = serializers.ChoiceField(choices=Booking.Status.choices)
    starts_at = serializers.DateTimeField(help_text="UTC")
    ends_at = serializers.DateTimeField(help_text="UTC")
    advisor = serializers.IntegerField()
    channel = serializers.ChoiceField(choices=TalkChannel.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    cancelled_by = serializers.ChoiceField(choices=Booking.CancelledBy.choices, allow_null=True)
    moved_count = serializers.IntegerField()


class InvitationShape(Shape[Any]):
    key = serializers.UUIDField()
    application = serializers.CharField(help_text="The external id under which you reported the rejection.")
    sent_at = serializers.DateTimeField(help_text="UTC")
    open_until = serializers.DateField(help_text="The last day on which can be booked.")
    is_withdrawn = serializers.BooleanField()
    booking = BookingShape(allow_null=True)


class InvitationDetailShape(InvitationShape):
    advisors = AdvisorShape(many=True)


class ProblemShape(Shape[Any]):
    """RFC 9457, as application/problem+json."""

    type = serializers.CharField()
    status = serializers.IntegerField()
    title = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # a field, not what went wrong here


class TakenShape(ProblemShape):
    alternatives = SlotShape(many=True, required=False)
