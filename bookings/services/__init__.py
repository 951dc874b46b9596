from bookings.services.booking import book
from bookings.services.cancelling import cancel
from bookings.services.handing_over import hand_over
from bookings.services.inviting import invite, invite_due, remind_invited
from bookings.services.moving import move
from bookings.services.preparing import prepare
from bookings.services.reminding import remind_by_mail, remind_by_text

__all__ = [
    "book",
    "cancel",
    "hand_over",
    "invite",
    "invite_due",
    "move",
    "prepare",
    "remind_by_mail",
    "remind_by_text",
    "remind_invited",
]
