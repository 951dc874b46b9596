from outbox.models.incoming import IncomingMail, IncomingText
from outbox.models.limits import Allowance, OptOut
from outbox.models.messages import Message
from outbox.models.turns import Outage, Turn
from outbox.models.workers import Heartbeat

__all__ = ["Allowance", "Heartbeat", "IncomingMail", "IncomingText", "Message", "OptOut", "Outage", "Turn"]
