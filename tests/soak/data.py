"""Many talks tomorrow, of candidates in a time zone where it is late afternoon, so that every reminder is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from bookings.models import Booking
from bookings.notifications import booked
from candidates.models import Candidate
from organisation.models import Policy
from outbox.services import post
from tests.bench.history import book, invite
from tests.factories import make_advisor, make_opening, make_policy, make_vacancy

REMINDER_HOUR = 17  # SMS reminders are sent from 16 to 20 on the day before
TALKS_PER_ADVISOR = 40  # of half an hour
HALF_AN_HOUR = timedelta(minutes=30)
ALMOST_MIDNIGHT = time(23, 55)


def make_data(*, talks):
    """Create talks and return their keys. Each has its own phone number, which identifies the talk at the receiver."""
    make_policy(
        notice_hours=0, horizon_days=14, cancel_until_hours=0, closes_on_public_holidays=False, sms_per_day=10**6,
        sms_budget=10**6,
    )  # fmt: skip
    zone = zone_where_reminders_are_due(timezone.now())
    advisors = [_advisor() for _ in range(-(-talks // TALKS_PER_ADVISOR))]
    midnight = datetime.combine(timezone.now().astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
    starts = [
        (
            advisors[number // TALKS_PER_ADVISOR].pk,
            (midnight + number % TALKS_PER_ADVISOR * timedelta(minutes=30)).astimezone(UTC),
        )
        for number in range(talks)
    ]
    invitations = invite(talks, make_vacancy(), timezone.now() - timedelta(days=3))
    Candidate.objects.update(time_zone=zone.key)
    bookings = book(starts, invitations, status=Booking.Status.BOOKED)
    for number, booking in enumerate(bookings):
        booking.phone, booking.wants_sms = f"+3161{number:07}", True
    Booking.objects.bulk_update(bookings, ["phone", "wants_sms"], batch_size=500)
    return [booking.pk for booking in bookings]


def _advisor():
    advisor = make_advisor(hours=False)
    for weekday in range(7):
        make_opening(advisor=advisor, weekday=weekday, starts=time(), ends=ALMOST_MIDNIGHT, channels=["phone"])
    return advisor


def zone_where_reminders_are_due(now):
    """Time zone where it is now between 17 and 18 o'clock. "Etc/GMT-3" is three hours ahead of UTC."""
    ahead = (REMINDER_HOUR - now.astimezone(UTC).hour + 11) % 24 - 11
    return ZoneInfo(f"Etc/GMT{-ahead:+}" if ahead else "Etc/GMT")


def post_confirmations(keys):
    """Post the confirmations to candidate and advisor, as a booking does."""
    policy, now = Policy.objects.current(), timezone.now()
    for booking in Booking.objects.filter(pk__in=keys).for_letters():
        post(*booked(booking, policy, now=now), now=now)
