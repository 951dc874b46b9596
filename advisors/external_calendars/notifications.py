"""One function per letter; each returns what goes to the outbox."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from advisors.external_calendars.status import problem_in_words
from advisors.models import OtherCalendar
from core.formatting import day_in_words, time_in_words
from organisation.models import Policy
from outbox.compose import letter, staff
from outbox.drafts import Draft


def calendar_unreadable(calendar: OtherCalendar, policy: Policy) -> Draft:
    """Once per time that it fails, a day after the first failure. Names no address: mail is not the place."""
    advisor, to = calendar.advisor, staff(calendar.advisor.user, policy)
    zone, since = ZoneInfo(advisor.time_zone), calendar.failing_since
    assert since is not None
    words = {
        "advisor_first_name": advisor.name.split()[0],
        "calendar": calendar.name,
        "since_day": day_in_words(since, to.language, zone),
        "since_time": time_in_words(since, to.language, zone),
        "was_read": calendar.read_at is not None,
        "problem": problem_in_words(calendar.problem, to.language),
        "calendars_url": settings.PUBLIC_URL + reverse("advisors:calendars"),
    }
    return letter(
        "advisors/calendar_unreadable",
        to=to,
        policy=policy,
        words=words,
        about=calendar,
        once=f"othercalendar={calendar.pk}:since={since:%Y-%m-%dT%H:%M:%S}",
    )
