"""Application managers hear when messages do not leave, and when they leave again."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from core.actors import key_of
from core.formatting import day_in_words, time_in_words
from organisation.models import Policy, Role, User
from outbox import services
from outbox.clock import CLOCKS_DIFFER
from outbox.compose import letter, staff
from outbox.drafts import Draft
from outbox.models import Message
from outbox.monitoring.overdue import ALARM, ALL_CLEAR, GRACE, Lateness

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
    last = mine.order_by("-pk").first()
    warnings = _warnings_since_all_was_clear(mine)
    if overdue.count:
        if any(now - ONCE_PER < one.created_at <= now + CLOCKS_DIFFER for one in warnings):
            return False
        services.post(_overdue(chief, overdue, after=last, now=now), now=now)
        return True
    if any(one.sent_at is None for one in warnings):
        services.withdraw(about=key_of(chief), kinds=(ALARM,), now=now)
    heard = [one.created_at for one in warnings if one.sent_at]
    if not heard or not _leaves_again(since=min(heard)):
        return False
    services.post(_over(chief, after=last, too_late=_gone_by(since=min(heard)).count(), now=now), now=now)
    return True


def _warnings_since_all_was_clear(mine: QuerySet[Message]) -> list[Message]:
    """Those that did not leave as all was well by then do not count."""
    clear = mine.filter(kind=ALL_CLEAR).order_by("-pk").values_list("pk", flat=True).first()
    since = mine.filter(kind=ALARM, pk__gt=clear or 0).exclude(reason=Message.Reason.WITHDRAWN)
    return list(since.only("created_at", "sent_at"))


def _leaves_again(*, since: datetime) -> bool:
    """Something left since the first warning, and on every channel on which something came too late: what was late may
    have come to nothing instead."""
    left = Message.objects.exclude(kind__in=(ALARM, ALL_CLEAR)).filter(sent_at__gte=since).order_by()
    channels = set(left.values_list("channel", flat=True).distinct())
    return bool(channels) and channels >= set(_gone_by(since=since).values_list("channel", flat=True).distinct())


def _gone_by(*, since: datetime) -> QuerySet[Message]:
    """What came too late; a letter that stood by for a text is not counted beside it."""
    too_late = Message.objects.filter(state=Message.State.SUPPRESSED, reason=Message.Reason.TOO_LATE)
    return too_late.exclude(kind__in=(ALARM, ALL_CLEAR)).filter(ended_at__gte=since, fallback_for=None).order_by()


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


def _over(chief: User, *, after: Message | None, too_late: int, now: datetime) -> Draft:
    return _letter(ALL_CLEAR, chief, after=after, now=now, too_late=too_late)


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
