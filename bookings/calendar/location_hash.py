"""Where a talk is, as its invite says it: in a digest, by which a change shows."""

from hashlib import sha256

from advisors.models import Advisor, TalkChannel
from bookings.models import Booking
from bookings.wording import address_in_words
from organisation.models import Location


def place_of(booking: Booking) -> str:
    """Reads the advisor or the location, when they were not read yet."""
    if booking.channel == TalkChannel.VIDEO:
        return digest_of_place(booking.channel, booking.advisor, None)
    return digest_of_place(booking.channel, None, booking.location)


def digest_of_place(channel: str, advisor: Advisor | None, location: Location | None) -> str:
    """Empty for a talk by phone, which is nowhere."""
    if channel == TalkChannel.PHONE:
        return ""
    room = advisor.video_url if advisor and channel == TalkChannel.VIDEO else ""
    address = address_in_words(location) if location and channel == TalkChannel.ONSITE else ""
    return sha256(f"{channel}\n{room}\n{address}".encode()).hexdigest()
