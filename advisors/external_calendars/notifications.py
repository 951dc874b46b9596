"""Mail to an advisor about an external calendar."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from advisors.external_calendars.status import problem_sentence
from advisors.models import ExternalCalendar
from core.formatting import format_day, format_time
from organisation.models import Policy
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft


def calendar_unreadable(calendar: ExternalCalendar, policy: Policy) -> MessageDraft:
    """Mail that a calendar cannot be read: once per series of failures. Leaves out the address, which is a secret."""
    advisor, to = calendar.advisor, staff_recipient(calendar.advisor.user, policy)
    zone, since = ZoneInfo(advisor.time_zone), calendar.failing_since
    assert since is not None
    context = {
        "advisor_first_name": advisor.name.split()[0],
        "calendar": calendar.name,
        "since_day": format_day(since, to.language, zone),
        "since_time": format_time(since, to.language, zone),
        "was_read": calendar.read_at is not None,
        "problem": problem_sentence(calendar.problem, to.language),
        "calendars_url": settings.PUBLIC_URL + reverse("advisors:calendars"),
    }
    return compose_mail(
        "advisors/calendar_unreadable",
        to=to,
        policy=policy,
        context=context,
        about=calendar,
        unique_key=f"othercalendar={calendar.pk}:since={since:%Y-%m-%dT%H:%M:%S}",
    )
