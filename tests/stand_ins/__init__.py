"""Servers that stand in for providers: a mail server, and Twilio's API in its own wire format."""

from tests.stand_ins.mail import MailServer, free_port, mail_server, mail_server_running, point_to
from tests.stand_ins.twilio import ACCOUNT, TOKEN, TwilioServer, twilio_running, twilio_server

__all__ = [
    "ACCOUNT",
    "TOKEN",
    "MailServer",
    "TwilioServer",
    "free_port",
    "mail_server",
    "mail_server_running",
    "point_to",
    "twilio_running",
    "twilio_server",
]
