"""Policy check of an SMS, right before it is sent, with every backend, also in the demo."""

import logging
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from core.message_schedule import next_sms_time
from core.phones import country_of, is_mobile
from organisation.models import Policy, Role, User
from outbox import services
from outbox.backends import Backend, Deferred, DeliveryError, Suppressed, TemporaryError
from outbox.models import Message
from outbox.sms import limits, notifications, opt_outs
from outbox.sms.provider import provider_backend, sms_is_enabled

Reason = Message.Reason
logger = logging.getLogger(__name__)


def backend() -> Backend:
    return PolicyCheckedBackend(provider_backend())


class PolicyCheckedBackend:
    """Checks policy, opt-outs, quiet hours and limits before another backend sends the SMS."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def send(self, message: Message, *, now: datetime, final_check: Callable[[], None]) -> str:
        """Send the SMS. Raises Suppressed or Deferred before anything is sent, and what the other backend raises.

        An SMS that may have been sent is looked up before it is checked: its fallback would come in addition to it.
        Everything is checked again right before the first byte, because a STOP may have come in while connecting.
        """
        policy = Policy.objects.current()
        if not message.is_uncertain:
            check(message, policy, now=now)
        consumed = _consume(message, policy, now)

        def check_again() -> None:
            nonlocal consumed
            consumed = consumed or limits.earlier_consumption(message, policy)  # the provider did not find it
            check(message, policy, now=now)
            final_check()

        try:
            return self._backend.send(message, now=now, final_check=check_again)
        except DeliveryError as error:
            if consumed and not (isinstance(error, TemporaryError) and error.is_uncertain):
                limits.refund(message, consumed)
            if error.reason == Reason.OPTED_OUT and not isinstance(error, Suppressed):
                opt_outs.opt_out(message.recipient, now=now)
            raise

    def close(self) -> None:
        self._backend.close()


def check(message: Message, policy: Policy, *, now: datetime) -> None:
    """Raise Suppressed when this number gets no SMS, Deferred during quiet hours at the recipient."""
    if not sms_is_enabled():
        raise Suppressed(Reason.SETTINGS)
    if opt_outs.is_opted_out(message.recipient):
        raise Suppressed(Reason.OPTED_OUT)
    if country_of(message.recipient) not in policy.sms_countries:
        raise Suppressed(Reason.COUNTRY)
    if not is_mobile(message.recipient):
        raise Suppressed(Reason.LANDLINE)
    until = next_sms_time(now, ZoneInfo(message.time_zone), policy.times)
    if until > now:
        raise Deferred(until=until)


def _consume(message: Message, policy: Policy, now: datetime) -> list[limits.LimitShare]:
    """Count the SMS. Raises Suppressed when a limit is reached, and notifies application managers once a day."""
    try:
        return limits.consume(message, policy, now=now)
    except limits.LimitReached as reached:
        kind = reached.name.partition(":")[0]
        logger.warning("message %s (%s) is more than policy allows: %s", message.pk, message.kind, kind)
        if kind != "number":
            _notify_managers(policy, kind=kind, now=now)
        raise Suppressed(Reason.LIMIT) from reached


def _notify_managers(policy: Policy, *, kind: str, now: datetime) -> None:
    """Post the notifications that are not there yet; when thousands of SMS exceed a limit, most post nothing."""
    managers = User.objects.with_role(Role.APPLICATION_MANAGER)
    keys = {notifications.limit_key(manager, kind=kind, now=now): manager for manager in managers}
    notified = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
    others = [manager for key, manager in keys.items() if key not in notified]
    services.post(*(notifications.limit_reached(manager, policy, kind=kind, now=now) for manager in others), now=now)
