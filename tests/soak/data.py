"""Many talks tomorrow, of people for whom it is now the end of the afternoon: every reminder is due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from bookings.models import Booking
from bookings.notifications import booked, with_all_that_letters_need
from candidates.models import Candidate
from organisation.models import Policy
from outbox.services import post
from tests.bench.history import book, invite
from tests.factories import make_advisor, make_opening, make_policy, make_vacancy

TEA_TIME = 17  # o'clock; texts of the day before leave from four till eight
TALKS_OF_ONE = 40  # half hours of one advisor
HALF_AN_HOUR = timedelta(minutes=30)
ALMOST_MIDNIGHT = time(23, 55)


def make_world(*, talks):
    """The keys of the talks. Each has a number of its own, so that a text at the receiving end names its talk."""
    make_policy(
        notice_hours=0, horizon_days=14, cancel_until_hours=0, closes_on_public_holidays=False, sms_per_day=10**6,
        sms_budget=10**6,
    )  # fmt: skip
    zone = zone_at_tea_time(timezone.now())
    advisors = [_advisor() for _ in range(-(-talks // TALKS_OF_ONE))]
    midnight = datetime.combine(timezone.now().astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)
    moments = [
        (
            advisors[number // TALKS_OF_ONE].pk,
            (midnight + number % TALKS_OF_ONE * timedelta(minutes=30)).astimezone(UTC),
        )
        for number in range(talks)
    ]
    invitations = invite(talks, make_vacancy(), timezone.now() - timedelta(days=3))
    Candidate.objects.update(time_zone=zone.key)
    bookings = book(moments, invitations, status=Booking.Status.BOOKED)
    for number, booking in enumerate(bookings):
        booking.phone, booking.wants_sms = f"+3161{number:07}", True
    Booking.objects.bulk_update(bookings, ["phone", "wants_sms"], batch_size=500)
    return [booking.pk for booking in bookings]


def _advisor():
    advisor = make_advisor(hours=False)
    for weekday in range(7):
        make_opening(advisor=advisor, weekday=weekday, starts=time(), ends=ALMOST_MIDNIGHT, channels=["phone"])
    return advisor


def zone_at_tea_time(now):
    """Where it is now between five and six: "Etc/GMT-3" is three hours ahead of UTC."""
    ahead = (TEA_TIME - now.astimezone(UTC).hour + 11) % 24 - 11
    return ZoneInfo(f"Etc/GMT{-ahead:+}" if ahead else "Etc/GMT")


def confirm(keys):
    """The letters to candidate and advisor, as booking posts them."""
    policy, now = Policy.objects.current(), timezone.now()
    for booking in with_all_that_letters_need(Booking.objects.filter(pk__in=keys)):
        post(*booked(booking, policy, now=now), now=now)
