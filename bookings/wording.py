"""Location and channel of a booking as text, for messages and calendar objects."""

from django.conf import settings
from django.urls import reverse

from bookings.models import Booking
from core.masking import mask_phone
from organisation.models import Location
from outbox.templates import render_plain


def format_address(location: Location) -> str:
    """Format as "Locatie Noord, Lindelaan 1, Oostmeer, Route 14"."""
    return ", ".join(part for part in (location.name, location.address, location.city, location.room) if part)


def channel_sentence(booking: Booking, language: str) -> str:
    """Sentence that says how and where the appointment takes place."""
    location = booking.location
    return render_plain(
        f"bookings/channel_{booking.channel}",
        language=language,
        context={
            "advisor_name": booking.advisor.name,
            "phone_masked": mask_phone(str(booking.phone)),
            "video_url": booking.advisor.video_url,
            "location_name": location.name if location else "",
            "address": ", ".join(part for part in (location.address, location.city) if part) if location else "",
            "room": location.room if location else "",
        },
    )


def file_url(booking: Booking) -> str:
    return settings.PUBLIC_URL + reverse("talks:file", args=[booking.pk])
