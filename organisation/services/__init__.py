"""What may be decided about the employer: policy, places, staff, programs."""

from organisation.services.closed_days import close_day, keep_holidays, open_day
from organisation.services.places import keep_place
from organisation.services.policy import change_policy, change_timetable
from organisation.services.programs import add_client, revoke_client
from organisation.services.staff import StaffWish, add_staff, change_staff, invite_again, note_invited

__all__ = [
    "StaffWish",
    "add_client",
    "add_staff",
    "change_policy",
    "change_staff",
    "change_timetable",
    "close_day",
    "invite_again",
    "keep_holidays",
    "keep_place",
    "note_invited",
    "open_day",
    "revoke_client",
]
