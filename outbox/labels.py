"""Labels of the kinds of messages. Higher apps write the messages; a test checks that every kind has a label."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Promise] = {
    # to candidates
    "invitation": _("Invitation"),
    "invitation_reminder": _("Reminder of an invitation"),
    "confirmation": _("Confirmation of a talk"),
    "moved": _("Talk moved, to the candidate"),
    "changed_place": _("Talk elsewhere, to the candidate"),
    "handed_over": _("Another advisor, to the candidate"),
    "cancelled_by_candidate": _("Candidate cancelled, to the candidate"),
    "cancelled_by_advisor": _("Advisor cancelled, to the candidate"),
    "declined_in_calendar": _("Declined in the calendar, to the candidate"),
    "proposed_moment": _("Moment proposed in the calendar, to the candidate"),
    "reminder": _("Reminder of a talk"),
    "text_failed": _("Mail instead of a text"),
    "texts_stopped": _("No more texts, to the candidate"),
    "offer": _("Moment offered"),
    "offer_gone": _("Offered moment is gone"),
    "no_show": _("After a missed talk"),
    "survey": _("Survey after a talk"),
    "address_changed": _("Other mail address, to the earlier address"),
    "new_link": _("New private link"),
    "referral_proposal": _("Vacancy proposed"),
    "referral_declined": _("Recruiter says no, to the candidate"),
    "referral_accepted": _("Recruiter says yes, to the candidate"),
    "referral_outcome": _("Outcome of a referral, to the candidate"),
    # to advisors
    "advisor_booked": _("Talk booked, to the advisor"),
    "advisor_moved": _("Talk moved, to the advisor"),
    "advisor_changed_place": _("Talk elsewhere, to the advisor"),
    "advisor_cancelled": _("Talk cancelled, to the advisor"),
    "advisor_declined_in_calendar": _("Declined in the calendar, to the advisor"),
    "advisor_proposed_moment": _("Moment proposed in the calendar, to the advisor"),
    "advisor_note": _("Note just before a talk, to the advisor"),
    "advisor_outcome": _("Question how a talk went, to the advisor"),
    "advisor_text_failed": _("Text did not arrive, to the advisor"),
    "advisor_mail": _("Mail that came in, to the advisor"),
    "advisor_mail_stopped": _("Own mail that was not passed on, to the advisor"),
    "advisor_text_answer": _("Answer by text, to the advisor"),
    "calendar_unreadable": _("Calendar cannot be read, to the advisor"),
    "referral_advisor_consented": _("Candidate consents, to the advisor"),
    "referral_advisor_refused": _("Candidate refuses, to the advisor"),
    "referral_advisor_withdrawn": _("Consent withdrawn, to the advisor"),
    "referral_advisor_answered": _("Recruiter answered, to the advisor"),
    "referral_advisor_outcome": _("Outcome of a referral, to the advisor"),
    # to recruiters
    "address_failed": _("Mail to a candidate came back, to the recruiter"),
    "referral_introduced": _("Introduction, to the recruiter"),
    "referral_reminder": _("Reminder of an introduction"),
    "referral_recruiter_withdrawn": _("Consent withdrawn, to the recruiter"),
    # to all staff
    "house_mail": _("Mail that came in, passed on"),
    "staff_address_failed": _("Mail to a colleague came back, to application managers"),
    "staff_email_changed": _("Changed mail address of an account, to both addresses"),
    "staff_role_requested": _("Role that a colleague asked for, to who may confirm it"),
    "staff_role_given": _("Role that a colleague got, to managers"),
    "staff_role_taken": _("Role that an application manager gave themselves, to managers"),
    "staff_invitation": _("Invitation to sign in"),
    "password_reset": _("New password"),
    "password_reset_unknown": _("New password, no account"),
    "limit_reached": _("Limit of texts reached"),
    "overdue": _("Warning: messages are late"),
    "overdue_over": _("Messages leave again"),
}


def kind_label(kind: str) -> str:
    """Label of a kind; the code itself, with spaces, for an unknown one."""
    return str(KINDS.get(kind, kind.replace("_", " ")))
