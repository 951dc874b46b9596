from outbox.models.incoming import IncomingMail, IncomingText
from outbox.models.message import Message
from outbox.models.sms_limits import OptOut, UsageCounter
from outbox.models.workers import DeliveryRun, Heartbeat, ProviderOutage

__all__ = [
    "DeliveryRun",
    "Heartbeat",
    "IncomingMail",
    "IncomingText",
    "Message",
    "OptOut",
    "ProviderOutage",
    "UsageCounter",
]
