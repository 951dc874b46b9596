"""What may leave as a text. Asked right before it leaves, whichever way it goes, also in the demo."""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from core.message_schedule import next_moment_for_text
from core.phones import country_of, is_mobile
from organisation.models import Policy, Role, User
from outbox import services as outbox
from outbox.channels import Database, NotAllowed, NotNow, Passing, Transport, Trouble
from outbox.models import Message
from outbox.sms import limits, notifications, opt_outs
from outbox.sms.enabled import texts_leave
from outbox.sms.twilio import Twilio

Reason = Message.Reason
logger = logging.getLogger(__name__)


def transport() -> Transport:
    return Gate(Twilio() if settings.TWILIO_ACCOUNT_SID else Database())


class Gate:
    """Before a way out of the house."""

    def __init__(self, way: Transport) -> None:
        self._way = way

    def send(self, message: Message, *, now: datetime, last_look: Callable[[], None]) -> str:
        """Raises Trouble: NotAllowed and NotNow before anything leaves.

        What may have left already is looked up first: a letter in its place would come beside it. Everything is asked
        again right before the first byte, as a STOP may have come in while we connected.
        """
        policy = Policy.objects.current()
        if not message.is_uncertain:
            refuse(message, policy, now=now)
        taken = _take(message, policy, now)

        def look() -> None:
            nonlocal taken
            taken = taken or limits.taken_before(message, policy)  # who comes here did not find it at Twilio
            refuse(message, policy, now=now)
            last_look()

        try:
            return self._way.send(message, now=now, last_look=look)
        except Trouble as trouble:
            if taken and not (isinstance(trouble, Passing) and trouble.is_uncertain):
                limits.give_back(message, taken)
            if trouble.reason == Reason.OPTED_OUT and not isinstance(trouble, NotAllowed):
                opt_outs.stop(message.recipient, now=now)
            raise

    def close(self) -> None:
        self._way.close()


def refuse(message: Message, policy: Policy, *, now: datetime) -> None:
    """Raises NotAllowed when this number gets no texts, NotNow when it is night where the reader is."""
    if not texts_leave():
        raise NotAllowed(Reason.SETTINGS)
    if opt_outs.is_stopped(message.recipient):
        raise NotAllowed(Reason.OPTED_OUT)
    if country_of(message.recipient) not in policy.sms_countries:
        raise NotAllowed(Reason.COUNTRY)
    if not is_mobile(message.recipient):
        raise NotAllowed(Reason.LANDLINE)
    until = next_moment_for_text(now, ZoneInfo(message.time_zone), policy.times)
    if until > now:
        raise NotNow(until=until)


def _take(message: Message, policy: Policy, now: datetime) -> list[limits.Share]:
    """Raises NotAllowed when a limit is reached; application managers hear of it once a day."""
    try:
        return limits.take(message, policy, now=now)
    except limits.LimitReached as reached:
        kind = reached.name.partition(":")[0]
        logger.warning("message %s (%s) is more than policy allows: %s", message.pk, message.kind, kind)
        if kind != "number":
            _tell_managers(policy, kind=kind, now=now)
        raise NotAllowed(Reason.LIMIT) from reached


def _tell_managers(policy: Policy, *, kind: str, now: datetime) -> None:
    """Thousands of texts may be over the limit: for who heard of it nothing is written, and no worker is woken."""
    managers = User.objects.with_role(Role.APPLICATION_MANAGER)
    keys = {notifications.limit_key(one, kind=kind, now=now): one for one in managers}
    heard = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    others = [one for key, one in keys.items() if key not in heard]
    outbox.post(*(notifications.limit_reached(one, policy, kind=kind, now=now) for one in others), now=now)
