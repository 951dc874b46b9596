from bookings.services.answering import take_calendar_answers
from bookings.services.booking import book
from bookings.services.cancelling import cancel, offer_instead
from bookings.services.changing_place import tell_changed_places
from bookings.services.correcting import correct_address
from bookings.services.forwarding import forward_mail
from bookings.services.handing_over import hand_over
from bookings.services.hearing import collect_text_answers, note_failed_texts
from bookings.services.inviting import invite, invite_due, remind_invited, take_reminders_of_answered_back
from bookings.services.moving import move
from bookings.services.offering import end_what_is_over, offer_free_moments
from bookings.services.preparing import prepare
from bookings.services.reminding import ask_for_outcomes, remind_advisors, remind_by_mail, remind_by_text, remind_today
from bookings.services.rescheduling import reschedule
from bookings.services.taking_over import take_over
from bookings.services.waiting import Waiting, decline, leave, wait

__all__ = [
    "Waiting",
    "ask_for_outcomes",
    "book",
    "cancel",
    "collect_text_answers",
    "correct_address",
    "decline",
    "end_what_is_over",
    "forward_mail",
    "hand_over",
    "invite",
    "invite_due",
    "leave",
    "move",
    "note_failed_texts",
    "offer_free_moments",
    "offer_instead",
    "prepare",
    "remind_advisors",
    "remind_by_mail",
    "remind_by_text",
    "remind_invited",
    "remind_today",
    "reschedule",
    "take_calendar_answers",
    "take_over",
    "take_reminders_of_answered_back",
    "tell_changed_places",
    "wait",
]
