"""Application managers hear when messages do not leave, and when they leave again."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from organisation.actors import key_of
from organisation.models import Policy, Role, User
from organisation.wording import day_in_words, time_in_words
from outbox import services
from outbox.drafts import Draft
from outbox.lateness import ALARM, ALL_CLEAR, GRACE, Lateness
from outbox.models import Message
from outbox.writing import letter, staff

ONCE_PER = timedelta(hours=4)
logger = logging.getLogger(__name__)


def watch() -> None:
    """Every minute. Mail may be what is broken, so it is logged as well, every time."""
    look(now=timezone.now())


def look(*, now: datetime) -> int:
    """How many letters were written; at most one per application manager in four hours while it lasts."""
    overdue = Lateness.at(now, by=GRACE)
    if overdue.count:
        words = (overdue.count, overdue.seconds(now) // 60, overdue.reason or "not tried yet")
        logger.error("%s messages are overdue, the oldest %s minutes: %s", *words)
    chiefs = User.objects.with_role(Role.APPLICATION_MANAGER).distinct()
    return sum(_tell(chief, overdue, now=now) for chief in chiefs)


@transaction.atomic
def _tell(chief: User, overdue: Lateness, *, now: datetime) -> bool:
    """A warning that is still waiting itself when all is well again does not leave, and needs no second letter."""
    mine = Message.objects.filter(person_key=key_of(chief), kind__in=(ALARM, ALL_CLEAR))
    last = mine.order_by("-created_at", "-pk").first()
    warning = last if last and last.kind == ALARM and last.reason != Message.Reason.WITHDRAWN else None
    if overdue.count:
        if warning and warning.created_at > now - ONCE_PER:
            return False
        services.post(_overdue(chief, overdue, after=last, now=now), now=now)
        return True
    if warning and warning.sent_at:
        services.post(_over(chief, after=last, now=now), now=now)
        return True
    if warning:
        services.withdraw(about=key_of(chief), kinds=(ALARM,), now=now)
    return False


def _overdue(chief: User, overdue: Lateness, *, after: Message | None, now: datetime) -> Draft:
    language, zone = Policy.objects.current().default_language, ZoneInfo(settings.TIME_ZONE)
    assert overdue.since is not None
    with translation.override(language):
        reason = overdue.reason_in_words
    return _letter(
        ALARM,
        chief,
        after=after,
        now=now,
        count=overdue.count,
        since_day=day_in_words(overdue.since, language, zone),
        since_time=time_in_words(overdue.since, language, zone),
        reason=reason,
        hours=ONCE_PER // timedelta(hours=1),
    )


def _over(chief: User, *, after: Message | None, now: datetime) -> Draft:
    return _letter(ALL_CLEAR, chief, after=after, now=now)


def _letter(name: str, chief: User, *, after: Message | None, now: datetime, **words: object) -> Draft:
    """Two workers that look at the same moment write the same letter, so that it is written once."""
    policy = Policy.objects.current()
    url = settings.PUBLIC_URL + reverse("outbox:messages")
    return letter(
        f"outbox/{name}",
        to=staff(chief, policy),
        policy=policy,
        words={"name": chief.name, "messages_url": url, **words},
        once=f"{key_of(chief)}:after={after.pk if after else 0}",
        useless_after=now + ONCE_PER,
    )
