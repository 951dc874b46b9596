from outbox.models.delivery_run import Outage, Turn
from outbox.models.heartbeat import Heartbeat
from outbox.models.incoming import IncomingMail, IncomingText
from outbox.models.message import Message
from outbox.models.sms_limits import Allowance, OptOut

__all__ = ["Allowance", "Heartbeat", "IncomingMail", "IncomingText", "Message", "OptOut", "Outage", "Turn"]
