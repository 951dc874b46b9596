"""How the worker and the outbox are doing."""

from datetime import datetime, timedelta

from outbox.models import Heartbeat, Message

HEARD_WITHIN = timedelta(minutes=2)


def last_heartbeat_within(now: datetime) -> bool:
    return Heartbeat.objects.filter(beat_at__gte=now - HEARD_WITHIN).exists()


def oldest_overdue_seconds(now: datetime) -> int:
    """Seconds since the oldest waiting message should have left; 0 when nothing is late."""
    oldest = Message.objects.due(now).order_by("not_before").values_list("not_before", flat=True).first()
    return int((now - oldest).total_seconds()) if oldest else 0


def readers() -> list[tuple[str, str]]:
    """Address or number, and name, of everybody to whom something was written."""
    names = Message.objects.order_by("recipient_name", "recipient").values_list("recipient", "recipient_name")
    return list(dict(names).items())
