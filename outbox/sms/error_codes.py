"""Twilio's error codes, in our reasons.

From its dictionary, https://www.twilio.com/docs/api/errors: codes below 30000 come as the answer to our request (HTTP
400), those from 30001 in a delivery status callback. "Since error code causes and solutions can change" (its changelog
of 10 July 2024), a code that is not here has a reason all the same: see `reason_of`.
"""

import re

from outbox.models import Message

CODE = re.compile("[0-9]{1,9}")
Reason = Message.Reason
REASONS = {
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
OUR_OWN_FAULT = frozenset(  # sender, service or account: every other text would be refused as well
    {21212, 21603, 21606, 21608, 21609, 21659, 21660, 21661, 21701, 21703, 21704, 30002}
)


def reason_of(code: object) -> Message.Reason:
    """Why a text did not arrive; UNREACHED when Twilio does not say, or says what we do not know."""
    number = int(str(code)) if CODE.fullmatch(str(code)) else 0
    if number in OUR_OWN_FAULT:
        return Reason.SETTINGS
    return REASONS.get(number, Reason.UNREACHED)
