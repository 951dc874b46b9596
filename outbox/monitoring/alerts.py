"""Alerts to application managers when messages are overdue, and when messages are sent again."""

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from core.actors import object_key
from core.formatting import format_day, format_time
from organisation.models import Policy, Role, User
from outbox import services
from outbox.clock import MAX_CLOCK_SKEW
from outbox.compose import compose_mail, staff_recipient
from outbox.drafts import MessageDraft
from outbox.models import Message
from outbox.monitoring.overdue import GRACE, OVERDUE_KIND, RECOVERED_KIND, OverdueSummary

ALERT_INTERVAL = timedelta(hours=4)
logger = logging.getLogger(__name__)


def check_overdue_messages() -> None:
    """Periodic task, every minute. It also logs an error every time, as mail may be what is broken."""
    alert_if_overdue(now=timezone.now())


def alert_if_overdue(*, now: datetime) -> int:
    """Alert the application managers, each at most once in four hours. Returns the number of mails."""
    overdue = OverdueSummary.at(now, by=GRACE)
    if overdue.count:
        facts = (overdue.count, overdue.seconds(now) // 60, overdue.reason or "not tried yet")
        logger.error("%s messages are overdue, the oldest %s minutes: %s", *facts)
    managers = User.objects.with_role(Role.APPLICATION_MANAGER).distinct()
    return sum(_alert(manager, overdue, now=now) for manager in managers)


@transaction.atomic
def _alert(manager: User, overdue: OverdueSummary, *, now: datetime) -> bool:
    """Mail an alert or a recovery. An alert that is not sent yet at recovery is withdrawn, without a recovery mail."""
    mine = Message.objects.filter(person_key=object_key(manager), kind__in=(OVERDUE_KIND, RECOVERED_KIND))
    last = mine.order_by("-pk").first()
    alerts = _alerts_since_recovery(mine)
    if overdue.count:
        if any(now - ALERT_INTERVAL < one.created_at <= now + MAX_CLOCK_SKEW for one in alerts):
            return False
        services.post(_overdue_draft(manager, overdue, after=last, now=now), now=now)
        return True
    if any(one.sent_at is None for one in alerts):
        services.withdraw(about=object_key(manager), kinds=(OVERDUE_KIND,), now=now)
    sent = [one.created_at for one in alerts if one.sent_at]
    if not sent or not _is_sending_again(since=min(sent)):
        return False
    expired = _expired_since(since=min(sent)).count()
    services.post(_recovered_draft(manager, after=last, too_late=expired, now=now), now=now)
    return True


def _alerts_since_recovery(mine: QuerySet[Message]) -> list[Message]:
    """Alerts since the last recovery mail, without those that were withdrawn."""
    recovered = mine.filter(kind=RECOVERED_KIND).order_by("-pk").values_list("pk", flat=True).first()
    since = mine.filter(kind=OVERDUE_KIND, pk__gt=recovered or 0).exclude(reason=Message.Reason.WITHDRAWN)
    return list(since.only("created_at", "sent_at"))


def _is_sending_again(*, since: datetime) -> bool:
    """True when messages were sent since the first alert, on every transport that had messages expire since.

    Nothing overdue is not enough: the overdue messages may have expired.
    """
    sent = Message.objects.exclude(kind__in=(OVERDUE_KIND, RECOVERED_KIND)).filter(sent_at__gte=since).order_by()
    transports = set(sent.values_list("transport", flat=True).distinct())
    expired = set(_expired_since(since=since).values_list("transport", flat=True).distinct())
    return bool(transports) and transports >= expired


def _expired_since(*, since: datetime) -> QuerySet[Message]:
    """Messages that expired unsent; a fallback is not counted beside its SMS."""
    messages = Message.objects.exclude(kind__in=(OVERDUE_KIND, RECOVERED_KIND)).filter(ended_at__gte=since)
    expired = messages.filter(state=Message.State.SUPPRESSED, reason=Message.Reason.TOO_LATE)
    return expired.filter(fallback_for=None).order_by()


def _overdue_draft(manager: User, overdue: OverdueSummary, *, after: Message | None, now: datetime) -> MessageDraft:
    language, zone = Policy.objects.current().default_language, ZoneInfo(settings.TIME_ZONE)
    assert overdue.since is not None
    with translation.override(language):
        reason = overdue.reason_label
    return _draft(
        OVERDUE_KIND,
        manager,
        after=after,
        now=now,
        count=overdue.count,
        since_day=format_day(overdue.since, language, zone),
        since_time=format_time(overdue.since, language, zone),
        reason=reason,
        hours=ALERT_INTERVAL // timedelta(hours=1),
    )


def _recovered_draft(manager: User, *, after: Message | None, too_late: int, now: datetime) -> MessageDraft:
    return _draft(RECOVERED_KIND, manager, after=after, now=now, too_late=too_late)


def _draft(name: str, manager: User, *, after: Message | None, now: datetime, **context: object) -> MessageDraft:
    """Draft with a key that is equal for two workers at the same time, so that one mail is sent."""
    policy = Policy.objects.current()
    url = settings.PUBLIC_URL + reverse("outbox:messages")
    return compose_mail(
        f"outbox/{name}",
        to=staff_recipient(manager, policy),
        policy=policy,
        context={"name": manager.name, "messages_url": url, **context},
        unique_key=f"{object_key(manager)}:after={after.pk if after else 0}",
        expires_at=now + ALERT_INTERVAL,
    )
