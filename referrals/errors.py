from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class TalkNotBegun(Refusal):
    code = "talk_not_begun"
    sentence = _("You can propose a vacancy from the start of the talk. First hear what the candidate wants.")


class TalkNotHeld(Refusal):
    code = "talk_not_held"
    sentence = _("This talk did not take place, so there is nothing to propose from it.")


class VacancyClosed(Refusal):
    code = "vacancy_closed"
    sentence = _("This vacancy has been closed in the meantime.")


class RecruiterGone(Refusal):
    code = "recruiter_gone"
    sentence = _("At this moment nobody recruits for this vacancy, so nothing was sent. Please call us.")


class AppliedAlready(Refusal):
    code = "applied_already"
    sentence = _("The candidate already applied for this vacancy. Choose another one.")


class ProposedAlready(Refusal):
    code = "proposed_already"
    sentence = _("This vacancy was already proposed to this candidate. That is done once.")


class IntroductionNeeded(Refusal):
    code = "introduction_needed"
    sentence = _("Write a few words for the recruiter.")


class ConsentGiven(Refusal):
    code = "consent_given"
    sentence = _("You already said yes, and the recruiter can read your text. You can still withdraw it.")


class ConsentMissing(Refusal):
    code = "consent_missing"
    sentence = _("The candidate has not said yes to this introduction.")


class Withdrawn(Refusal):
    code = "withdrawn"
    sentence = _("The candidate has withdrawn this introduction.")


class ReasonNeeded(Refusal):
    code = "reason_needed"
    sentence = _("Say why it does not fit. The candidate may read this.")


class AnsweredAlready(Refusal):
    code = "answered_already"
    sentence = _("This introduction was already answered.")


class NotAccepted(Refusal):
    code = "not_accepted"
    sentence = _("An outcome can be recorded after you said that you get in touch.")


class OutcomeRecorded(Refusal):
    code = "outcome_recorded"
    sentence = _("The outcome of this introduction is already known.")
