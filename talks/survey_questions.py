"""The questions of the survey, in their order: eight about the process, four about the talk (domain.md). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Choices = tuple[tuple[str, Promise | str], ...]

AGREE: Choices = (
    ("1", _("1: not at all")),
    ("2", "2"),
    ("3", "3"),
    ("4", "4"),
    ("5", _("5: completely")),
)
RECOMMEND: Choices = (
    ("0", _("0: certainly not")),
    *((str(number), str(number)) for number in range(1, 10)),
    ("10", _("10: certainly")),
)
FOUND_VIA: Choices = (
    ("careers_site", _("On your own website")),
    ("job_site", _("On a website with vacancies")),
    ("somebody", _("Through somebody I know")),
    ("social_media", _("On social media")),
    ("event", _("At an open day or a fair")),
    ("other", _("In another way")),
)
APPLY_AGAIN: Choices = (("yes", _("Yes")), ("maybe", _("Perhaps")), ("no", _("No")))


@dataclass(frozen=True)
class Question:
    """With choices one of them is the answer; without, words are. Every question may be skipped."""

    code: str
    words: Promise
    choices: Choices = ()
    is_short: bool = False  # a few words

    @property
    def is_scale(self) -> bool:
        return self.choices in (AGREE, RECOMMEND)


@dataclass(frozen=True)
class Group:
    title: Promise
    questions: tuple[Question, ...]


GROUPS = (
    Group(
        _("About your application"),
        (
            Question("found_via", _("How did you find our vacancy?"), FOUND_VIA),
            Question("found_via_other", _("If in another way: how?"), is_short=True),
            Question("recruiter_friendly", _("The recruiter was friendly."), AGREE),
            Question("process_transparent", _("The recruiter explained clearly what would happen."), AGREE),
            Question("careers_site_attractive", _("Our website with vacancies looks attractive."), AGREE),
            Question("form_easy", _("The application form was easy to fill in."), AGREE),
            Question("kept_informed", _("I always knew how my application stood."), AGREE),
            Question("recommend_0_10", _("Would you advise others to apply for a job with us?"), RECOMMEND),
            Question("improve", _("What can we do better?")),
        ),
    ),
    Group(
        _("About the talk"),
        (
            Question("reason_clear", _("I know now why I was not chosen."), AGREE),
            Question("session_useful", _("The tips are of use to me."), AGREE),
            Question("taken_seriously", _("I felt taken seriously."), AGREE),
            Question("apply_again", _("Would you apply to us again?"), APPLY_AGAIN),
        ),
    ),
)
QUESTIONS: Mapping[str, Question] = {question.code: question for group in GROUPS for question in group.questions}
