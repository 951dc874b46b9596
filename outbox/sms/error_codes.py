"""Twilio's statuses of failure, and its error codes as our reasons.

From its dictionary, https://www.twilio.com/docs/api/errors: codes below 30000 come in the response to a request (HTTP
400), those from 30001 in a delivery status callback. Codes change ("Since error code causes and solutions can change",
its changelog of 10 July 2024), so `reason_of` has a reason for unknown ones as well.
"""

import re

from outbox.models import Message

FAILED_STATUSES = {"undelivered", "failed", "canceled"}
CODE_PATTERN = re.compile("[0-9]{1,9}")
Reason = Message.Reason
REASON_BY_CODE = {
    21211: Reason.ADDRESS,  # invalid 'To'
    21214: Reason.ADDRESS,  # 'To' cannot be reached
    21217: Reason.ADDRESS,  # does not appear to be valid
    21265: Reason.ADDRESS,  # a short code
    21612: Reason.ADDRESS,  # no route from our sender to this number
    21408: Reason.COUNTRY,  # the region is not enabled in the account
    21610: Reason.OPTED_OUT,
    21614: Reason.LANDLINE,  # not a mobile number
    21635: Reason.LANDLINE,  # a landline
    30003: Reason.UNREACHED,  # off, or no signal
    30005: Reason.UNREACHED,  # unknown, or no longer in service
    30008: Reason.UNREACHED,  # the network does not say why
    30004: Reason.BLOCKED,
    30006: Reason.LANDLINE,  # a landline, or a network that cannot be reached
    30007: Reason.BLOCKED,  # filtered
    30036: Reason.TOO_LATE,  # the validity period that we gave was over
    30001: Reason.BUSY,  # queue overflow
}
CONFIGURATION_CODES = frozenset(  # of the sender, the service or the account: all SMS would be refused
    {21212, 21603, 21606, 21608, 21609, 21659, 21660, 21661, 21701, 21703, 21704, 30002}
)


def reason_of(code: object) -> Message.Reason:
    """Reason why an SMS did not arrive; UNREACHED for an unknown code or none."""
    number = int(str(code)) if CODE_PATTERN.fullmatch(str(code)) else 0
    if number in CONFIGURATION_CODES:
        return Reason.SETTINGS
    return REASON_BY_CODE.get(number, Reason.UNREACHED)
