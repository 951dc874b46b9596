"""Refusals around candidates, rejections and their import."""

from django.utils.translation import gettext_lazy as _

from core.errors import Refusal


class LinkUnknown(Refusal):
    code = "link_unknown"
    sentence = _("This link does not work any more. You can ask for a new one.")


class AlreadyInvited(Refusal):
    code = "already_invited"
    sentence = _("The candidate has been invited with these words already. They can not be changed any more.")


class ExternalIdTaken(Refusal):
    """The id at the source is known with another mail address: a mistake, or another person."""

    code = "number_of_somebody_else"
    sentence = _("This number belongs to somebody with another e-mail address.")


class EmployerAddress(Refusal):
    code = "address_of_house"
    sentence = _("This is an address of the employer. Ask the candidate for an address of their own.")


class CandidateShared(Refusal):
    """The candidate has an application or talk that this person may not see."""

    code = "candidate_shared"
    sentence = _(
        "A colleague has this candidate too, or there is a talk. So you can not change the name, the e-mail address or"
        " the phone number here."
    )


class ColleaguesRejection(Refusal):
    code = "rejection_of_colleague"
    sentence = _("A colleague entered this rejection. Only they can change it.")


class VacancyUnknown(Refusal):
    code = "vacancy_unknown"
    sentence = _("We do not know this vacancy. Add its title, its department and the e-mail address of a recruiter.")


class RecruiterUnknown(Refusal):
    code = "recruiter_unknown"
    sentence = _("No recruiter signs in here with this e-mail address.")


class FileUnreadable(Refusal):
    """A file that cannot be read line by line; the sentence says why."""

    code = "file_unreadable"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self._reason = sentence

    def __str__(self) -> str:
        return self._reason


class FileHasErrors(Refusal):
    code = "file_has_faults"
    sentence = _("This file has faults, so nothing was imported. Mend the file, or import only the good lines.")


class FileAlreadyProcessed(Refusal):
    code = "file_closed"
    sentence = _("This file was imported or given up already.")


class DifferentAddresses(Refusal):
    code = "not_the_same_address"
    sentence = _("These two do not have the same e-mail address any more. Look at the list again.")


class PairUnknown(Refusal):
    """This person has no say about these two candidates, or not yet."""

    code = "pair_unknown"
