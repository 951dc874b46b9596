"""One function per letter; each returns what goes to the outbox."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from advisors.calendar_words import problem_in_words
from advisors.models import OtherCalendar
from organisation.actors import key_of
from organisation.models import Policy
from organisation.wording import day_in_words, time_in_words
from outbox.drafts import Draft
from outbox.letters import render


def calendar_unreadable(calendar: OtherCalendar, policy: Policy) -> Draft:
    """Once per time that it fails, a day after the first failure. Names no address: mail is not the place."""
    advisor, language = calendar.advisor, settings.LANGUAGE_CODE
    zone, since = ZoneInfo(advisor.time_zone), calendar.failing_since
    assert since is not None
    words = {
        "advisor_first_name": advisor.name.split()[0],
        "calendar": calendar.name,
        "since_day": day_in_words(since, language, zone),
        "since_time": time_in_words(since, language, zone),
        "was_read": calendar.read_at is not None,
        "problem": problem_in_words(calendar.problem, language),
        "calendars_url": settings.PUBLIC_URL + reverse("advisors:calendars"),
    }
    letter = render("advisors/calendar_unreadable", language=language, context=words)
    return Draft(
        kind="calendar_unreadable",
        dedupe_key=f"calendar_unreadable:othercalendar={calendar.pk}:since={since:%Y-%m-%dT%H:%M:%S}",
        about=key_of(calendar),
        person_key=key_of(advisor.user),
        language=language,
        recipient=advisor.user.email,
        recipient_name=advisor.name,
        sender_name=policy.sender_name,
        sender_email=policy.sender_email,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
