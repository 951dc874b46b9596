"""The audit trail in words. It holds keys; who may look up a key finds the rest elsewhere."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "absence.add": _("Absence entered"),
    "absence.remove": _("Absence removed"),
    "agenda.take_over": _("Talks of a colleague taken over"),
    "apiclient.add": _("Program added"),
    "apiclient.revoke": _("Program's token revoked"),
    "booking.book": _("Talk booked"),
    "booking.cancel": _("Talk cancelled"),
    "booking.change_place": _("New place of a talk told"),
    "booking.hand_over": _("Talk handed to a colleague"),
    "booking.keep": _("Talk kept outside the hours"),
    "booking.move": _("Talk moved"),
    "booking.print": _("Talk shown on a list to print"),
    "booking.prepare": _("Talk prepared"),
    "booking.reschedule": _("Talk moved by the advisor"),
    "candidate.choose_zone": _("Time zone chosen"),
    "candidate.correct_address": _("Mail address of a candidate put right"),
    "candidate.erase": _("Candidate erased"),
    "candidate.export": _("Everything about a candidate exported"),
    "candidate.keep_apart": _("Two candidates kept apart"),
    "candidate.merge": _("Two records of a candidate made one"),
    "candidate.read": _("Candidate's data read"),
    "candidate.stop_messages": _("No more messages wanted"),
    "day.close": _("Day closed for everybody"),
    "day.open": _("Closed day opened again"),
    "department.add": _("Department added"),
    "department.change": _("Department changed"),
    "feed.hide_names": _("Names taken out of the own feed"),
    "feed.renew": _("Address of the own feed renewed"),
    "feed.show_names": _("Names put into the own feed"),
    "feed.switch_off": _("Own feed switched off"),
    "feed.switch_on": _("Own feed switched on"),
    "file.read": _("File of a talk read"),
    "hold.decline": _("Offered moment declined"),
    "hold.expire": _("Offered moment not answered in time"),
    "hold.offer": _("Moment held and offered"),
    "hold.withdraw": _("Offered moment withdrawn"),
    "hours.change": _("Hours changed"),
    "hours.close": _("Hours closed"),
    "hours.open": _("Hours opened"),
    "intake.drop": _("Import given up"),
    "intake.import": _("File imported"),
    "intake.keep": _("File checked for import"),
    "invitation.send": _("Invitation sent"),
    "link.renew": _("Private link renewed"),
    "location.add": _("Location added"),
    "location.change": _("Location changed"),
    "message.send_again": _("Message sent again"),
    "message.stop": _("Message stopped"),
    "note.drop_copy": _("Second text of a note thrown away"),
    "note.use_copy": _("Second text of a note used"),
    "othercalendar.add": _("Calendar elsewhere connected"),
    "othercalendar.remove": _("Calendar elsewhere removed"),
    "policy.change": _("Policy changed"),
    "profile.change": _("Advisor's profile changed"),
    "referral.answer": _("Introduction answered"),
    "referral.consent": _("Consent to an introduction given"),
    "referral.propose": _("Vacancy proposed"),
    "referral.read": _("Referral read"),
    "referral.record_outcome": _("Outcome of a referral recorded"),
    "referral.refuse": _("Introduction refused"),
    "referral.withdraw": _("Consent to an introduction withdrawn"),
    "rejection.change": _("Rejection changed"),
    "rejection.register": _("Rejection entered"),
    "role.grant.advisor": _("Role of career advisor given"),
    "role.grant.application_manager": _("Role of application manager given"),
    "role.grant.manager": _("Role of manager given"),
    "role.grant.recruiter": _("Role of recruiter given"),
    "role.withdraw.advisor": _("Role of career advisor taken away"),
    "role.withdraw.application_manager": _("Role of application manager taken away"),
    "role.withdraw.manager": _("Role of manager taken away"),
    "role.withdraw.recruiter": _("Role of recruiter taken away"),
    "talk.complete": _("Talk marked as held"),
    "talk.no_show": _("Talk marked as missed"),
    "user.add": _("Account made"),
    "user.change": _("Account changed"),
    "user.invite_again": _("New link to sign in asked"),
    "waitlist.change": _("Wishes on the waiting list changed"),
    "waitlist.end": _("Waiting ended"),
    "waitlist.join": _("Joined the waiting list"),
    "waitlist.leave": _("Left the waiting list"),
}
THINGS: dict[str, Promise] = {
    "absence": _("absence"),
    "advisor": _("career advisor"),
    "apiclient": _("program"),
    "booking": _("talk"),
    "candidate": _("candidate"),
    "client": _("program"),
    "department": _("department"),
    "hold": _("offered moment"),
    "intakefile": _("file"),
    "invitation": _("invitation"),
    "location": _("location"),
    "message": _("message"),
    "note": _("note"),
    "notecopy": _("second text of a note"),
    "opening": _("hours"),
    "othercalendar": _("calendar elsewhere"),
    "policy": _("policy"),
    "referral": _("referral"),
    "rejection": _("rejection"),
    "stranger": _("somebody who is not signed in"),
    "system": _("the system"),
    "user": _("member of staff"),
    "waitlistentry": _("place on the waiting list"),
}
ORIGINS: dict[str, Promise] = {
    "web": _("on a page"),
    "api": _("by a program"),
    "worker": _("by itself"),
    "command": _("at the command line"),
}


def action_in_words(action: str) -> str:
    """The code itself for a deed that has no words yet."""
    return str(ACTIONS.get(action, action))


def key_in_words(key: str) -> str:
    """`talk 12` for booking:12, `the system` for system."""
    thing, _colon, number = key.partition(":")
    return f"{THINGS.get(thing, thing)} {number}".strip()


def origin_in_words(origin: str) -> str:
    return str(ORIGINS.get(origin, origin))
